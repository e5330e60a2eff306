"""``matplotlib.animation``: a function of the program's draws each frame when an animation is saved, as a GIF."""

from __future__ import annotations

from typing import Any

from ...engine.state import state
from ...numerics.limits import run
from ...numerics.naming import shown_as
from ..calls.argument_types import Value
from ..calls.python_function import PythonFunction, renamed
from ..calls.registry import Method, attributes_of, namespace
from ..nn.kept_files import name_of_file
from .figures import MOST_HELD, Axes, Call, Figure
from .plain_data import between, whole
from .pyplot import FILE

#: Frames of an animation, and those of an endless one unless it says how many.
MOST_FRAMES, _ENDLESS = 500, 100
_GIF = "an animation is saved as a GIF: ani.save('name.gif', writer='pillow', fps=10)"


@shown_as("matplotlib.animation.PillowWriter")
class Writer:
    """Writes an animation as a GIF, so many frames a second."""

    __slots__ = ("fps",)

    def __init__(self, fps: float) -> None:
        self.fps = fps

    def __repr__(self) -> str:
        return f"<matplotlib.animation.PillowWriter object at 0x{id(self):x}>"


@shown_as("matplotlib.animation.FuncAnimation")
class Animation:
    """Frames that a function draws, or lists of what is seen in each."""

    __slots__ = ("call", "figure", "frames", "interval", "prepare")

    def __init__(self, figure: Figure, frames: Any, call: Any, prepare: Any, interval: float) -> None:
        self.figure, self.frames, self.call, self.prepare = figure, frames, call, prepare
        self.interval = interval
        """Milliseconds between frames."""

    def __repr__(self) -> str:
        return f"<matplotlib.animation.FuncAnimation object at 0x{id(self):x}>"


def FuncAnimation(
    fig: Value, func: Value, frames: Value = None, init_func: Value = None, fargs: Value = None,
    save_count: Value = None, *, cache_frame_data: Value = True, interval: Value = 200, repeat: Value = True,
    repeat_delay: Value = 0, blit: Value = False,
) -> Animation:  # fmt: skip
    """An animation whose frames a function draws; it is called when the animation is saved."""
    if type(fig) is not Figure:
        raise TypeError(f"a figure is needed, not {type(fig).__name__}")
    for each in (func, *(() if init_func is None else (init_func,))):
        if not callable(each):
            raise TypeError(f"FuncAnimation() needs a function, not {type(each).__name__}")
    more = tuple(fargs) if type(fargs) in (list, tuple) else ()
    most = None if save_count is None else whole(1, MOST_FRAMES)("FuncAnimation", save_count)
    return Animation(
        fig, (frames, most), lambda frame: func(frame, *more), init_func,
        between(1, 1e5)("FuncAnimation", interval),
    )  # fmt: skip


def _frames(given: Any, most: int | None) -> list[Any]:
    """The frames: of a number, of a list, of a generator or of a function that gives one."""
    if given is None:
        return list(range(most or _ENDLESS))
    if type(given) is int:
        if not 0 <= given <= MOST_FRAMES:
            raise MemoryError(f"an animation has at most {MOST_FRAMES} frames")
        return list(range(given))
    found: list[Any] = []
    for each in given() if callable(given) else given:
        if most is not None and len(found) >= most:
            break
        if len(found) >= MOST_FRAMES:
            raise MemoryError(f"an animation has at most {MOST_FRAMES} frames")
        found.append(each)
    return found


def PillowWriter(fps: Value = 5, metadata: Value = None, bitrate: Value = None) -> Writer:
    """What writes a GIF, so many frames a second."""
    return Writer(between(0.1, 100)("PillowWriter", fps))


def save(
    self: Value, filename: Value, writer: Value = None, fps: Value = None, dpi: Value = None, *,
    savefig_kwargs: Value = None, progress_callback: Value = None,
) -> None:  # fmt: skip
    """Draw all frames and write them as a GIF into the folder that ``--plots DIR`` names."""
    if type(self) is not Animation:
        raise TypeError(f"an animation is needed, not {type(self).__name__}")
    name = name_of_file("save", filename).removeprefix("./")
    if not FILE.fullmatch(name) or not name.lower().endswith(".gif"):
        raise ValueError(_GIF)
    if writer is not None and type(writer) is not Writer and writer not in ("pillow", "ffmpeg", "imagemagick"):
        raise ValueError(_GIF)
    if dpi is not None:
        between(10, 1200)("save", dpi)
    rate = between(0.1, 100)("save", fps) if fps is not None else 1000 / self.interval
    rate = writer.fps if type(writer) is Writer else rate
    state.draw(_drawn(self, progress_callback, 1000 / rate), name)


def _drawn(animation: Animation, progress: Any, pause: float) -> tuple[Figure, ...]:
    frames = _frames(*animation.frames)
    if animation.prepare is not None:
        animation.prepare()
    elif frames:
        animation.call(frames[0])
    found: list[Figure] = []
    held = 0
    for k, frame in enumerate(frames):
        animation.call(frame)
        found.append(_copied(animation.figure, pause))
        size = sum(_size(call) for axes in animation.figure.axes for call in axes.calls)
        run.spend(8 * size)
        held += size
        if held > MOST_HELD:
            raise MemoryError(f"more than {MOST_HELD:,} numbers are drawn in the frames of an animation")
        if progress is not None:
            progress(k, len(frames))
    return tuple(found)


def _size(call: Call) -> int:
    return 16 + sum(getattr(each, "size", 1) for each in call.args)


def _copied(figure: Figure, pause: float) -> Figure:
    """The figure as it is now: calls are never changed, but lists of them are."""
    made = Figure(figure.plots, figure.number, figure.size)
    made.pause = pause
    made.calls, made.styles, made.settings = list(figure.calls), figure.styles, dict(figure.settings)
    now: dict[int, Axes] = {}
    for axes in figure.axes:
        copy = now[id(axes)] = Axes(made, axes.place, axes.look)
        copy.calls = list(axes.calls)
        if axes.made is not None:
            args = tuple(_same(each, now) for each in axes.made.args)
            copy.made = Call(axes.made.name, args, axes.made.options)
    made.axes = list(now.values())
    return made


def _same(value: Any, now: dict[int, Axes]) -> Any:
    if type(value) is list:
        return [_same(each, now) for each in value]
    return now.get(id(value), value) if type(value) is Axes else value


def _elsewhere(self: Value, *args: Value, **kwargs: Value) -> None:
    """Refused: there is no page to show it in."""
    raise NotImplementedError(f"there is no page or player here: {_GIF}")


def _register() -> None:
    place = "matplotlib.animation"
    makers: tuple[Any, ...] = (FuncAnimation, PillowWriter)
    for call in makers:
        namespace(place)[call.__name__] = PythonFunction(call.__name__, renamed(call, call.__name__), place)
    for name, call in (("save", save), ("to_jshtml", _elsewhere), ("to_html5_video", _elsewhere)):
        made = PythonFunction(name, renamed(call, f"FuncAnimation.{name}"), "FuncAnimation")
        attributes_of(Animation)[name] = Method(made, call.__doc__ or "")


_register()
