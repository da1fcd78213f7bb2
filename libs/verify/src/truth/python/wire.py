"""Runs the code of a document against its tests and prints one verdict line.

A *zygote* waits with everything imported and forks a fresh pair of processes for each check, shut
in by themselves, before the request is read. The *subject* runs the document's code: it never holds
the tests, the expected values or the nonce. The *driver* runs the tests; the names the document
defines are stand-ins there that call into the subject and get plain values back, so every comparison
happens on this side. The driver is not dumpable: the subject, of the same user, can neither read its
memory nor its file descriptors (ptrace(2), PR_SET_DUMPABLE).
"""

import ast, builtins, collections, ctypes, decimal, fractions, gc, json, os, platform, resource, select, signal, socket, struct, sys, time
# Not needed here; imported once so that no check pays for them again.
import abc, bisect, cmath, contextlib, copy, dataclasses, datetime, enum, functools, heapq, io, itertools, math, operator, random, re, statistics, string, textwrap, typing, unittest

# `-c` puts the working folder first, where a document could lay modules for the driver to import.
sys.path[:] = [path for path in sys.path if path]

MAX_MESSAGE = 4 << 20
MAX_DEPTH = 100
STDLIB = sys.stdlib_module_names
CLASSES = {c.__name__: c for c in (collections.Counter, collections.OrderedDict, collections.deque)}
# Clean copies of these the tests may use by the name the document imported; none of them runs text as code.
CLEAN = {"math", "cmath", "statistics", "fractions", "decimal", "collections", "itertools", "string", "typing",
         "datetime", "heapq", "bisect", "json", "re", "copy", "random", "time"}
# What may cross the wire by its name. Nothing that runs text as code: the subject picks these freely.
NAMED = {int, float, complex, str, bytes, bytearray, bool, list, tuple, dict, set, frozenset} | {
    value for value in vars(builtins).values() if isinstance(value, type) and issubclass(value, Exception)}
# Names under which tests import the document as a whole.
DOCUMENT = {"solution", "main", "code", "program", "answer", "candidate", "submission", "module"}
OPERATORS = {"add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "matmul", "and_", "or_", "xor",
             "eq", "ne", "lt", "le", "gt", "ge", "neg", "pos", "invert", "abs"}


class Gone(BaseException):
    """The other process ended, or broke the protocol. Not an Exception: tests cannot swallow it."""


class Wire:
    """JSON messages with a length before each; values are tagged so that types survive exactly."""

    def __init__(self, channel):
        self.channel = channel
        self.objects = {}  # what this side lent out, by number
        self.numbers = {}
        self.stand_in = None  # makes the value for a number of the other side
        self.idle = None  # called while waiting and between messages; may raise Gone

    def send(self, message):
        data = json.dumps(message).encode()
        if len(data) > MAX_MESSAGE:
            raise ValueError("message too large")
        try:
            self.channel.sendall(struct.pack("<I", len(data)) + data)
        except OSError:
            raise Gone from None

    def receive(self):
        if self.idle is not None:
            self.idle()  # also between messages: a chatty subject must not keep its watcher busy
        size = struct.unpack("<I", self.read(4))[0]
        if size > MAX_MESSAGE:
            raise Gone
        try:
            return json.loads(self.read(size))
        except (ValueError, RecursionError):
            raise Gone from None

    def read(self, size):
        parts = []
        while size > 0:
            while self.idle is not None and not select.select([self.channel], [], [], 0.02)[0]:
                self.idle()
            try:
                part = self.channel.recv(min(size, 1 << 16))
            except OSError:
                part = b""
            if not part:
                raise Gone
            parts.append(part)
            size -= len(part)
        return b"".join(parts)

    def lend(self, value):
        number = self.numbers.get(id(value))
        if number is None:
            number = len(self.objects)
            self.objects[number] = value
            self.numbers[id(value)] = number
        return number

    def encode(self, value, depth=0):
        if depth > MAX_DEPTH:
            raise ValueError("value too deep")
        kind = type(value)
        if value is None or kind is bool or kind is str or kind is float:
            return value
        if kind is int:
            return value if -(2**53) < value < 2**53 else {"i": hex(value)}
        deeper = lambda items: [self.encode(item, depth + 1) for item in items]
        if kind is list:
            return deeper(value)
        if kind in (tuple, set, frozenset):
            return {{tuple: "t", set: "s", frozenset: "f"}[kind]: deeper(value)}
        if kind is dict:
            return {"d": [deeper(item) for item in value.items()]}
        if kind.__name__ in CLASSES and kind is CLASSES[kind.__name__]:
            items = [deeper(item) for item in value.items()] if isinstance(value, dict) else deeper(value)
            return {"o": kind.__name__, "v": items}
        if kind in (bytes, bytearray):
            return {"b" if kind is bytes else "a": value.hex()}
        if kind is complex:
            return {"c": [value.real, value.imag]}
        if kind is range:
            return {"r": deeper((value.start, value.stop, value.step))}
        if kind is decimal.Decimal:
            return {"D": str(value)}
        if kind is fractions.Fraction:
            return {"F": deeper((value.numerator, value.denominator))}
        if isinstance(value, StandIn):
            return {"yours": value._number}
        if isinstance(value, type) and any(value is named for named in NAMED):
            return {"builtin": value.__name__}
        return {"mine": self.lend(value), "type": kind.__name__}

    def decode(self, value, depth=0):
        if depth > MAX_DEPTH:
            raise Gone
        if value is None or type(value) in (bool, str, float, int):
            return value
        deeper = lambda items: [self.decode(item, depth + 1) for item in items]
        try:
            if type(value) is list:
                return deeper(value)
            tag = next(iter(value))
            body = value[tag]
            if tag == "i":
                return int(body, 16)
            if tag in ("t", "s", "f"):
                return {"t": tuple, "s": set, "f": frozenset}[tag](deeper(body))
            if tag == "d":
                return dict(deeper(item) for item in body)
            if tag == "o":
                return self.rebuild(CLASSES[body], value["v"], deeper)
            if tag in ("b", "a"):
                return {"b": bytes, "a": bytearray}[tag].fromhex(body)
            if tag == "c":
                return complex(*deeper(body))
            if tag == "r":
                return range(*deeper(body))
            if tag == "D":
                return decimal.Decimal(body)
            if tag == "F":
                return fractions.Fraction(*deeper(body))
            if tag == "yours":
                return self.objects[body]
            if tag == "builtin":
                return next(named for named in NAMED if named.__name__ == body)
            if tag == "mine":
                return self.stand_in(self, int(body))
        except (TypeError, ValueError, KeyError, AttributeError, StopIteration, ArithmeticError):
            pass
        raise Gone

    @staticmethod
    def rebuild(kind, items, deeper):
        return kind(dict(deeper(item) for item in items)) if issubclass(kind, dict) else kind(deeper(items))

    def ask(self, action, *args, **kwargs):
        """Has the other side do something; serves its calls back while waiting."""
        self.send({"do": action, "args": [self.encode(a) for a in args],
                   "kwargs": {k: self.encode(v) for k, v in kwargs.items()}})
        while True:
            message = self.receive()
            if type(message) is not dict:
                raise Gone
            if "do" in message:
                self.serve(message)
                continue
            if "raised" in message:
                raise revive(message["raised"], self)
            self.update(args, message.get("changed"))
            return self.decode(message.get("value"))

    def update(self, args, changed):
        """Brings changes that the call made to its arguments home, as a call in one process would."""
        for place, value in (changed or {}).items():
            try:
                mine, new = args[int(place)], self.decode(value)
            except (ValueError, IndexError, TypeError):
                raise Gone from None
            if type(mine) is not type(new):
                raise Gone
            if type(mine) in (list, bytearray):
                mine[:] = new
            elif type(mine) in (dict, set):
                mine.clear()
                mine.update(new)

    def serve(self, message):
        try:
            args = [self.decode(a) for a in message["args"]]
            kwargs = {k: self.decode(v) for k, v in message["kwargs"].items()}
            before = [self.encode(a) if type(a) in (list, dict, set, bytearray) else None for a in args]
            value = self.encode(self.handle(message["do"], args, kwargs))
            changed = {}
            for place, old in enumerate(before):
                if old is not None:
                    new = self.encode(args[place])
                    if new != old:
                        changed[place] = new
            answer = {"value": value, "changed": changed}
        except Gone:
            raise
        except BaseException as error:
            answer = {"raised": describe(error, self)}
        try:
            self.send(answer)
        except ValueError as error:
            self.send({"raised": describe(error, self)})


def describe(error, wire):
    kind = type(error)
    known = next(c.__name__ for c in kind.__mro__ if getattr(builtins, c.__name__, None) is c)
    own = {} if known == kind.__name__ else {"class": wire.lend(kind), "name": kind.__name__}
    return {"builtin": known, "text": str(error)[:1000], **own}


def revive(told, wire):
    try:
        base = exception_named(told["builtin"])  # SystemExit and the like become Exception
        text = str(told.get("text", ""))
        if "class" in told and wire.exceptions is not None:
            return wire.exceptions(int(told["class"]), str(told["name"]), base)(text)
        return base(text)
    except Exception:
        raise Gone from None
