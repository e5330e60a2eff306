"""``rcParams`` and styles: how everything is drawn unless a call says something else."""

from __future__ import annotations

from typing import Any

from ...engine.modes import ContextMode
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, Property, attributes_of, namespace
from .defaults import DEFAULTS
from .figures import SETTINGS, TAB10, setting
from .further import plain_value
from .made import Cycle
from .plain_data import colours, text
from .pyplot import PYPLOT, plots, settings

#: Matplotlib's own styles.
STYLES = (
    "Solarize_Light2",
    "bmh",
    "classic",
    "dark_background",
    "fast",
    "fivethirtyeight",
    "ggplot",
    "grayscale",
    "petroff10",
    "petroff6",
    "petroff8",
    "seaborn-v0_8",
    "seaborn-v0_8-bright",
    "seaborn-v0_8-colorblind",
    "seaborn-v0_8-dark",
    "seaborn-v0_8-dark-palette",
    "seaborn-v0_8-darkgrid",
    "seaborn-v0_8-deep",
    "seaborn-v0_8-muted",
    "seaborn-v0_8-notebook",
    "seaborn-v0_8-paper",
    "seaborn-v0_8-pastel",
    "seaborn-v0_8-poster",
    "seaborn-v0_8-talk",
    "seaborn-v0_8-ticks",
    "seaborn-v0_8-white",
    "seaborn-v0_8-whitegrid",
    "tableau-colorblind10",
)
_MOST_STYLES = 20
CYCLE = "axes.prop_cycle"
#: Groups of settings about files, fonts in files and windows, which are kept and change nothing here.
_KEPT = (
    "agg.", "animation.", "backend", "date.", "docstring.", "interactive", "keymap.", "macosx.", "mathtext.", "path.",
    "pdf.", "pgf.", "ps.", "svg.", "text.", "timezone", "tk.", "toolbar", "webagg.",
)  # fmt: skip


def checked(name: str, given: Any) -> dict[str, Any]:
    """Settings as data. Raises KeyError in Matplotlib's words for one that it doesn't have."""
    if type(given) is not dict:
        raise TypeError(f"{name}() needs a dictionary of settings")
    found: dict[str, Any] = {}
    for key, value in given.items():
        if type(key) is not str or not (key in SETTINGS or key.startswith(_KEPT)):
            raise KeyError(
                f"{str(key)[:60]} is not a valid rc parameter (see rcParams.keys() for a list of valid parameters)"
            )
        found[key] = value if type(value) is Cycle else setting(key, plain_value(name, "", value))
    return found


def rc(group: Value, **kwargs: Value) -> None:
    """Change settings: ``rc('lines', linewidth=2)``."""
    short = {"lw": "linewidth", "ls": "linestyle", "c": "color", "fc": "facecolor", "ec": "edgecolor"}
    for each in group if type(group) in (list, tuple) else (group,):
        given = {f"{text('rc', each)}.{short.get(key, key)}": value for key, value in kwargs.items()}
        settings().update(checked("rc", given))


def rcdefaults() -> None:
    """Forget the settings and the styles that the program chose."""
    settings().clear()
    settings().update({**DEFAULTS, CYCLE: TAB10})
    plots().styles.clear()


@shown_as("contextlib._GeneratorContextManager")
class Context(ContextMode):
    """Settings and styles for a while: ``with plt.rc_context({...}):``, ``with plt.style.context('ggplot'):``."""

    __slots__ = ("before", "given", "styles")

    def __init__(self, given: dict[str, Any], styles: list[str] | None = None) -> None:
        self.given, self.styles = given, styles
        self.before: tuple[dict[str, Any], list[str]] | None = None

    def __enter__(self) -> None:
        held = plots()
        self.before = (dict(held.settings), list(held.styles))
        if self.styles is not None:
            held.styles[:] = _added(held.styles, self.styles)
        held.settings.update(self.given)

    def __exit__(self, *problem: object) -> None:
        held = plots()
        if self.before is not None:
            held.settings.clear()
            held.settings.update(self.before[0])
            held.styles[:] = self.before[1]


def rc_context(rc: Value = None, fname: Value = None) -> Context:
    """Settings for a while, as a context."""
    if fname is not None:
        raise NotImplementedError("rc_context() takes a dictionary of settings: programs here reach no settings files")
    return Context({} if rc is None else checked("rc_context", rc))


def use(style: Value) -> None:
    """Draw in one of Matplotlib's styles from now on: ``plt.style.use('ggplot')``."""
    names, given = _styles("use", style)
    plots().styles[:] = _added(plots().styles, names)
    settings().update(given)


def context(style: Value, after_reset: Value = False) -> Context:
    """One of Matplotlib's styles for a while."""
    names, given = _styles("context", style)
    return Context(given, names)


def _added(old: list[str], new: list[str]) -> list[str]:
    found = list(old)
    for each in new:
        found = [] if each == "default" else [*(one for one in found if one != each), each]
    return found[-_MOST_STYLES:]


def _styles(name: str, style: Any) -> tuple[list[str], dict[str, Any]]:
    """The names of styles, and settings beside them. Raises OSError in Matplotlib's words for a name that isn't one."""
    names: list[str] = []
    given: dict[str, Any] = {}
    for each in style if type(style) in (list, tuple) else [style]:
        if type(each) is dict:
            given |= checked(name, each)
            continue
        found = text(name, each)
        if found != "default" and found not in STYLES:
            raise OSError(
                f"{found[:60]!r} is not a valid package style, path of style file, URL of style file, or library style "
                "name (library styles are listed in `style.available`)"
            )
        names.append(found)
    return names[:_MOST_STYLES], given


def cycler(*args: Value, **kwargs: Value) -> Cycle:
    """Colours for lines, one after another: ``cycler(color=['r', 'g'])``, the value of ``axes.prop_cycle``."""
    given = dict(zip(("key", "values"), args, strict=False)) if len(args) == 2 else {}
    named = {given["key"]: given["values"]} if given else kwargs
    if len(args) not in (0, 2) or list(named) not in (["color"], ["c"]):
        raise NotImplementedError("cycler() knows colours: cycler(color=['r', 'g', 'b'])")
    found = colours("cycler", *named.values())
    each = list(found) if type(found) is list else [tuple(row) for row in found.tolist()]
    return Cycle("cycler", "cycler", (), {"color": each[:1000]})


def _register() -> None:
    table = namespace(PYPLOT)
    functions: tuple[Any, ...] = (rc, rcdefaults, rc_context)
    styling: tuple[Any, ...] = (use, context)
    for place in (PYPLOT, "matplotlib"):
        names = namespace(place)
        names["rcParams"] = Property(lambda module: settings(), doc="How everything is drawn: settings by name.")
        names["rcParamsDefault"] = Property(lambda module: dict(DEFAULTS), doc="The settings as they are at first.")
        for call in functions:
            names[call.__name__] = PythonFunction(call.__name__, renamed(call, call.__name__), place)
    table["cycler"] = namespace("cycler")["cycler"] = PythonFunction("cycler", cycler, "cycler")
    for place in (f"{PYPLOT}.style", "matplotlib.style"):
        names = namespace(place)
        names["available"] = Property(lambda module: list(STYLES), doc="The names of the styles.")
        for call in styling:
            names[call.__name__] = PythonFunction(call.__name__, renamed(call, call.__name__), place)
    attributes_of(Cycle)["by_key"] = Method(lambda cycle: {k: list(v) for k, v in cycle.named.items()}, "The colours.")


_register()
