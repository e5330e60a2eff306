"""``datetime``: dates, times and the spans between them. They are Python's own, with a closed table of attributes."""

from __future__ import annotations

import datetime
from collections.abc import Callable
from typing import Any

from ...api.calls.registry import CLASS_ATTRIBUTES, Method, Property, attributes_of, namespace
from ..compile.calls import CONSTRUCTORS
from ..values.foreign import VALUES

_table = namespace("datetime")

#: Characters of a format or of a text that is read.
_LONGEST = 1000
_KINDS = (datetime.timedelta, datetime.date, datetime.datetime, datetime.time, datetime.timezone)
_PLAIN = (int, float, str, type(None), *_KINDS)


def _checked(name: str, call: Callable[..., Any]) -> Callable[..., Any]:
    """A function of Python's that gets numbers, short texts, dates, times and spans alone."""

    def checked(*args: Any, **kwargs: Any) -> Any:
        for value in (*args, *kwargs.values()):
            if not isinstance(value, _PLAIN):
                raise TypeError(f"{name}() takes numbers, texts, dates and times, not {type(value).__name__}")
            if type(value) is str and len(value) > _LONGEST:
                raise ValueError(f"{name}() takes texts of at most {_LONGEST} characters")
        return call(*args, **kwargs)

    checked.__name__ = checked.__qualname__ = name
    return checked


def _own(kind: type, name: str) -> Any:
    """What a class of Python's has under a name, unbound; None where it has nothing."""
    return next((vars(base)[name] for base in kind.__mro__ if name in vars(base)), None)


def _method(kind: type, name: str) -> Method:
    return Method(_checked(name, _own(kind, name)))


def _of_the_class(kind: type, name: str) -> Method:
    call = _checked(name, _own(kind, name).__get__(None, kind))
    return Method(lambda kind, *args, **kwargs: call(*args, **kwargs))


def _field(kind: type, name: str) -> Property:
    field = _own(kind, name)
    return Property(lambda value: field.__get__(value, kind))


_DATE = "year month day"
_TIME = "hour minute second microsecond tzinfo fold"
_OF_DATE = "isoformat strftime weekday isoweekday toordinal ctime replace"
for _kind, _fields, _methods, _of_class in (
    (datetime.timedelta, "days seconds microseconds", "total_seconds", ""),
    (datetime.date, _DATE, _OF_DATE, "today fromisoformat fromordinal fromtimestamp"),
    (
        datetime.datetime,
        f"{_DATE} {_TIME}",
        f"{_OF_DATE} timestamp date time astimezone utcoffset tzname",
        "now today utcnow fromisoformat fromordinal fromtimestamp strptime combine",
    ),
    (datetime.time, _TIME, "isoformat strftime replace", "fromisoformat"),
    (datetime.timezone, "", "utcoffset tzname", ""),
):
    _attributes = attributes_of(_kind)
    for _name in _fields.split():
        _attributes[_name] = _field(_kind, _name)
    for _name in _methods.split():
        _attributes[_name] = _method(_kind, _name)
    _classes = CLASS_ATTRIBUTES.setdefault(_kind, {})
    for _name in _of_class.split():
        _classes[_name] = _of_the_class(_kind, _name)
    for _name in ("min", "max", "resolution"):
        if (_found := _own(_kind, _name)) is not None:
            _classes[_name] = Property(lambda kind, value=_found: value)  # type: ignore[misc]
    CONSTRUCTORS[_kind] = _checked(_kind.__name__, _kind)
    VALUES.add(_kind)
    _table[_kind.__name__] = _kind
CLASS_ATTRIBUTES[datetime.timezone]["utc"] = Property(lambda kind: datetime.UTC)
_table |= {"UTC": datetime.UTC, "MINYEAR": datetime.MINYEAR, "MAXYEAR": datetime.MAXYEAR}
