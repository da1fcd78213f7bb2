"""Runs tests statement by statement and counts. Follows stand_in.py."""

class CountAssertions(ast.NodeTransformer):
    """Counts every assertion that is reached, so that tests without any cannot pass. `unittest.main()`
    becomes nothing: its test cases are run one by one, and it would end the process."""

    def visit_Call(self, node):
        called = node.func
        if isinstance(called, ast.Attribute) and called.attr == "main" and isinstance(called.value, ast.Name):
            if called.value.id == "unittest":
                return ast.copy_location(ast.Constant(None), node)
        return self.generic_visit(node)

    def visit_Assert(self, node):
        count = ast.parse("__ballast_assertion__()").body[0]
        return [node, ast.fix_missing_locations(ast.copy_location(count, node))]


class Run:
    """One pass over the tests, statement by statement, in the given names."""

    def __init__(self, tests, entry, scope, resolve=None):
        self.total = self.passed = self.assertions = 0
        self.missing = None
        self.scope = scope
        self.resolve = resolve
        scope["__ballast_assertion__"] = self.count
        tree = CountAssertions().visit(ast.parse(tests))
        for node in self.merged(tree.body):
            self.statement(node)
        if entry and callable(scope.get("check")):
            self.attempt(lambda: scope["check"](scope[entry]))

    @staticmethod
    def merged(body):
        """A top-level assertion and its counter are one statement."""
        nodes = []
        for node in body:
            if nodes and isinstance(nodes[-1][-1], ast.Assert):
                nodes[-1].append(node)
            else:
                nodes.append([node])
        return nodes

    def count(self):
        self.assertions += 1

    def attempt(self, work, counted=True):
        try:
            work()
        except Gone:
            raise
        except ModuleNotFoundError as error:
            self.missing = self.missing or error.name
        except BaseException:
            pass
        else:
            self.total += counted
            self.passed += counted
            return
        self.total += 1

    def statement(self, nodes):
        node = nodes[0]
        if isinstance(node, (ast.Import, ast.ImportFrom)) and self.resolve and self.resolve(node):
            return
        sets_up = isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef, ast.ClassDef, ast.Assign,
                                    ast.AnnAssign, ast.AsyncFunctionDef))
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            return
        if isinstance(node, ast.If) and "__main__" in ast.dump(node.test):
            for inner in self.merged(node.body):
                self.statement(inner)
            return
        code = compile(ast.Module(body=nodes, type_ignores=[]), "<tests>", "exec", dont_inherit=True)
        self.attempt(lambda: exec(code, self.scope), counted=not sets_up)
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test") and not node.args.args:
            self.attempt(lambda: self.scope[node.name]())
        if isinstance(node, ast.ClassDef):
            self.test_case(self.scope.get(node.name))

    def test_case(self, kind):
        module = sys.modules.get("unittest")
        if module is None or not isinstance(kind, type) or not issubclass(kind, module.TestCase):
            return
        for name in module.TestLoader().getTestCaseNames(kind):
            case = kind(name)
            result = case.run()
            good = result is not None and result.wasSuccessful() and not result.skipped
            self.total += 1
            self.passed += good
            self.assertions += good
