"""What commands ask of the prompt that runs them (``repl/app.py``)."""

from __future__ import annotations

from typing import Any, Protocol

from prompt_toolkit import PromptSession

from ...numerics.dtypes import DType
from ...session import Session
from ...show.plain import Display
from ...show.stream import Stream
from ..interruptible import Outcome
from ..interrupts import Interrupts
from ..journal import Program, Transcript
from ..preview import Preview
from ..steps import Steps


class Prompt(Protocol):
    """One prompt: its session, where it writes, what can be undone, how results are shown."""

    session: Session
    transcript: Transcript
    format: str
    running: bool
    draft: str
    interrupts: Interrupts
    steps: Steps
    program: Program
    preview: Preview
    show_toolbar: bool
    suggest: bool
    pages: bool
    seed: int
    first_dtype: DType
    first_grad: bool
    given: dict[str, Any]
    failed: str
    written: set[str]
    reader: PromptSession[str]

    @property
    def out(self) -> Stream: ...

    @property
    def err(self) -> Stream: ...

    @property
    def grad_enabled(self) -> bool: ...

    @property
    def dtype(self) -> str: ...

    @property
    def width(self) -> int: ...

    @property
    def vi(self) -> bool: ...

    def evaluate(self, text: str, display: Display, *, first_line: int = 1) -> Outcome: ...

    def change(self, source: str) -> None: ...

    def assign(self, source: str) -> None: ...

    def page(self, text: str) -> None: ...

    def give(self, values: dict[str, Any], what: str) -> None: ...

    def reset(self) -> None: ...

    def display(self, file: str = "") -> Display: ...

    def set_toolbar(self, shown: bool) -> None: ...

    def set_vi(self, vi: bool) -> None: ...
