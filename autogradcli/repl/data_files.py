"""Files of data at the prompt: ``:load x.npy`` sets variables, ``:save x.npy`` writes some."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

from ..api.calls.registry import NAMESPACES
from ..data.reading import DataError, UnreadableError
from ..data.values import KEYED, SUFFIXES, Reference, keys_of, name_of, read, read_all, reference
from ..data.writing import SUFFIXES as WRITTEN
from ..data.writing import save
from ..engine.tensor import Tensor
from ..numerics.dtypes import plain
from ..recorded import copied
from ..show.columns import columns
from ..show.escape import escape_line
from .commands.prompt import Prompt
from .commands.table import CommandError
from .interruptible import within
from .journal import added

#: Tables that might as well be programs: those are what has no numbers in it.
PERHAPS = (".txt", ".dat")
_NAMED = re.compile(r"([^\W\d]\w*)\s*=\s*@?(\S.*)", re.DOTALL)
#: Elements of a tensor that a saved program has in it.
MOST_WRITTEN = 1000
_GIVEN = re.compile(r"(\w+) = (_loaded_\d+); del \2")


def is_data(argument: str) -> bool:
    """Whether what was typed names a file of data."""
    return _suffix(_parts(argument)[1].file) in SUFFIXES


def _parts(argument: str) -> tuple[str, Reference]:
    """``x=@data.npz:w`` as the name of a variable and what to read; without a name the first is empty."""
    named = _NAMED.fullmatch(argument)
    name, text = (named[1], named[2]) if named else ("", argument)
    found = reference(text)
    return name, Reference(os.path.expanduser(found.file), found.key)


def _suffix(file: str) -> str:
    return os.path.splitext(file)[1].lower()


def load(prompt: Prompt, argument: str) -> bool:
    """Set variables from a file, and show which. False where it is a program rather than a table. Raises
    CommandError."""
    name, wanted = _parts(argument)
    found: dict[str, Any] = {}
    notes: list[str] = []
    problems: list[Exception] = []

    def work() -> None:
        try:
            if name or (wanted.key and "," not in wanted.key and not wanted.key.isidentifier()):
                target = name or name_of(wanted.file)
                found[target] = read(wanted, target, bytes, notes.append)
            else:
                found.update(read_all(wanted, bytes, notes.append))
            for each, value in found.items():
                if isinstance(value, list):
                    found[each] = NAMESPACES["torch"]["tensor"](value)
        except (DataError, OSError, UnreadableError, ValueError) as error:
            problems.append(error)

    within(prompt.interrupts, work, argument)
    if problems:
        (error,) = problems
        if isinstance(error, DataError) and _suffix(wanted.file) in PERHAPS and not name and not wanted.key:
            return False
        reason = error.strerror if isinstance(error, OSError) else None
        raise CommandError(f"{escape_line(wanted.file)}: {escape_line(reason or str(error))}")
    for note in notes:
        prompt.err.write(f"{wanted.file}: {note}\n")
    wrong = [key for key in found if not _is_name(key)]
    for key in wrong:
        prompt.err.write(f"`{key}` can't be a name and is left out; :load NAME={argument}:{key} takes it\n")
        del found[key]
    if found:
        _give(prompt, found, f":load {argument}")
        rows = [(escape_line(each), *_about(value)) for each, value in found.items()]
        prompt.out.raw(columns(("name", "shape", "dtype"), rows, prompt.width, prompt.out))
    return True


def _give(prompt: Prompt, values: dict[str, Any], what: str) -> None:
    """Set variables to values that no program made. It can be undone; where the program is run again they are given to
    it."""
    before = prompt.steps.snapshot()
    texts = []
    for name, value in copied(values).items():
        key = f"_loaded_{len(prompt.given) + 1}"
        prompt.given[key] = value
        texts.append(f"{name} = {key}; del {key}")
    prompt.session.variables.update(values)
    prompt.steps.done(what, before, prompt.program)
    prompt.program = added(prompt.program, "\n".join(texts))


def _is_name(text: str) -> bool:
    from keyword import iskeyword

    return text.isidentifier() and not iskeyword(text)


def _about(value: Any) -> tuple[str, str]:
    if isinstance(value, Tensor):
        return str(list(value.array.shape)), value.dtype.name
    return "", type(value).__name__


def write(prompt: Prompt, argument: str) -> bool:
    """Write variables into a file of data; False where it is named as none. Raises CommandError."""
    found = reference(argument, WRITTEN)
    wanted = Reference(os.path.expanduser(found.file), found.key)
    if _suffix(wanted.file) not in WRITTEN:
        return False
    place = os.path.realpath(wanted.file)
    if os.path.exists(place) and place not in prompt.written:
        raise CommandError(f"{escape_line(found.file)} exists, and this prompt has not written it")
    names: list[str] = []
    problems: list[Exception] = []

    def work() -> None:
        try:
            names.extend(save(wanted, prompt.session.variables))
        except (OSError, NameError, TypeError, ValueError) as error:
            problems.append(error)

    within(prompt.interrupts, work, argument)
    if problems:
        (error,) = problems
        reason = error.strerror if isinstance(error, OSError) else None
        raise CommandError(f"{escape_line(found.file)}: {escape_line(reason or str(error))}")
    prompt.written.add(place)
    prompt.out.write(f"{', '.join(names) or 'nothing'} written to {found.file}\n")
    return True


def rebuilt(text: str, given: dict[str, Any]) -> str:
    """A statement of a saved program that sets a variable from a file, with the numbers themselves; where these are
    many, a comment."""

    def literal(found: re.Match[str]) -> str:
        name, value = found[1], given[found[2]]
        if not isinstance(value, Tensor):
            return f"{name} = {_number(value)}"
        if value.array.size > MOST_WRITTEN:
            return f"# {name} is not in here, {value.dtype.name} {list(value.array.shape)}: give it by --load or --var"
        wide = plain(value.array)
        shape = f".reshape({', '.join(map(str, wide.shape))})" if 0 in wide.shape else ""
        return f"{name} = torch.tensor({_number(wide.tolist())}, dtype={value.dtype}){shape}"

    lines = [_GIVEN.sub(literal, line) for line in text.split("\n")]
    return "\n".join(lines)


def _number(value: Any) -> str:
    """Numbers and lists of them as a program has them."""
    if isinstance(value, list):
        return f"[{', '.join(map(_number, value))}]"
    if isinstance(value, complex):
        return f"complex({_number(value.real)}, {_number(value.imag)})"
    if isinstance(value, float) and (value != value or value in (float("inf"), float("-inf"))):
        return f"float('{value}')"
    return repr(value)


def paths(typed: str) -> Iterator[str]:
    """Files and folders that begin as typed, and the keys in a file of data behind its name."""
    name, equals, start = typed.partition("=")
    if not equals:
        name, start = "", typed
    file, colon, _ = start.rpartition(":")
    if colon and _suffix(file) in KEYED:
        yield from (f"{name}{equals}{file}:{key}" for key in keys_of(os.path.expanduser(file)))
        return
    folder, base = os.path.split(start)
    try:
        with os.scandir(os.path.expanduser(folder) or ".") as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if entry.name.startswith(base) and (base or not entry.name.startswith(".")):
                    yield name + equals + os.path.join(folder, entry.name) + "/" * entry.is_dir()
    except OSError:
        return
