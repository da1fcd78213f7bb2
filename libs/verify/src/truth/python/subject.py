"""The subject: runs the code of the document, and answers what the driver asks of it. Follows wire.py."""

def be_subject(channel, bounds):
    quiet = os.open("/dev/null", os.O_RDWR)
    for fd in (0, 1, 2):
        os.dup2(quiet, fd)
    os.closerange(3, channel.fileno())
    os.closerange(channel.fileno() + 1, 256)
    limit(resource.RLIMIT_CPU, bounds["cpuSeconds"], bounds["cpuSeconds"] + 1)
    wire = Wire(channel)
    wire.exceptions = None
    wire.stand_in = lambda _, number: callback(wire, number)
    wire.handle = lambda action, args, kwargs: subject_action(wire, action, args, kwargs)
    builtins.exit = builtins.quit = sys.exit
    try:
        while True:
            wire.serve(wire.receive())
    except Gone:
        os._exit(0)


def callback(wire, number):
    return lambda *args, **kwargs: wire.ask("call", {"n": number}, *args, **kwargs)


GLOBALS = {"__name__": "solution", "__builtins__": builtins}


def subject_action(wire, action, args, kwargs):
    if action == "load":
        return load(args[0])
    if action == "together":
        return together(*args)
    if action == "global":
        return GLOBALS[args[0]]
    if action == "call":
        return args[0](*args[1:], **kwargs)
    if action == "get":
        return getattr(*args)
    if action == "set":
        return setattr(*args)
    if action == "isinstance":
        return isinstance(*args)
    if action == "issubclass":
        return issubclass(*args)
    if action == "special":
        method = getattr(args[0], args[1], None)
        if method is None:
            raise TypeError("no " + args[1])
        return method(*args[2:])
    if action == "operate":
        import operator
        return getattr(operator, args[0])(*args[1:])
    if action == "next":
        try:
            return (True, next(args[0]))
        except StopIteration:
            return (False, None)
    raise ValueError(action)


def load(code):
    """Runs the document's code; tells its names, what kind each is, and what went wrong."""
    missing = None
    problem = None
    module = type(sys)("solution")
    module.__dict__.update(GLOBALS)
    globals()["GLOBALS"] = module.__dict__
    sys.modules["solution"] = module
    try:
        exec(compile(code, "<document>", "exec", dont_inherit=True), module.__dict__)
    except ModuleNotFoundError as error:
        missing = error.name
        problem = "ModuleNotFoundError"
    except BaseException as error:
        problem = type(error).__name__
    names = {}
    for name, value in module.__dict__.items():
        if name.startswith("__"):
            continue
        if type(value) is type(sys):
            names[name] = ["module", value.__name__]
        elif getattr(value, "__module__", None) in CLEAN and getattr(value, "__name__", None) == name:
            names[name] = ["clean", value.__module__]
        elif isinstance(value, type) and issubclass(value, BaseException):
            base = next(c.__name__ for c in value.__mro__ if getattr(builtins, c.__name__, None) is c)
            names[name] = ["exception", base]
        else:
            names[name] = ["own"]
    return {"names": names, "problem": problem, "missing": missing}


def together(code, tests, entry):
    """Code and tests in one process, as a plain run would have it. Never believed as a pass."""
    module = type(sys)("solution")
    scope = module.__dict__
    try:
        exec(compile(code, "<document>", "exec", dont_inherit=True), scope)
    except BaseException:
        return False
    for node in ast.walk(ast.parse(tests)):
        if isinstance(node, ast.ImportFrom) and node.level == 0 and node.module not in STDLIB:
            sys.modules[node.module] = module
    for name in DOCUMENT - STDLIB:
        sys.modules[name] = module
    run = Run(tests, entry, scope)
    return run.passed == run.total > 0
