"""Commands that change how things are computed and shown: modes, dtype, seed, format, options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from ...api.tensor.tensor_text import PrintOptions
from ...numerics.releases import VERSIONS
from ...show.columns import columns
from ..copies import AVAILABLE
from ..interruptible import quietly
from .prompt import Prompt
from .table import CommandError, choice, command, needed

SWITCH = ("on", "off")
FORMATS = ("plain", "rich", "json")
DTYPES = ("float32", "float64", "float16", "bfloat16")


@command(":no_grad", "[on|off]", words=lambda session: SWITCH)
def _no_grad(prompt: Prompt, argument: str) -> None:
    """Record no history, or again."""
    on = prompt.grad_enabled if not argument else choice(argument, SWITCH) == "on"
    prompt.change(f"torch.set_grad_enabled({not on})")


@command(":format", "[plain|rich|json]", words=lambda session: FORMATS)
def _format(prompt: Prompt, argument: str) -> None:
    """Choose how values are shown.

    As PyTorch's text, in tables or as JSON; without a word, the next of these.
    """
    prompt.format = (
        choice(argument, FORMATS) if argument else FORMATS[(FORMATS.index(prompt.format) + 1) % len(FORMATS)]
    )
    prompt.out.write(f"format: {prompt.format}\n")


@command(":dtype", "[NAME]", words=lambda session: DTYPES)
def _dtype(prompt: Prompt, argument: str) -> None:
    """Set or show the dtype of new floating tensors."""
    if argument:
        prompt.change(f"torch.set_default_dtype(torch.{choice(argument.removeprefix('torch.'), DTYPES)})")
        return
    prompt.out.write(f"dtype: {prompt.dtype}\n")


@command(":pytorch", "[RELEASE]", words=lambda session: VERSIONS)
def _pytorch(prompt: Prompt, argument: str) -> None:
    """Set or show the release of PyTorch to agree with.

    From the next line on; a graph that is there keeps the rules by which it was recorded. `docs/pytorch.md` lists what
    differs, and `autogradcli compare-pytorch FILE` says what of it a program shows.
    """
    if argument:
        prompt.session.state.use_pytorch(choice(argument, VERSIONS))
    prompt.out.write(f"pytorch: {prompt.session.state.pytorch}\n")


@command(":seed", "[N]")
def _seed(prompt: Prompt, argument: str) -> None:
    """Seed the random numbers, or show their seed."""
    if argument:
        try:
            seed = int(argument, 0)
        except ValueError:
            raise CommandError(f"a whole number is needed, not {argument}") from None
        prompt.change(f"torch.manual_seed({seed})")
        return
    prompt.out.write(f"seed: {quietly(prompt.session, 'torch.initial_seed()')[0]}\n")


class Option(NamedTuple):
    """What ``:set`` can set. ``read`` gives its value as text; ``write`` raises CommandError for a wrong one."""

    about: str
    choices: tuple[str, ...]
    read: Callable[[Prompt], str]
    write: Callable[[Prompt, str], None]


#: The words for sci_mode, and its values.
_MODES = {"auto": "None", "on": "True", "off": "False"}


def _printing(name: str, about: str) -> Option:
    """An option of ``torch.set_printoptions``."""

    def read(prompt: Prompt) -> str:
        value = prompt.session.state.kept()[1][PrintOptions.__slots__.index(name)]
        return next(word for word, text in _MODES.items() if text == str(value)) if name == "sci_mode" else str(value)

    def write(prompt: Prompt, text: str) -> None:
        if name == "sci_mode":
            prompt.change(f"torch.set_printoptions(sci_mode={_MODES[choice(text, _MODES)]})")
            return
        if not text.isdecimal() and not (name == "threshold" and text == "inf"):
            raise CommandError(f"a whole number is needed, not {text}")
        value = "float('inf')" if text == "inf" else text
        # Every call sets sci_mode, so it has to be said again.
        prompt.change(f"torch.set_printoptions({name}={value}, sci_mode={_MODES[OPTIONS['sci_mode'].read(prompt)]})")

    return Option(about, tuple(_MODES) if name == "sci_mode" else (), read, write)


def _switch(about: str, read: Callable[[Prompt], bool], write: Callable[[Prompt, bool], Any]) -> Option:
    return Option(
        about,
        SWITCH,
        lambda prompt: "on" if read(prompt) else "off",
        lambda prompt, text: write(prompt, choice(text, SWITCH) == "on"),
    )


def _previews(prompt: Prompt) -> bool:
    return prompt.preview.enabled


def _suggests(prompt: Prompt) -> bool:
    return prompt.suggest


def _toolbar(prompt: Prompt) -> bool:
    return prompt.show_toolbar


def _pages(prompt: Prompt) -> bool:
    return prompt.pages


def _set_pager(prompt: Prompt, on: bool) -> None:
    prompt.pages = on


def _set_toolbar(prompt: Prompt, on: bool) -> None:
    prompt.set_toolbar(on)


def _set_suggest(prompt: Prompt, on: bool) -> None:
    prompt.suggest = on


def _set_preview(prompt: Prompt, on: bool) -> None:
    if on and not AVAILABLE:
        raise CommandError("this system can't copy a process, which a preview needs")
    prompt.preview.enabled = on


OPTIONS: dict[str, Option] = {
    "precision": _printing("precision", "digits after the point"),
    "threshold": _printing("threshold", "elements above which a tensor is shown by its edges"),
    "edgeitems": _printing("edgeitems", "elements shown at each edge"),
    "linewidth": _printing("linewidth", "characters of a line"),
    "sci_mode": _printing("sci_mode", "numbers as 1.0000e+00"),
    "keys": Option(
        "how to edit the line",
        ("emacs", "vi"),
        lambda prompt: "vi" if prompt.vi else "emacs",
        lambda prompt, text: prompt.set_vi(choice(text, ("emacs", "vi")) == "vi"),
    ),
    "preview": _switch("what the line would give, while it is typed", _previews, _set_preview),
    "suggestions": _switch("the rest of the line from the history", _suggests, _set_suggest),
    "toolbar": _switch("the lines below the prompt", _toolbar, _set_toolbar),
    "pager": _switch("values longer than the screen in $PAGER or less", _pages, _set_pager),
}


def _option_words(session: Any) -> set[str]:
    return {*OPTIONS, *[word for option in OPTIONS.values() for word in option.choices]}


@command(":set", "[OPTION [VALUE]]", words=_option_words)
def _set(prompt: Prompt, argument: str) -> None:
    """Set or show options, such as digits and keys."""
    name, _, value = argument.partition(" ")
    if not name:
        rows = [(name, option.read(prompt), option.about) for name, option in OPTIONS.items()]
        prompt.out.raw(columns(("option", "value", ""), rows, prompt.width, prompt.out))
        return
    option = OPTIONS[choice(name, OPTIONS)]
    if value.strip():
        option.write(prompt, needed(value.strip(), "a value"))
    prompt.out.write(f"{name}: {option.read(prompt)}\n")
