"""`@record`: frozen dataclasses whose methods are shared instead of generated for each class.

`dataclasses` writes and compiles up to six functions a class, about 0.6 ms; the seventy classes an answer
needs would cost it a fifth of its time. Records are dataclasses to `dataclasses.fields`, `replace`, pydantic
and type checkers, and compare, hash and print as generated ones do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import MISSING, FrozenInstanceError, dataclass
from operator import attrgetter
from typing import Any, TypeVar, dataclass_transform

_Class = TypeVar("_Class", bound=type)


@dataclass_transform(frozen_default=True)
def record(cls: _Class | None = None, *, kw_only: bool = False) -> Any:
    """As `dataclass(frozen=True)`; *kw_only* as there."""
    return _finished(cls, kw_only) if cls is not None else lambda cls: _finished(cls, kw_only)


def _finished(cls: _Class, kw_only: bool) -> _Class:
    cls = dataclass(init=False, repr=False, eq=False, kw_only=kw_only)(cls)
    cls.__init__ = _initialiser(cls)
    cls.__eq__, cls.__hash__ = _comparison(cls)
    cls.__repr__ = _text
    cls.__setattr__ = cls.__delattr__ = _refuse
    return cls


def _initialiser(cls: type) -> Callable[..., None]:
    fields = cls.__dataclass_fields__
    names = fields.keys()
    in_order = tuple(name for name, field in fields.items() if not field.kw_only)
    defaults = {name: field.default for name, field in fields.items() if field.default is not MISSING}
    made = [
        (name, field.default_factory)
        for name, field in fields.items()
        if field.default_factory is not MISSING
    ]

    def __init__(self: Any, *args: Any, **values: Any) -> None:
        if args:
            if len(args) > len(in_order) or not values.keys().isdisjoint(in_order[: len(args)]):
                raise TypeError(f"{cls.__name__}() takes {len(in_order)} values in order, each once")
            values.update(zip(in_order, args, strict=False))
        for name, make in made:
            if name not in values:
                values[name] = make()
        own = self.__dict__
        own.update(defaults)
        own.update(values)
        if own.keys() != names:
            wrong = ", ".join(sorted(own.keys() ^ names))
            raise TypeError(f"{cls.__name__}() lacks or does not know: {wrong}")

    return __init__


def _comparison(cls: type) -> tuple[Callable[[Any, Any], Any], Callable[[Any], int]]:
    values = attrgetter(*cls.__dataclass_fields__)

    def __eq__(self: Any, other: Any) -> Any:
        return values(self) == values(other) if other.__class__ is self.__class__ else NotImplemented

    def __hash__(self: Any) -> int:
        return hash(values(self))

    return __eq__, __hash__


def _text(self: Any) -> str:
    values = ", ".join(f"{name}={getattr(self, name)!r}" for name in self.__dataclass_fields__)
    return f"{self.__class__.__qualname__}({values})"


def _refuse(self: Any, name: str, *_: Any) -> None:
    raise FrozenInstanceError(f"cannot change field {name!r}")
