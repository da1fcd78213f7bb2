"""The document's objects as the tests see them. Follows subject.py."""

class StandIn:
    """An object of the document that stays in the subject.

    It compares with another stand-in by the document's own operators, but never with a value of the
    tests: an object that calls itself equal to everything is equal to nothing here.
    """

    __slots__ = ("_wire", "_number")

    def __init__(self, wire, number):
        object.__setattr__(self, "_wire", wire)
        object.__setattr__(self, "_number", number)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self._wire.ask("get", self, name)

    def __setattr__(self, name, value):
        self._wire.ask("set", self, name, value)

    def __call__(self, *args, **kwargs):
        return self._wire.ask("call", self, *args, **kwargs)

    def __instancecheck__(self, value):
        return isinstance(value, StandIn) and self._wire.ask("isinstance", value, self) is True

    def __subclasscheck__(self, value):
        return isinstance(value, StandIn) and self._wire.ask("issubclass", value, self) is True

    def __hash__(self):
        return hash(self._number)

    def __len__(self):
        return self._wire.ask("special", self, "__len__")

    def __getitem__(self, key):
        return self._wire.ask("special", self, "__getitem__", key)

    def __setitem__(self, key, value):
        self._wire.ask("special", self, "__setitem__", key, value)

    def __delitem__(self, key):
        self._wire.ask("special", self, "__delitem__", key)

    def __contains__(self, value):
        return self._wire.ask("special", self, "__contains__", value) is True

    def __bool__(self):
        return True

    def __enter__(self):
        return self._wire.ask("special", self, "__enter__")

    def __exit__(self, *_):
        return self._wire.ask("special", self, "__exit__", None, None, None)

    def __str__(self):
        return self._wire.ask("special", self, "__str__")

    def __repr__(self):
        return self._wire.ask("special", self, "__repr__")

    def __iter__(self):
        return Iterating(self._wire, self._wire.ask("special", self, "__iter__"))

    def __next__(self):
        more, value = self._wire.ask("next", self)
        if not more:
            raise StopIteration
        return value

    def __eq__(self, other):
        return isinstance(other, StandIn) and (
            self._number == other._number or self._wire.ask("operate", "eq", self, other) is True)

    def __ne__(self, other):
        return not self == other


class Iterating:
    """What iter() of a stand-in gives: one value per turn from the subject."""

    def __init__(self, wire, inner):
        self.inner = inner if isinstance(inner, StandIn) else iter(inner)

    def __iter__(self):
        return self

    def __next__(self):
        return next(self.inner)


def between_stand_ins(name):
    def operate(self, *others):
        if not all(isinstance(other, StandIn) for other in others):
            return NotImplemented
        return self._wire.ask("operate", name, self, *others)
    return operate


for _name in OPERATORS - {"eq", "ne", "abs"}:
    setattr(StandIn, "__%s__" % _name.strip("_"), between_stand_ins(_name))
