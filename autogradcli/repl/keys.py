"""What keys do at the prompt."""

from __future__ import annotations

from collections.abc import Callable

from prompt_toolkit.application import get_app
from prompt_toolkit.filters import Condition, vi_navigation_mode
from prompt_toolkit.key_binding import KeyBindings, KeyPressEvent
from prompt_toolkit.key_binding.vi_state import InputMode
from prompt_toolkit.keys import Keys

from ..language.read.tokens import INDENT, next_indentation


@Condition
def _completion_selected() -> bool:
    state = get_app().current_buffer.complete_state
    return state is not None and state.current_completion is not None


@Condition
def _only_blanks_before() -> bool:
    return not get_app().current_buffer.document.current_line_before_cursor.strip()


@Condition
def _in_indentation() -> bool:
    before = get_app().current_buffer.document.current_line_before_cursor
    return bool(before) and not before.strip(" ") and len(before) % len(INDENT) == 0


def bindings(is_complete: Callable[[str], bool], give_up: Callable[[], object]) -> KeyBindings:
    """Enter submits what is complete and else begins a line, Alt-Enter always begins one; Ctrl-C gives the line up."""
    keys = KeyBindings()

    @keys.add("enter", filter=_completion_selected)
    def _accept(event: KeyPressEvent) -> None:
        event.current_buffer.complete_state = None

    @keys.add("enter", filter=~_completion_selected)
    def _enter(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        text = buffer.text
        if text.startswith(":") or not text.strip() or is_complete(text):
            buffer.validate_and_handle()
        else:
            _new_line(event)

    @keys.add("escape", "enter", filter=~vi_navigation_mode)
    def _new_line(event: KeyPressEvent) -> None:
        buffer = event.current_buffer
        buffer.insert_text("\n" + next_indentation(buffer.document.text_before_cursor))

    @keys.add("c-c")
    @keys.add("<sigint>")
    def _give_up(event: KeyPressEvent) -> None:
        give_up()

    @keys.add("tab", filter=_only_blanks_before)
    def _indent(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(INDENT)

    @keys.add("backspace", filter=_in_indentation)
    def _unindent(event: KeyPressEvent) -> None:
        event.current_buffer.delete_before_cursor(len(INDENT))

    @keys.add(Keys.BracketedPaste)
    def _paste(event: KeyPressEvent) -> None:
        event.current_buffer.insert_text(pasted(event.data))

    return keys


def pasted(text: str) -> str:
    """A pasted text as it is to be inserted: one that begins with ``>>>`` loses its prompts and its output."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if not text.lstrip().startswith(">>>"):
        return text
    kept = []
    for line in text.split("\n"):
        line = line.lstrip()
        for prompt in (">>> ", "... "):
            if line.startswith(prompt) or line == prompt.rstrip():
                kept.append(line[len(prompt) :])
    return "\n".join(kept)


#: What the modes of vi's keys are called, where it isn't the one of inserting.
_VI = {InputMode.NAVIGATION: "normal", InputMode.REPLACE: "replace", InputMode.REPLACE_SINGLE: "replace"}


def keys_mode(mode: InputMode) -> str:
    """``vi normal``: what vi's keys do now."""
    return f"vi {_VI.get(mode, 'insert')}"
