"""Defaults of options from ``$XDG_CONFIG_HOME/autogradcli/config.toml``. Nothing is read from the current folder.

A key at the top holds for every command that has the option, a table for the command of its name.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping
from stat import S_ISREG
from typing import Any

import click

from ..numerics.releases import VERSIONS
from .options import COLORS, DTYPES, LEAST_MEMORY, MOST_DIGITS, MOST_JOBS, MOST_MEMORY, TABLE_FORMATS

#: What can be set: option -> the values it may have, a tuple of words or a test with its description.
SETTINGS: dict[str, Any] = {
    "format": TABLE_FORMATS,
    "color": COLORS,
    "dtype": DTYPES,
    "pytorch": tuple(VERSIONS),
    "memory": ("a number of gigabytes", lambda v: _is_number(v) and LEAST_MEMORY <= v <= MOST_MEMORY),
    "seed": ("an integer of at most 64 bits", lambda v: type(v) is int and -(2**63) <= v < 2**64),
    "digits": (f"a whole number up to {MOST_DIGITS}", lambda v: type(v) is int and 0 <= v <= MOST_DIGITS),
    "no-grad": ("true or false", lambda v: type(v) is bool),
    "echo": ("true or false", lambda v: type(v) is bool),
    "keep-going": ('true, false, "file" or "line"', lambda v: type(v) is bool or v in ("file", "line")),
    "time": ("true or false", lambda v: type(v) is bool),
    "jobs": (f"a whole number up to {MOST_JOBS}", lambda v: type(v) is int and 0 <= v <= MOST_JOBS),
    "timeout": ("a number of seconds", lambda v: _is_number(v) and v > 0),
    "tolerance": ("a number", lambda v: _is_number(v) and v >= 0),
}

#: What only [repl] can have: of the prompt itself, and no options of the command.
PROMPT: dict[str, Any] = {
    "format": ("plain", "rich", "json"),
    "keys": ("emacs", "vi"),
    "digits": ("a whole number up to 20", lambda v: type(v) is int and 0 <= v <= 20),
    "preview": ("true or false", lambda v: type(v) is bool),
    "suggestions": ("true or false", lambda v: type(v) is bool),
    "toolbar": ("true or false", lambda v: type(v) is bool),
    "pager": ("true or false", lambda v: type(v) is bool),
    "startup": ("a whole path, from / or ~ on,", lambda v: type(v) is str and os.path.isabs(os.path.expanduser(v))),
}
#: The command that is the prompt.
REPL = "repl"

TEMPLATE = """\
# Settings of autogradcli: defaults of its options. What the command line says comes first.
# Remove the # in front of a line to make it count. `autogradcli --no-config` reads none of this.

# For every command that has the option:
#format = "auto"      # auto, rich, plain, json or, where the result is a table, csv or markdown
#color = "auto"       # auto, always or never
#pytorch = "2.14"     # the release of PyTorch to agree with: 2.14 or 2.13
#dtype = "float32"    # the default dtype of floating tensors: float32, float64, float16
#memory = 4.0         # gigabytes that a calculation may take
#digits = 4           # behind the point of numbers that are shown
#seed = 0             # of the random numbers; without it every run draws others

# For one command:
[run]
#jobs = 1             # files at a time; 0: as many as there are processors
#timeout = 60         # seconds for each file
#keep-going = false   # true: run the remaining files after one has failed; "line": the remaining lines too
#echo = true          # show the values of bare expressions; without it, not those of *.py
#time = false         # say how long each file took

[repl]
#no-grad = false      # record no history
#format = "plain"     # plain, rich or json
#digits = 4           # after the point, in tensors
#keys = "emacs"       # emacs or vi
#preview = true       # what the line would give, while it is typed
#suggestions = true   # the rest of the line from the history
#toolbar = true       # the lines below the prompt
#pager = false        # values longer than the screen in $PAGER or less
#startup = "~/.config/autogradcli/startup.py"  # a program that is run at the beginning

[check-transcript]
#tolerance = 0.0      # how much numbers may differ
"""


def path() -> str:
    """Where the file is, or would be."""
    base = os.environ.get("XDG_CONFIG_HOME", "")
    if not os.path.isabs(base):  # the standard says to pass over others
        base = os.path.join(os.path.expanduser("~"), ".config")
    return os.path.join(base, "autogradcli", "config.toml")


def load(commands: Iterable[str]) -> dict[str, Any]:
    """The settings of the file, checked; none where there is no file. Raises click.ClickException."""
    file = path()
    if not os.path.isabs(file):
        return {}
    try:
        # A pipe would be waited for.
        if not S_ISREG(os.stat(file).st_mode):
            raise Wrong(file, "it is no file")
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        raise Wrong(file, error.strerror or str(error)) from None
    from tomllib import TOMLDecodeError
    from tomllib import load as read

    try:
        with open(file, "rb") as stream:
            settings = read(stream)
    except (TOMLDecodeError, UnicodeDecodeError) as error:
        raise Wrong(file, str(error)) from None
    except RecursionError:
        raise Wrong(file, "its values nest too deeply") from None
    except MemoryError:
        raise Wrong(file, "it is too large") from None
    except ValueError:  # an integer that Python won't read
        raise Wrong(file, "a number in it is too long") from None
    except OSError as error:
        raise Wrong(file, error.strerror or str(error)) from None
    commands = list(commands)
    for key, value in settings.items():
        if not isinstance(value, dict):
            _check(file, key, value, "", SETTINGS)
            continue
        if key not in commands:
            raise Wrong(file, f"there is no command `{_cut(key)}` for the table [{_cut(key)}]{_near(key, commands)}")
        own = PROMPT if key == REPL else {}
        for name, inner in value.items():
            _check(file, name, inner, f"[{key}] ", {**SETTINGS, **own})
    return settings


def defaults(settings: Mapping[str, Any], name: str, command: click.Command) -> dict[str, Any]:
    """The defaults of a command's options, by the names of its parameters."""
    options = {
        spelling[2:]: option
        for option in command.params
        if isinstance(option, click.Option)
        for spelling in option.opts
        if spelling.startswith("--")
    }
    found: dict[str, Any] = {}
    for key, value in settings.items():
        option = options.get(key)
        if isinstance(value, dict) or option is None or option.name is None:
            continue
        # What holds for all commands is passed over by those that have fewer formats.
        if not isinstance(option.type, click.Choice) or value in option.type.choices:
            found[option.name] = value
    for key, value in settings.get(name, {}).items():
        if key == "color" or (name == REPL and key in PROMPT):
            continue
        option = options.get(key)
        if option is None or option.name is None:
            raise Wrong(path(), f"[{name}] {key}: autogradcli {name} has no option --{key}")
        if isinstance(option.type, click.Choice) and value not in option.type.choices:
            raise Wrong(path(), f"[{name}] {key} is {_shown(value)}; one of {', '.join(option.type.choices)} is needed")
        found[option.name] = value
    return found


def color(settings: Mapping[str, Any], name: str) -> str | None:
    """Whether a command has colours; None where nothing says so."""
    found: str | None = settings.get(name, {}).get("color", settings.get("color"))
    return found


def of_prompt(settings: Mapping[str, Any]) -> dict[str, Any]:
    """The settings of the prompt itself."""
    found = {key: value for key, value in settings.get(REPL, {}).items() if key in PROMPT}
    if "startup" in found:
        found["startup"] = os.path.expanduser(found["startup"])
    return found


#: Characters of a key or a value that a message shows.
LONGEST = 60


class Wrong(click.ClickException):
    """A settings file that makes no sense is wrong usage."""

    exit_code = 2

    def __init__(self, file: str, message: str) -> None:
        super().__init__(f"{file}: {message}")

    def format_message(self) -> str:
        return f"{self.message}\nhint: mend that file, or pass over it with --no-config"


def _check(file: str, key: str, value: Any, where: str, known: Mapping[str, Any]) -> None:
    allowed = known.get(key)
    if allowed is None:
        raise Wrong(file, f"{where}there is no setting `{_cut(key)}`{_near(key, known)}")
    if isinstance(allowed[0], str) and callable(allowed[1]):
        described, fits = allowed
        if not fits(value):
            raise Wrong(file, f"{where}{key} is {_shown(value)}; {described} is needed")
    elif value not in allowed:
        raise Wrong(file, f"{where}{key} is {_shown(value)}; one of {', '.join(allowed)} is needed")


def _shown(value: Any) -> str:
    """A value as TOML has it, or what it is."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, dict | list):
        return "a table" if isinstance(value, dict) else "an array"
    return _cut(repr(value) if isinstance(value, str) else str(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 3] + "..."


def _near(word: str, words: Iterable[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(_cut(word), list(words), 1)
    return f"; did you mean `{near[0]}`?" if near else ""


def _is_number(value: Any) -> bool:
    """Whether it is a number that a float can hold."""
    return type(value) in (int, float) and abs(value) <= sys.float_info.max
