"""The one place where text on its way to a terminal loses what a terminal would obey.

Values, names of files and messages of errors are other people's text: an escape sequence in one of them
could recolour the screen, set the window's title or hide what stands before it.
"""

from __future__ import annotations


def escape(text: str) -> str:
    r"""The text with every non-printable character but newline and tab as ``\x1b``, ``\u202e``, ...

    What is printable is Unicode's word: control characters, direction overrides, invisible and private
    characters and lone surrogates are not, letters of every script are.
    """
    if text.isprintable():
        return text
    if text.replace("\n", "").isprintable():
        return text
    return "".join([c if c in "\n\t" or c.isprintable() else _escaped(c) for c in text])


def escape_line(text: str) -> str:
    r"""The same for what has to stay on one line: a newline becomes ``\n``, a tab ``\t``."""
    if text.isprintable():
        return text
    return escape(text).replace("\n", "\\n").replace("\t", "\\t")


def _escaped(character: str) -> str:
    if character == "\r":
        return "\\r"
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
