"""`@record`: dataclasses that cost nothing until somebody asks for their fields.

`dataclasses` takes 10 ms to import and 0.6 ms for each class, of which an answer needs seventy: a third
of its time. A record shares its methods with all others, and becomes a true dataclass (`dataclasses.fields`,
`replace`, `asdict`, pydantic) the moment `__dataclass_fields__` is looked at. Records compare, hash and print
as generated classes do. They have no subclasses.
"""

from __future__ import annotations

from _thread import allocate_lock
from collections.abc import Callable
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

_LOCK = allocate_lock()
_Class = TypeVar("_Class", bound=type)
_Record = TypeVar("_Record")


class _Made:
    """A default made anew for each record."""

    def __init__(self, factory: Callable[[], Any]) -> None:
        self.default_factory = factory


def made(factory: Callable[[], Any]) -> Any:
    """The default of a field that is *factory*'s result, as `dataclasses.field(default_factory=…)`."""
    return _Made(factory)


@dataclass_transform(frozen_default=True, field_specifiers=(made,))
def record(cls: _Class | None = None, *, kw_only: bool = False, frozen: bool = True) -> Any:
    """As `dataclasses.dataclass`, frozen unless told otherwise."""
    return _finished(cls, kw_only, frozen) if cls else lambda cls: _finished(cls, kw_only, frozen)


def replace(kept: _Record, /, **changes: Any) -> _Record:
    """*kept* with *changes*, as `dataclasses.replace`."""
    return kept.__class__(**{**kept.__dict__, **changes})


def _finished(cls: _Class, kw_only: bool, frozen: bool) -> _Class:
    names = tuple(cls.__annotations__)
    own = cls.__dict__
    # `dataclasses.field` will do as well, where its import costs nobody's answer anything.
    made_anew = [name for name in names if hasattr(own.get(name), "default_factory")]
    factories = {name: own[name].default_factory for name in made_anew}
    for name in factories:
        delattr(cls, name)
    cls.record_fields = names
    cls.__match_args__ = () if kw_only else names
    cls.__dataclass_fields__ = _Fields(factories, kw_only)
    cls.__init__ = _initialiser(cls, factories)
    cls.__eq__, cls.__hash__ = _comparison(names)
    cls.__repr__ = _text
    if frozen:
        cls.__setattr__ = cls.__delattr__ = _refuse
    else:
        cls.__hash__ = None
    return cls


class _Fields:
    """Stands for `__dataclass_fields__` until it is looked at."""

    def __init__(self, factories: dict[str, Callable[[], Any]], kw_only: bool) -> None:
        self.factories, self.kw_only = factories, kw_only

    def __get__(self, _: object, cls: type) -> dict[str, Any]:
        from dataclasses import dataclass, field

        with _LOCK:
            return self._become_dataclass(cls, dataclass, field)

    def _become_dataclass(self, cls: type, dataclass: Any, field: Any) -> dict[str, Any]:
        known = cls.__dict__["__dataclass_fields__"]
        if known is not self:  # another thread was first
            return known
        for name, factory in self.factories.items():
            setattr(cls, name, field(default_factory=factory))
        dataclass(init=False, repr=False, eq=False, kw_only=self.kw_only)(cls)
        return cls.__dataclass_fields__


def _initialiser(cls: type, factories: dict[str, Callable[[], Any]]) -> Callable[..., None]:
    in_order = cls.__match_args__
    names = dict.fromkeys(cls.record_fields).keys()
    defaults = {name: cls.__dict__[name] for name in names if name in cls.__dict__}
    made_anew = tuple(factories.items())

    def __init__(self: Any, *args: Any, **values: Any) -> None:
        own = self.__dict__
        if args and not values and len(args) == len(names) == len(in_order):
            own.update(zip(names, args, strict=False))
            return
        own.update(defaults)
        if args:
            if len(args) > len(in_order) or (values and not values.keys().isdisjoint(in_order[: len(args)])):
                raise TypeError(f"{cls.__name__}() takes {len(in_order)} values in order, each once")
            own.update(zip(in_order, args, strict=False))
        own.update(values)
        for name, make in made_anew:
            if name not in own:
                own[name] = make()
        if own.keys() != names:
            wrong = ", ".join(sorted(own.keys() ^ names))
            raise TypeError(f"{cls.__name__}() lacks or does not know: {wrong}")

    return __init__


def _comparison(names: tuple[str, ...]) -> tuple[Callable[[Any, Any], Any], Callable[[Any], int]]:
    values = attrgetter(*names)

    def __eq__(self: Any, other: Any) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __eq__, __hash__


def _text(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.record_fields)
    return f"{self.__class__.__qualname__}({values})"


def _refuse(self: Any, name: str, *_: Any) -> None:
    from dataclasses import FrozenInstanceError

    raise FrozenInstanceError(f"cannot change field {name!r}")
