"""``matplotlib.animation``: a function that changes a figure is called for each frame when the animation is saved."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from ...engine.callbacks import callee
from ...engine.state import state
from ...numerics.limits import counted
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, attributes_of, namespace
from ..nn.kept_files import name_of_file
from .figures import Figure
from .plain_data import between, name_of
from .pyplot import FILE

PLACE = "matplotlib.animation"
#: Frames of one animation; what Matplotlib draws where nobody says how many.
MOST_FRAMES, _UNSAID = 500, 100
_ONLY_GIF = "animations are saved as GIF here: anim.save('descent.gif', writer='pillow', fps=5)"


@shown_as("matplotlib.animation.AbstractMovieWriter")
class Writer:
    """How an animation is written: as what, and with how many frames in a second."""

    __slots__ = ("fps", "name")

    def __init__(self, name: str, fps: Any) -> None:
        self.name, self.fps = name, between(0.01, 1000)(name, fps)

    def __repr__(self) -> str:
        return f"<matplotlib.animation.{self.name} object at 0x{id(self):x}>"


@shown_as("matplotlib.animation.FuncAnimation")
class FuncAnimation:
    """A figure, a function that changes it, and what the function is called with, one after another."""

    __slots__ = ("fargs", "figure", "frames", "func", "init", "interval")

    def __init__(self, fig: Any, func: Any, frames: Any, init_func: Any, fargs: Any, interval: Any) -> None:
        if type(fig) is not Figure:
            raise TypeError(f"FuncAnimation() needs a figure, not {type(fig).__name__}")
        self.figure, self.func = fig, callee(func)
        self.init = None if init_func is None else callee(init_func)
        self.fargs = () if fargs is None else tuple(fargs)
        self.interval = between(0.1, 1e6)("FuncAnimation", interval)
        self.frames = frames

    def values(self) -> list[Any]:
        """What the function is called with. Raises MemoryError for too many frames."""
        frames: Any = self.frames
        if frames is None:
            frames = _UNSAID
        if type(frames) is int:
            frames = range(frames)
        elif not isinstance(frames, Iterable):
            frames = callee(frames)()
        found: list[Any] = []
        for each in counted(frames):
            if len(found) >= MOST_FRAMES:
                raise MemoryError(f"an animation has at most {MOST_FRAMES} frames here: FuncAnimation(..., frames=100)")
            found.append(each)
        return found

    def drawn(self, pause: float) -> tuple[Figure, ...]:
        """The figure after each call."""
        values = self.values()
        if self.init is not None:
            self.init()
        elif values:
            self.func(values[0], *self.fargs)
        made = []
        for value in values:
            self.func(value, *self.fargs)
            made.append(self.figure.frame(pause))
        return tuple(made)

    def __repr__(self) -> str:
        return f"<matplotlib.animation.FuncAnimation object at 0x{id(self):x}>"


def _made(
    fig: Value, func: Value, frames: Value = None, init_func: Value = None, fargs: Value = None,
    save_count: Value = None, *, interval: Value = 200, repeat: Value = True, repeat_delay: Value = 0,
    blit: Value = False, cache_frame_data: Value = True,
) -> FuncAnimation:  # fmt: skip
    """An animation; what is about windows (``repeat``, ``blit``) changes no file."""
    return FuncAnimation(fig, func, frames, init_func, fargs, interval)


def save(
    self: Value, filename: Value, writer: Value = None, fps: Value = None, dpi: Value = None, **kwargs: Value
) -> None:  # fmt: skip
    """Call the function for each frame, and write them as a GIF into the folder that ``--plots`` names."""
    if type(self) is not FuncAnimation:
        raise TypeError(f"an animation is needed, not {type(self).__name__}")
    for name in kwargs:
        raise TypeError(f"save() got an unexpected keyword argument '{name}'; it takes writer and fps here")
    name = name_of_file("save", filename)
    if not FILE.fullmatch(name) or not name.lower().endswith(".gif"):
        raise ValueError(_ONLY_GIF)
    if writer is not None and (writer.name if type(writer) is Writer else name_of("save", writer)) not in (
        "pillow", "PillowWriter", "imagemagick",
    ):  # fmt: skip
        raise ValueError(_ONLY_GIF)
    if dpi is not None:
        between(10, 1200)("save", dpi)
    rate = writer.fps if type(writer) is Writer and fps is None else 1000 / self.interval if fps is None else fps
    frames = self.drawn(1 / between(0.01, 1000)("save", rate))
    if frames:
        state.draw(frames, name.removeprefix("./"))


def _no_page(self: Value, *args: Value, **kwargs: Value) -> None:
    """Refused: there is no page to show it in."""
    raise NotImplementedError(_ONLY_GIF)


def _writer(name: str) -> Callable[..., Writer]:
    def make(fps: Value = 5, metadata: Value = None, bitrate: Value = None, codec: Value = None) -> Writer:
        return Writer(name, fps)

    make.__doc__ = "How an animation is written."
    return make


def _register() -> None:
    table = namespace(PLACE)
    table["FuncAnimation"] = PythonFunction("FuncAnimation", renamed(_made, "FuncAnimation"), PLACE)
    for name in ("PillowWriter", "FFMpegWriter", "ImageMagickWriter"):
        table[name] = PythonFunction(name, renamed(_writer(name), name), PLACE)
    for name, call in (("save", save), ("to_jshtml", _no_page), ("to_html5_video", _no_page)):
        made = PythonFunction(name, renamed(call, f"FuncAnimation.{name}"), "FuncAnimation")
        attributes_of(FuncAnimation)[name] = Method(made, call.__doc__ or "")


_register()
