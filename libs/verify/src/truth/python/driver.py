"""The driver: runs the tests and gives the verdict. Follows run.py."""

def empty_run(tests, entry):
    """True when the tests fail on a program that defines nothing. In a process of its own."""
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        fails = True
        try:
            os.dup2(os.open("/dev/null", os.O_RDWR), 1)
            run = Run(tests, entry, {"__name__": "tests"})
            fails = run.passed < run.total
        except BaseException:
            pass
        os.write(write, b"F" if fails else b"P")
        os._exit(0)
    os.close(write)
    answer = os.read(read, 1)
    os.close(read)
    os.waitpid(child, 0)
    return answer == b"F"


def wanted_names(tests, entry):
    """The names the tests speak of, as names or in `from … import …`."""
    nodes = list(ast.walk(ast.parse(tests)))
    names = {node.id for node in nodes if isinstance(node, ast.Name)}
    names |= {alias.name for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names}
    return names | {entry}


def tests_scope(wire, names, tests, entry):
    """The names of the document as the tests see them; `None` when one of them hides a trusted name."""
    scope = {"__name__": "tests"}
    classes = {}

    def exceptions(number, name, base):
        if number not in classes:
            classes[number] = type(name, (base,), {})
        return classes[number]

    wire.exceptions = exceptions
    wanted = wanted_names(tests, entry)
    for name, (kind, *detail) in names.items():
        if name not in wanted:
            continue
        if kind == "clean" and detail[0] in CLEAN or kind == "module" and detail[0] == name and name in CLEAN:
            # A clean copy: what the document patched there stays in the subject.
            module = __import__(detail[0])
            scope[name] = module if kind == "module" else getattr(module, name)
            continue
        if (hasattr(builtins, name) or name in STDLIB) and name != entry:
            return None
        value = wire.ask("global", name)
        if kind == "exception" and isinstance(value, StandIn):
            value = exceptions(value._number, name, exception_named(detail[0]))
        scope[name] = value
    return scope


def exception_named(name):
    return next((kind for kind in NAMED if kind.__name__ == name and issubclass(kind, Exception)), Exception)


class Document:
    """What `import solution` gives the tests."""

    def __init__(self, wire):
        self._wire = wire

    def __getattr__(self, name):
        return self._wire.ask("global", name)


def importer(wire, scope, names):
    def resolve(node):
        """`from solution import f`: whatever the tests call the module, its names are the document's."""
        if isinstance(node, ast.Import):
            alias = node.names[0]
            if len(node.names) > 1 or alias.name in STDLIB or alias.name not in DOCUMENT:
                return False
            scope[alias.asname or alias.name] = Document(wire)
            return True
        if node.level == 0 and (node.module or "").partition(".")[0] in STDLIB:
            return False
        if not all(alias.name in names or alias.name == "*" for alias in node.names):
            return False
        for alias in node.names:
            if alias.name != "*":
                scope[alias.asname or alias.name] = scope.get(alias.name)
        return True
    return resolve


class Watch:
    """Notes the end of the subject. Its children may live on and hold the wire open; nothing they say counts."""

    def __init__(self, child):
        self.child = child
        self.status = None  # wait status of the subject once it has ended
        self.next = 0.0

    def look(self):
        now = time.monotonic()
        if now < self.next:
            return
        self.next = now + 0.02
        if self.has_ended():
            raise Gone

    def has_ended(self):
        if self.status is None:
            pid, status = os.waitpid(self.child, os.WNOHANG)
            self.status = status if pid else None
        return self.status is not None

    def problem(self):
        for _ in range(50):
            if self.has_ended():
                break
            time.sleep(0.002)
        by_cpu = self.status is not None and os.WIFSIGNALED(self.status) and os.WTERMSIG(self.status) == signal.SIGXCPU
        return "cpu_limit" if by_cpu else "ended_early"


def compiles(code):
    """Whether the code alone compiles; nothing of it runs."""
    try:
        compile(code, "<document>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError, OverflowError):
        return False
    return True


def judge(wire, request):
    """Loads the document and runs its tests; what comes back is the verdict."""
    code, tests, entry = request["code"], request["tests"], request.get("entry")
    if request["mode"] == "compile":
        return {"compiles": compiles(code)}
    try:
        ast.parse(tests)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {"problem": "tests_do_not_parse"}
    if request["mode"] == "together":
        return {"together": wire.ask("together", code, tests, entry) is True}
    loaded = wire.ask("load", code)
    names = {str(k): [str(part) for part in v] for k, v in loaded["names"].items() if v}
    if loaded["missing"]:
        return {"problem": "missing_module"}
    fails_empty = empty_run(tests, entry)
    scope = tests_scope(wire, names, tests, entry)
    if scope is None:
        return {"problem": "hides_trusted_name"}
    run = Run(tests, entry, scope, importer(wire, scope, names))
    if run.missing:
        return {"problem": "missing_module"}
    return {"passed": run.passed, "total": run.total, "assertions": run.assertions,
            "failsEmpty": fails_empty, "load": loaded["problem"]}


def exactly(size):
    """So many bytes of standard input."""
    parts = []
    while size > 0:
        part = os.read(0, min(size, 1 << 16))
        if not part:
            os._exit(0)
        parts.append(part)
        size -= len(part)
    return b"".join(parts)


def be_driver(bounds):
    """Judges the one request that waits on standard input, in the process that was shut in for it."""
    mine, theirs = socket.socketpair()
    child = os.fork()
    if child == 0:
        mine.close()
        be_subject(theirs, bounds)
    theirs.close()
    # Read only now: the subject must never have held the tests or the nonce.
    request = json.loads(exactly(struct.unpack("<I", exactly(4))[0]))
    verdict_fd = os.dup(1)
    quiet = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(quiet, fd)
    wire = Wire(mine)
    wire.exceptions = None
    wire.stand_in = StandIn
    wire.handle = lambda action, args, kwargs: wire.objects[args[0]["n"]](*args[1:], **kwargs)
    watch = Watch(child)
    wire.idle = watch.look
    try:
        verdict = judge(wire, request)
    except Gone:
        verdict = {"problem": watch.problem()}
    os.write(verdict_fd, (request["nonce"] + " " + json.dumps(verdict) + "\n").encode())
    os._exit(0)
