"""``rcParams``, styles, and contexts of these: figures are drawn by those that held when they were made."""

from __future__ import annotations

import re
from typing import Any

from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Property, namespace
from .plain_data import text
from .pyplot import PYPLOT, plots

_STYLE = re.compile(r"[A-Za-z0-9_.\-]{1,60}")


@shown_as("contextlib._GeneratorContextManager")
class Held(ContextMode):
    """Settings and styles for a while."""

    __slots__ = ("before", "settings", "styles")

    def __init__(self, settings: dict[str, Any], styles: list[str]) -> None:
        self.settings, self.styles = settings, styles
        self.before: list[tuple[dict[str, Any], list[str]]] = []

    def __enter__(self) -> None:
        held = plots()
        self.before.append((dict(held.settings), list(held.styles)))
        held.settings.update(self.settings)
        held.styles.extend(self.styles)

    def __exit__(self, *problem: object) -> None:
        held = plots()
        settings, held.styles = self.before.pop()
        held.settings.clear()
        dict.update(held.settings, settings)


def _styles(given: Any) -> tuple[list[str], dict[str, Any]]:
    """The names of styles, and settings among them."""
    names: list[str] = []
    settings: dict[str, Any] = {}
    for each in given if type(given) in (list, tuple) else [given]:
        if isinstance(each, dict):
            settings.update(each)
        elif type(each) is str and _STYLE.fullmatch(each):
            names.append(each)
        else:
            raise OSError(
                f"{text('style', each)!r} is not a valid package style, path of style file, URL of style file, or "
                "library style name (library styles are listed in `style.available`)"
            )
    return names, settings


def use(style: Value) -> None:
    """Draw in a style of Matplotlib's from now on; ``'default'`` is its own."""
    names, settings = _styles(style)
    held = plots()
    if "default" in names:
        held.settings.clear()
        held.styles.clear()
    held.styles.extend(name for name in names if name != "default")
    held.settings.update(settings)


def context(style: Value, after_reset: Value = False) -> Held:
    """A context in which a style holds."""
    names, settings = _styles(style)
    return Held(settings, names)


def rc_context(rc: Value = None, fname: Value = None) -> Held:
    """A context in which settings hold."""
    if fname is not None:
        raise NotImplementedError("rc_context() takes settings: rc_context({'lines.linewidth': 2})")
    return Held(dict(rc) if isinstance(rc, dict) else {}, [])


def rc(group: Value, **kwargs: Value) -> None:
    """Set several of a group: ``rc('lines', linewidth=2)``."""
    for key, value in kwargs.items():
        plots().settings[f"{text('rc', group)}.{key}"] = value


def _available(module: Any) -> list[str]:
    try:
        from matplotlib import style
    except ImportError:
        return []
    return list(style.available)


def _register() -> None:
    for place in (PYPLOT, "matplotlib"):
        namespace(place)["rc_context"] = PythonFunction("rc_context", renamed(rc_context, "rc_context"), place)
        namespace(place)["rc"] = PythonFunction("rc", renamed(rc, "rc"), place)
        namespace(place)["rcParams"] = Property(lambda module: plots().settings, doc="Settings.")
    for place in (f"{PYPLOT}.style", "matplotlib.style"):
        for function in (use, context):
            name = function.__name__
            namespace(place)[name] = PythonFunction(name, renamed(function, name), place)
        namespace(place)["available"] = Property(_available, doc="The names of Matplotlib's styles.")


_register()
