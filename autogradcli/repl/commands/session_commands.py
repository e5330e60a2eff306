"""Commands about the session as a whole: undo, files, history, the end."""

from __future__ import annotations

import os
import shlex
import tempfile

from ...data.notebooks import SUFFIX as NOTEBOOK
from ...data.notebooks import cells
from ...data.reading import UnreadableError
from ...language.values.budget import MAX_SOURCE
from ...show.escape import escape_line
from ..files import encoded, write_file
from ..journal import HEADER, listing, quiet
from .prompt import Prompt
from .table import CommandError, command, needed

#: Entries that :history shows without a number.
RECENT = 20


@command(":undo")
def _undo(prompt: Prompt, argument: str) -> None:
    """Take back what the last statement did.

    To variables and their numbers, to gradients, histories, modes and random
    numbers. The last fifty statements can be taken back.
    """
    step = prompt.steps.undo(prompt.program)
    if step is None:
        raise CommandError("there is nothing to take back")
    prompt.program = step.program
    prompt.out.write(f"undone: {_one_line(step.what)}\n")
    if not step.snapshot.complete:
        prompt.out.write("not everything could be put back: the session is larger than :undo can keep\n")


@command(":redo")
def _redo(prompt: Prompt, argument: str) -> None:
    """Do again what :undo took back."""
    step = prompt.steps.redo(prompt.program)
    if step is None:
        raise CommandError("there is nothing to do again")
    prompt.program = step.program
    prompt.out.write(f"done again: {_one_line(step.what)}\n")


def _one_line(text: str) -> str:
    first, *more = text.strip().split("\n")
    return escape_line(first[:60] + ("..." if more or len(first) > 60 else ""))


@command(":reset")
def _reset(prompt: Prompt, argument: str) -> None:
    """Begin anew; :undo brings everything back."""
    prompt.reset()
    prompt.out.write("a fresh session\n")


@command(":load", "FILE", path=True)
def _load(prompt: Prompt, argument: str) -> None:
    """Run a program, or set variables from data.

    Of a file of data (.npy, .npz, .csv, .tsv, .txt, .json, .safetensors) each
    array becomes a variable of its name; :load data.npz:w,b takes some of them,
    :load NAME=data.npz:w gives another name. Of a notebook the cells are run.
    """
    from ..data_files import is_data, load

    if is_data(needed(argument, "a file")) and load(prompt, argument):
        return
    path = os.path.expanduser(needed(argument, "a file"))
    try:
        with open(path, "rb") as file:
            text = file.read(MAX_SOURCE + 1).decode("utf-8-sig")
    except OSError as error:
        raise CommandError(f"{escape_line(argument)}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise CommandError(f"{escape_line(argument)} is no UTF-8 text") from None
    if path.lower().endswith(NOTEBOOK):
        _run_cells(prompt, text, argument)
    else:
        prompt.evaluate(text, prompt.display(argument))


def _run_cells(prompt: Prompt, text: str, argument: str) -> None:
    """Run the cells of a notebook, each an input of its own, up to the first that fails."""
    try:
        found = list(cells(text))
    except UnreadableError as error:
        raise CommandError(f"{escape_line(argument)}: {error}") from None
    for cell in found:
        for line, magic in cell.passed_over:
            prompt.err.write(f"{argument}:cell {cell.number}:{line}: {magic[:60]} is passed over\n")
        if (
            cell.source.strip()
            and not prompt.evaluate(cell.source, prompt.display(f"{argument}:cell {cell.number}")).ok
        ):
            return


@command(":save", "FILE", path=True)
def _save(prompt: Prompt, argument: str) -> None:
    """Write the session as a program, or write data.

    The program rebuilds the session: it has what ended well and was not taken back, and runs by
    `autogradcli run FILE` or by :load. A name with .npy, .npz, .csv, .tsv, .json
    or .safetensors is a file of data: :save x.npy, :save model.npz:w,b,x.grad.
    No file is replaced that was not written here.
    """
    from ..data_files import rebuilt, write

    if write(prompt, needed(argument, "a file")):
        return
    path = os.path.expanduser(needed(argument, "a file"))
    if os.path.exists(path):
        try:
            with open(path, encoding="utf-8", errors="replace") as file:
                ours = file.read(len(HEADER)) == HEADER
        except OSError as error:
            raise CommandError(f"{escape_line(argument)}: {error.strerror}") from None
        if not ours:
            raise CommandError(f"{escape_line(argument)} exists and is not a saved session")
    texts = [rebuilt(text, prompt.given).rstrip("\n") for text in listing(prompt.program)]
    body = quiet(f"torch.manual_seed({prompt.seed})") + "\n" + "".join(f"{text}\n" for text in texts)
    write_file(path, encoded(HEADER + body), argument)
    count = len(texts)
    prompt.out.write(f"{count} {'entry' if count == 1 else 'entries'} written to {escape_line(argument)}\n")


@command(":transcript", "FILE", path=True)
def _transcript(prompt: Prompt, argument: str) -> None:
    """Write what was typed and shown so far."""
    path = os.path.expanduser(needed(argument, "a file"))
    if os.path.exists(path):
        raise CommandError(f"{escape_line(argument)} exists")
    write_file(path, encoded(prompt.transcript.text()), argument)
    prompt.out.write(f"written to {escape_line(argument)}\n")


@command(":history", "[N|WORD]")
def _history(prompt: Prompt, argument: str) -> None:
    """Show the last inputs: so many, or with a word."""
    entries = prompt.reader.history.get_strings()[:-1]  # without this one
    if argument and not argument.isdecimal():
        entries = [entry for entry in entries if argument in entry]
    count = int(argument) if argument.isdecimal() else RECENT
    for entry in entries[-count:] if count else []:
        prompt.out.write("    " + entry.replace("\n", "\n    ") + "\n")


@command(":edit")
def _edit(prompt: Prompt, argument: str) -> None:
    """Change the last input in your editor.

    $VISUAL or $EDITOR names it. What was written stands at the prompt then.
    """
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    texts = [text for text in prompt.reader.history.get_strings() if not text.startswith(":")]
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "input.py")
        with open(path, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(texts[-1] + "\n" if texts else "")
        import subprocess

        try:
            code = subprocess.call([*editor, path])
            with open(path, encoding="utf-8") as file:
                text = file.read(MAX_SOURCE)
        except (OSError, UnicodeDecodeError) as error:
            raise CommandError(f"{escape_line(' '.join(editor))}: {error}") from None
    if code:
        raise CommandError(f"{escape_line(' '.join(editor))} ended with {code}")
    prompt.draft = text.rstrip("\n")


@command(":quit", "", ":q", ":exit")
def _quit(prompt: Prompt, argument: str) -> None:
    """Leave, as Ctrl-D does."""
    prompt.running = False
