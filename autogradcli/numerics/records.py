"""Named tuples that cost little to declare: what is imported at each start has ``Record`` for a base.

``typing.NamedTuple`` writes the text of a ``__new__`` for each class and has Python compile it, which takes as long as
importing a small module does; a start has twenty such classes. To a type checker a ``Record`` is one of them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

__all__ = ["Record"]

if TYPE_CHECKING:
    from typing import NamedTuple as Record
else:
    from _collections import _tuplegetter  # the property that Python's own named tuples have

    _tuple = tuple.__new__

    class _Declared(type):
        def __new__(kind, name: str, bases: tuple[type, ...], space: dict[str, Any]) -> type:
            fields = space["_fields"] = space["__match_args__"] = tuple(space.get("__annotations__", ()))
            space["_field_defaults"] = {field: space[field] for field in fields if field in space}
            for index, field in enumerate(fields):
                space[field] = _tuplegetter(index, "")
            space["__slots__"] = ()
            return super().__new__(kind, name, bases, space)

    class Record(tuple, metaclass=_Declared):
        """A tuple whose elements have the names and defaults that stand in the class."""

        def __new__(cls, *values: object, **named: object) -> Record:
            if named or len(values) != len(cls._fields):
                values = cls._filled(values, named)
            return _tuple(cls, values)

        @classmethod
        def _filled(cls, values: tuple[object, ...], named: dict[str, object]) -> tuple[object, ...]:
            """All values of a call that names some, or leaves some to their defaults."""
            known = cls._field_defaults | named
            filled = values + tuple([known[field] for field in cls._fields[len(values) :] if field in known])
            if len(filled) != len(cls._fields) or not named.keys() <= set(cls._fields[len(values) :]):
                raise TypeError(f"{cls.__name__} takes {', '.join(cls._fields)}: not {values} and {named}")
            return filled

        @classmethod
        def _make(cls, values: object) -> Record:
            return cls(*values)

        def _asdict(self) -> dict[str, object]:
            return dict(zip(self._fields, self))

        def _replace(self, **named: object) -> Record:
            return type(self)(**(self._asdict() | named))

        def __getnewargs__(self) -> tuple[object, ...]:
            return tuple(self)

        def __repr__(self) -> str:
            return f"{type(self).__name__}({', '.join([f'{f}={v!r}' for f, v in zip(self._fields, self)])})"
