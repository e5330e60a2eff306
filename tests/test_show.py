"""``show/``: what is escaped, where the caret stands, what JSON says, how a table fits."""

from __future__ import annotations

import io
import json
import unicodedata
from typing import Any

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from autogradcli.api.tensor.tensor_text import options
from autogradcli.engine.tensor import Tensor
from autogradcli.events import Event, Failed, Gradients, Printed, Value, Warned
from autogradcli.session import Session
from autogradcli.show.errors import caret_lines, cells, error_text
from autogradcli.show.escape import escape, escape_line
from autogradcli.show.json_lines import MAX_DATA, JsonLines, encoded, strict_json
from autogradcli.show.plain import Plain
from autogradcli.show.stream import Stream, StreamClosed
from autogradcli.show.table import Rich, row, table_text


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


# -- escape ------------------------------------------------------------------------------------------------


@given(st.text())
@example("\x1b[31mred\x1b[0m")
@example("a\u202eb\u200b\ud800\x7f\r")
def test_escaped_text_is_printable(text: str) -> None:
    escaped = escape(text)
    assert escaped.replace("\n", "").replace("\t", "").isprintable()
    assert escape(escaped) == escaped
    assert escape_line(text).isprintable()
    if all(c in "\n\t" or c.isprintable() for c in text):
        assert escaped == text


@pytest.mark.parametrize(
    ("text", "escaped"),
    [("\x1b[2J", "\\x1b[2J"), ("a\r", "a\\r"), ("\u202e", "\\u202e"), ("\U000e0001", "\\U000e0001"), ("é∂", "é∂")],
)
def test_what_an_escape_looks_like(text: str, escaped: str) -> None:
    assert escape(text) == escaped


def test_only_a_terminal_and_errors_are_escaped() -> None:
    for file, always, written in (
        (io.StringIO(), False, "\x1b["),
        (io.StringIO(), True, "\\x1b["),
        (Terminal(), False, "\\x1b["),
    ):
        Stream(file, always_escape=always).write("\x1b[")
        assert file.getvalue() == written


@pytest.mark.parametrize(
    ("environ", "colour"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_obey_the_environment(environ: dict[str, str], colour: bool) -> None:
    assert Stream(Terminal(), environ=environ).colour is colour
    assert not Stream(io.StringIO(), environ=environ).colour


# -- errors ------------------------------------------------------------------------------------------------


def error(message: str = "no", text: str = "y = x", column: int = 5, end: int = 6, **more: Any) -> Failed:
    return Failed(3, column, end, "NameError", message, text, **more)


def test_an_error_names_its_place_and_points() -> None:
    shown = error_text(error(hint="try z"), "a.txt", Stream(io.StringIO()))
    assert shown == "a.txt:3:5: NameError: no\n    y = x\n        ^\nhint: try z\n"


def test_an_error_without_a_file_or_a_line() -> None:
    quiet = Stream(io.StringIO())
    assert error_text(error(text=""), "", quiet) == "NameError: no\n"
    assert error_text(Failed(0, 0, 0, "OSError", "gone", ""), "a", quiet) == "a: OSError: gone\n"


def test_a_syntax_error_says_its_place_once() -> None:
    event = Failed(2, 3, 4, "SyntaxError", "invalid syntax (<program>, line 2)", "1+")
    assert error_text(event, "f", Stream(io.StringIO())).splitlines()[0] == "f:2:3: SyntaxError: invalid syntax"


def test_an_error_in_a_function_shows_the_calls_that_led_there() -> None:
    program = "def f(a):\n    return g(a)\ndef g(b):\n    return [b.nope for _ in 'x']\nh = lambda x: f(x)\nh(3)\n"
    events: list[Any] = []
    assert not Session().run(program, events.append)
    assert error_text(events[-1], "p.py", Stream(io.StringIO())) == (
        "p.py:6:1: in <module>\n    h(3)\n    ^^^^\n"
        "p.py:5:15: in <lambda>\n    h = lambda x: f(x)\n                  ^^^^\n"
        "p.py:2:12: in f\n    return g(a)\n           ^^^^\n"
        "p.py:4:13: AttributeError: 'int' object has no attribute 'nope'\n"
        "    return [b.nope for _ in 'x']\n            ^^^^^^\n"
    )
    assert events[-1].function == "g" and [call.function for call in events[-1].calls] == ["", "<lambda>", "f"]


def test_of_a_deep_recursion_the_beginning_and_the_end_are_shown() -> None:
    events: list[Any] = []
    assert not Session().run("def r(n):\n    return r(n + 1)\nr(0)\n", events.append)
    text = error_text(events[-1], "p.py", Stream(io.StringIO()))
    assert text.count("\n") < 40 and "... and more calls ..." in text and "RecursionError" in text


def test_a_syntax_error_of_a_later_input_says_no_inner_name() -> None:
    events: list[Any] = []
    assert not Session().run("x = = 1", events.append, first_line=7)
    assert "<program>" not in error_text(events[-1], "", Stream(io.StringIO()))


def test_nothing_in_an_error_reaches_the_terminal_raw() -> None:
    event = Failed(1, 1, 2, "E\x1b", "m\x1b\nm", "t\x1b\tt", "h\x1b")
    stream = Stream(Terminal(), environ={"NO_COLOR": "1"})
    assert "\x1b" not in error_text(event, "f\x1b\n", stream)


@given(st.text(min_size=1, max_size=300), st.integers(1, 320), st.integers(0, 60))
@example("x" * 250 + "!" + "y" * 100, 251, 1)
@example("\tπ = 漢字 + foo", 10, 3)
def test_the_caret_is_under_its_text(text: str, column: int, length: int) -> None:
    lines = caret_lines(text, column, column + length, Stream(io.StringIO()))
    assert len(lines) == 2
    line, carets = lines
    assert set(carets) <= {" ", "^"} and "^" in carets
    assert len(line) < 1200
    stripped = text.rstrip()
    if text.isascii() and text.isprintable() and column <= len(stripped) and not text.startswith(" "):
        at = carets.index("^")
        assert line[at] == stripped[column - 1]


@given(st.text(alphabet="ab漢é\u0301"))
def test_cells(text: str) -> None:
    wide = sum(2 if c == "漢" else 0 if unicodedata.combining(c) else 1 for c in text)
    assert cells(text) == wide


# -- JSON --------------------------------------------------------------------------------------------------


def strict(text: str) -> Any:
    def refuse(word: str) -> None:
        raise AssertionError(f"{word} is no JSON")

    return json.loads(text, parse_constant=refuse)


def in_json(value: object) -> Any:
    return strict(strict_json(encoded(value)))


def lines_of(*events: Event, **options: bool) -> list[Any]:
    file = io.StringIO()
    display = JsonLines(Stream(file), 'a "b".txt', **options)
    display.begin()
    for event in events:
        display.show(event)
    display.end(True, 0.25)
    return [strict(line) for line in file.getvalue().splitlines()]


def test_the_lines_of_a_program() -> None:
    file = {"file": 'a "b".txt'}
    assert lines_of(
        Printed(1, "a\n\x1b\u2028"),
        Value(2, "1+1", 2),
        Warned(3, "UserWarning", "w"),
        Failed(4, 5, 6, "ValueError", "m", "text", "hint"),
    ) == [
        {"event": "begin", **file},
        {"event": "print", **file, "line": 1, "text": "a\n\x1b\u2028"},
        {"event": "value", **file, "line": 2, "source": "1+1", "value": {"type": "int", "data": 2}},
        {"event": "warning", **file, "line": 3, "category": "UserWarning", "message": "w"},
        {"event": "error", **file, "line": 4, "column": 5, "type": "ValueError", "message": "m", "hint": "hint"},
        {"event": "end", **file, "ok": True, "seconds": 0.25},
    ]


def test_gradients_and_bounds_are_choices() -> None:
    leaf = Tensor(np.array(2.0, np.float32), requires_grad=True)
    leaf.store_grad(Tensor(np.array(4.0, np.float32)))
    event = Gradients(1, [("x", leaf)])
    assert [line["event"] for line in lines_of(event)] == ["begin", "end"]
    (line,) = lines_of(event, bounds=False, gradients=True)
    assert line["leaves"]["x"]["grad"] == {"dtype": "float32", "shape": [], "data": 4.0}


def test_a_tensor_in_json() -> None:
    leaf = Tensor(np.array([1.0, np.nan, np.inf, -np.inf], np.float32), requires_grad=True)
    assert in_json(leaf) == {
        "type": "tensor",
        "dtype": "float32",
        "shape": [4],
        "data": [1.0, "NaN", "Infinity", "-Infinity"],
        "requires_grad": True,
        "is_leaf": True,
        "grad_fn": None,
        "grad": None,
    }


@pytest.mark.parametrize(
    ("array", "data"),
    [
        (np.array([True, False]), [True, False]),
        (np.array([[1, 2]], np.uint8), [[1, 2]]),
        (np.array(1 + 2j, np.complex64), [1.0, 2.0]),
        (np.array([[1j], [complex("nan")]], np.complex128), [[[0.0, 1.0]], [["NaN", 0.0]]]),
        (np.zeros((0, 3), np.float64), []),
        (np.broadcast_to(np.float32(1), MAX_DATA + 1), None),
    ],
    ids=["bool", "uint8", "complex", "complex nan", "empty", "too many"],
)
def test_data_in_json(array: np.ndarray, data: Any) -> None:
    assert in_json(Tensor(array))["data"] == data


@pytest.mark.parametrize(
    ("value", "is_"),
    [
        (None, {"type": "NoneType", "data": None}),
        (True, {"type": "bool", "data": True}),
        (float("inf"), {"type": "float", "data": "Infinity"}),
        (1 - 2j, {"type": "complex", "data": [1.0, -2.0]}),
        ("a\ud800", {"type": "str", "data": "a\ud800"}),
        ((1, ["b"]), {"type": "tuple", "data": [encoded(1), {"type": "list", "data": [encoded("b")]}]}),
        ({1: "b"}, {"type": "dict", "data": [[encoded(1), encoded("b")]]}),
        (range(1, 9, 2), {"type": "range", "data": [1, 9, 2]}),
        (slice(1, 2), {"type": "slice", "text": "slice(1, 2, None)"}),
    ],
)
def test_values_in_json(value: object, is_: object) -> None:
    assert in_json(value) == is_


def test_a_list_in_itself_has_an_end() -> None:
    endless: list[Any] = [1]
    endless.append(endless)
    assert in_json(endless)["data"][1] == {"type": "list", "text": "..."}


# -- tables ------------------------------------------------------------------------------------------------


def table(width: int, *values: tuple[str, Any]) -> str:
    return table_text([row(source, value, width) for source, value in values], width, Stream(io.StringIO()))


def test_a_table() -> None:
    x = Tensor(np.array([1.0, 2.5], np.float64), requires_grad=True)
    x.store_grad(Tensor(np.array([3.0, 4.0])))
    assert table(90, ("2 + 2", 4), ("x", x), ("[1, 'a']", [1, "a"])) == (
        "  expression  value             shape  type     requires_grad  gradient\n"
        "  2 + 2       4                        int\n"
        "  x           [1.0000, 2.5000]  [2]    float64  leaf           [3., 4.]\n"
        "  [1, 'a']    [1, 'a']                 list\n"
    )


def test_a_narrow_terminal_gets_a_list() -> None:
    x = Tensor(np.array([[1.0, 2.5], [3.0, 4.0]], np.float32), requires_grad=True)
    x.store_grad(Tensor(np.array([3.0, 4.0])))
    assert table(40, ("x.something", x)) == (
        "x.something\n"
        "  float32  [2, 2]  requires_grad: leaf\n"
        "  [[1.0000, 2.5000],\n"
        "   [3.0000, 4.0000]]\n"
        "  gradient\n"
        "    [3., 4.]\n"
    )


@pytest.mark.parametrize("width", [40, 80, 100, 200])
def test_no_row_of_a_matrix_is_wrapped_while_it_fits(width: int) -> None:
    """Neither of a value nor of a gradient, and one wide row leaves the others where they are."""
    columns = (width - 8) // 4
    wide = Tensor(np.ones((3, columns), np.float32), requires_grad=True)
    wide.store_grad(Tensor(np.full((3, columns), 2.0, np.float32)))
    lines = table(width, ("a", wide), ("b", 7)).splitlines()
    assert [line.count("1.") for line in lines if "1." in line] == [columns] * 3
    assert [line.count("2.") for line in lines if "2." in line] == [columns] * 3
    assert max(map(len, lines)) <= width
    if width >= 80:
        assert lines[0].split()[0] == "expression" and lines[-1].split() == ["b", "7", "int"]
        assert any(line.split()[:1] == ["gradient"] for line in lines)


def test_rows_appear_as_they_come_below_the_same_heads() -> None:
    out = io.StringIO()
    display = Rich(Stream(out), Stream(out), "f", collect=False)
    shown = []
    for value in (1, 22, "a text that needs a wider column", 3):
        display.show(Value(1, "x", value))
        shown.append(out.getvalue().splitlines())
    heads = [sum("expression" in line for line in lines) for lines in shown]
    assert heads == [1, 1, 2, 2] and [len(lines) for lines in shown] == [2, 3, 5, 6]


@given(st.integers(20, 200), st.lists(st.integers(0, 30), max_size=3), st.sampled_from(["x", "a * very_long_name" * 9]))
def test_tables_fit_and_summarise(width: int, shape: list[int], source: str) -> None:
    value = Tensor(np.linspace(0, 1, int(np.prod(shape))).reshape(shape).astype(np.float32))
    before = options.linewidth, options.threshold, options.edgeitems
    text = table(width, (source, value))
    assert (options.linewidth, options.threshold, options.edgeitems) == before
    assert len([line for line in text.splitlines() if line.strip()]) <= 200 + 7
    if "expression" in text.splitlines()[0]:
        assert max(map(len, text.splitlines())) <= width


def test_nothing_is_markup_or_an_escape() -> None:
    text = table(80, ("'[bold]\x1b'", "[red]:smile:\x1b[0m"))
    assert "[red]:smile:" in text and "[bold]" in text and "\x1b" not in text


def test_collected_rows_keep_their_time_and_their_place() -> None:
    out = io.StringIO()
    stream = Stream(out)
    display = Rich(stream, stream, "f", collect=True)
    array = np.array([1.0], np.float32)
    display.show(Value(1, "x", Tensor(array)))
    array += 1
    display.show(Value(2, "x", Tensor(array)))
    assert out.getvalue() == ""
    display.show(Printed(3, "printed\n"))
    display.show(Value(4, "3", 3))
    display.end(True, 0.0)
    heads = [line.split()[0] for line in out.getvalue().splitlines()]
    assert heads == ["expression", "x", "x", "printed", "3"]
    assert "[1.]" in out.getvalue().splitlines()[1] and "[2.]" in out.getvalue().splitlines()[2]


# -- a reader that has gone --------------------------------------------------------------------------------


class Gone(io.StringIO):
    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("kind", [Plain, Rich, JsonLines])
def test_a_closed_stream_leaves_the_session(kind: type) -> None:
    """A session makes an event of whatever ends its run; this must not become an error of the program."""
    err = io.StringIO()
    out = Stream(Gone())
    display: Any = JsonLines(out, "f") if kind is JsonLines else Plain(out, Stream(err), "f")
    if kind is Rich:
        display = Rich(out, Stream(err), "f", collect=False)
    with pytest.raises(StreamClosed):
        Session().run("1 + 1\n2 + 2", display.show)
    assert err.getvalue() == ""
