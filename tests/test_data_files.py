"""Kinds of data files, read and written: tables as people have them, safetensors by its format, keys for completion."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import pytest
from cli_ask import ENVIRON, ask, run

from autogradcli.data.values import keys_of


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


# -- tables --------------------------------------------------------------------------------------------------

COMMAS = "commas in its numbers are read as points"
HOLES = " read as nan, the first in line "

TABLES = [
    ("t.txt", "1.5 2\n3   4\n", "tensor([[1.5000, 2.0000],\n        [3.0000, 4.0000]])", ""),
    ("t.dat", "  1 2\n\n 3 4\n", "tensor([[1, 2],\n        [3, 4]])", ""),
    ("t.csv", "1;2\n3;4\n", "tensor([[1, 2],\n        [3, 4]])", ""),
    ("t.csv", "1,5;2\n3;4\n", "tensor([[1.5000, 2.0000],\n        [3.0000, 4.0000]])", COMMAS),
    ("t.csv:b", "a;b\n1;0,5\n2;1,5\n", "tensor([0.5000, 1.5000])", COMMAS),
    ("t.csv", "1,2\n3,\n", "tensor([[1., 2.],\n        [3., nan]])", "1 empty cell is" + HOLES + "2, column 2"),
    ("t.csv:a", "a,b\n,1\n2,\n,3\n", "tensor([nan, 2., nan])", "2 empty cells are" + HOLES + "2, column 1"),
    ("t.csv", "1,2,\n3,4,\n", "tensor([[1., 2.],\n        [3., 4.]])", ""),
    ("t.csv:b", "# made by hand\n# a,b\n1,2\n3,4\n# the end\n", "tensor([2, 4])", ""),
    ("t.csv", "body height\n1.5\n2.5\n", "tensor([1.5000, 2.5000])", ""),
    ("t.txt:b", "a b\n1 2\n3 4\n", "tensor([2, 4])", ""),
    ("t.tsv", "1\t2\n3\t4\n", "tensor([[1, 2],\n        [3, 4]])", ""),
    ("t.txt", "1\t2\n3\t4\n", "tensor([[1, 2],\n        [3, 4]])", ""),
    ("t.csv:x y", '"x y";"p;q"\n1;2\n', "tensor([1])", ""),
]


@pytest.mark.parametrize(("file", "content", "shown", "note"), TABLES)
def test_tables_as_people_have_them(file: str, content: str, shown: str, note: str) -> None:
    name = file.partition(":")[0]
    Path(name).write_text(content)
    assert ask("eval", "--var", f"x=@{file}", "x") == (0, shown + "\n", f"{name}: {note}\n" if note else "")


def test_what_savetxt_writes_is_read() -> None:
    made = np.random.default_rng(0).normal(size=(4, 3))
    for options in (
        {},
        {"header": "a b c"},
        {"delimiter": ",", "header": "a,b,c", "footer": "end"},
        {"delimiter": ";"},
    ):
        np.savetxt("t.txt", made, **options)
        assert ask("eval", "--dtype", "float64", "--var", "x=@t.txt", "--save", "t.npy:x", "None").code == 0
        np.testing.assert_array_equal(np.load("t.npy"), made)
        if "header" in options:
            assert ask("eval", "--load", "t.txt", "a.shape, c.shape").out == "(torch.Size([4]), torch.Size([4]))\n"


@pytest.mark.parametrize(
    ("content", "says"),
    [
        ("1 2\n3 x\n", "line 2, column 2: 'x' is no number"),
        ("1 2\n3\n", "line 2 has 1 cells where 2 are expected"),
        ("1;2\n3;x\n", "line 2, column 2: 'x' is no number"),
        ("# only\n# comments\n", "it is empty"),
        ("a b\n", "it has no row of numbers"),
    ],
)
def test_wrong_tables(content: str, says: str) -> None:
    Path("t.txt").write_text(content)
    answer = ask("eval", "--var", "x=@t.txt", "x")
    assert answer.code == 1 and answer.out == "" and says in answer.err


# -- written and read again ----------------------------------------------------------------------------------

DTYPES = [
    *("bool", "uint8", "int8", "int16", "uint16", "int32", "uint32", "int64", "uint64"),
    *("float16", "bfloat16", "float32", "float64", "complex64", "complex128"),
]


FLOAT8 = ["float8_e4m3fn", "float8_e5m2", "float8_e4m3fnuz", "float8_e5m2fnuz"]


@pytest.mark.parametrize("kind", ["npz", "json", "safetensors"])
def test_what_is_written_is_read_again(kind: str) -> None:
    for dtype in [*DTYPES, *FLOAT8]:
        if (kind, dtype) == ("safetensors", "complex128") or (kind == "npz" and dtype in FLOAT8):
            continue
        made = f"x = (arange(6).reshape(2, 3) % 2).to({dtype}); y = tensor(1.5).to({dtype}); z = zeros(0, 2)"
        assert ask("eval", "--save", f"f.{kind}", made) == (0, "", "")
        assert ask("eval", "--load", f"f.{kind}", "x, y, z").out == ask("eval", f"{made}\nx, y, z").out, dtype


def test_numbers_that_json_has_not() -> None:
    assert ask("eval", "--save", "f.json", "x = tensor([nan, inf, -inf, 1e-45]); n = inf; k = 3; c = 1j").code == 0
    text = Path("f.json").read_text()
    found = json.loads(text, parse_constant=lambda word: pytest.fail(word))
    assert found["k"] == 3 and found["n"] == "Infinity" and found["x"]["data"][:3] == ["NaN", "Infinity", "-Infinity"]
    assert ask("eval", "--load", "f.json", "x, n, k, c").out == (
        "(tensor([       nan,        inf,       -inf, 1.4013e-45]), inf, 3, tensor(0.+1.j, dtype=torch.complex128))\n"
    )


def test_one_array() -> None:
    assert ask("eval", "--save", "x.npy", "x = ones(2); y = 3").code == 0 and np.load("x.npy").tolist() == [1, 1]
    assert ask("eval", "--save", "f.npy", "only = ones(3)").code == 0 and np.load("f.npy").tolist() == [1, 1, 1]
    assert ask("eval", "--save", "f.npy:y", "x = ones(2); y = 3").code == 0 and np.load("f.npy") == 3
    answer = ask("eval", "--save", "f.npy", "x = ones(2); y = 3")
    assert answer.code == 1 and "it holds one array: say which, as f.npy:x; there are x, y" in answer.err


def test_what_modules_and_lists_hold_is_written() -> None:
    made = "lin = nn.Linear(1, 1); ws = [ones(1), zeros(1)]; lin(ones(1)).sum().backward()"
    assert ask("eval", "--save", "m.npz:lin,ws[1],lin.bias.grad", made).code == 0
    with np.load("m.npz") as saved:
        assert sorted(saved.files) == ["lin.bias", "lin.bias.grad", "lin.weight", "ws[1]"] and saved["ws[1]"] == [0]
    assert "'lin.x' is not defined" in ask("eval", "--save", "m.npz:lin.x", made).err


def test_tables_are_written() -> None:
    assert ask("eval", "--save", "t.csv", "x = tensor([0.1, 2]); k = tensor([True, False])").code == 0
    assert Path("t.csv").read_text() == "x,k\n0.1,1\n2.0,0\n"
    assert ask("eval", "--save", "m.tsv", "m = tensor([[1, 2], [3, 4]])").code == 0
    assert Path("m.tsv").read_text() == "1\t2\n3\t4\n"
    assert ask("eval", "--load", "t.csv", "x").out == "tensor([0.1000, 2.0000])\n"
    for made, says in {
        "x = ones(2); y = ones(3)": "columns of one length; there is x [2], y [3]",
        "x = ones(2, 2); y = ones(2)": "a table holds one matrix",
        "x = ones(2) * 1j": "complex, which a table can't hold",
    }.items():
        answer = ask("eval", "--save", "t.csv", made)
        assert answer.code == 1 and says in answer.err
    assert Path("t.csv").read_text().startswith("x,k")  # a failed save leaves the file alone


# -- safetensors ---------------------------------------------------------------------------------------------


def packed(header: str, data: bytes = b"") -> bytes:
    return len(header).to_bytes(8, "little") + header.encode() + data


def test_a_file_of_safetensors_by_its_bytes() -> None:
    w = '{"__metadata__": {"a": "b"}, "w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}'
    Path("m.safetensors").write_bytes(packed(w, np.array([1, 2], "<f4").tobytes()))
    for spelling in ("x=@m.safetensors", "x=@m.safetensors:w", "x=@-"):
        answer = ask("eval", "--var", spelling, "x", stdin=Path("m.safetensors").read_bytes())
        assert answer == (0, "tensor([1., 2.])\n", "")
    assert "it has `w`" in ask("eval", "--var", "x=@m.safetensors:v", "x").err
    assert ask("eval", "--save", "n.safetensors", "b = ones(1, dtype=int8); w = tensor([[1.5]])").code == 0
    data = Path("n.safetensors").read_bytes()
    length = int.from_bytes(data[:8], "little")
    assert json.loads(data[8 : 8 + length]) == {
        "w": {"dtype": "F32", "shape": [1, 1], "data_offsets": [0, 4]},
        "b": {"dtype": "I8", "shape": [1], "data_offsets": [4, 5]},
    }
    assert length % 8 == 0 and data[8 + length :] == np.array([1.5], "<f4").tobytes() + b"\x01"


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "no length of a header"),
        (b"junk", "no length of a header"),
        (b"\xff" * 16, "no length of a header"),
        (packed("{]"), "header is no JSON"),
        (packed("[1]"), "header is no object"),
        (packed("[" * 5000), "no file of safetensors"),
        (packed('{"w": 1}'), "lacks one of"),
        (packed('{"w": {"dtype": "F32", "shape": [-1], "data_offsets": [0, 4]}}', b"0000"), "no shape or no place"),
        (packed('{"w": {"dtype": "F32", "shape": [true], "data_offsets": [0, 4]}}', b"0000"), "no shape or no place"),
        (
            packed('{"w": {"dtype": "F8_E8M0", "shape": [4], "data_offsets": [0, 4]}}', b"0000"),
            "which no tensor has here",
        ),
        (packed('{"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 4]}}', b"0000"), "don't fit its shape"),
        (packed('{"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}'), "don't fit its shape"),
        (packed('{"w": {"dtype": "F32", "shape": [1], "data_offsets": [4, 8]}}', b"0" * 8), "overlap or leave a gap"),
        (packed('{"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}', b"0" * 8), "longer than its header"),
        (packed('{"w": {"dtype": "F32", "shape": [9999999999999999], "data_offsets": [0, 4]}}', b"0000"), "don't fit"),
        (packed('{"w": 1, "w": 2}'), "called `w`"),
    ],
)
def test_what_a_header_says_is_checked(data: bytes, says: str) -> None:
    Path("m.safetensors").write_bytes(data)
    answer = ask("eval", "--var", "x=@m.safetensors", "x")
    assert answer.code == 1 and answer.out == "" and says in answer.err and len(answer.err) < 300


def test_the_wanted_tensor_loads_beside_one_of_a_strange_dtype() -> None:
    header = (
        '{"scale": {"dtype": "F8_E8M0", "shape": [4], "data_offsets": [0, 4]}, '
        '"w": {"dtype": "F8_E4M3", "shape": [2], "data_offsets": [4, 6]}}'
    )
    Path("m.safetensors").write_bytes(packed(header, b"0000\x38\xc4"))
    answer = ask("eval", "--var", "x=@m.safetensors:w", "x")
    assert (answer.code, answer.out) == (0, "tensor([ 1., -3.], dtype=torch.float8_e4m3fn)\n")
    answer = ask("eval", "--var", "x=@m.safetensors:scale", "x")
    assert answer.code == 1 and "`scale` in it has the dtype F8_E8M0, which no tensor has here" in answer.err


@pytest.mark.parametrize("file", ["x.npz", "x.npy"])
def test_numpys_own_files_have_no_numbers_of_eight_bits(file: str) -> None:
    answer = ask("eval", "--save", file, "x = torch.ones(2).to(torch.float8_e5m2)")
    assert answer.code == 1 and "'x' has the dtype float8_e5m2, which a file of NumPy can't hold" in answer.err
    assert not Path(file).exists()


@pytest.mark.skipif(importlib.util.find_spec("safetensors") is None, reason="the library is no dependency")
def test_the_library_agrees() -> None:
    from safetensors.numpy import load_file, save_file

    save_file({"w": np.ones(2, np.float32), "b": np.zeros(1)}, "x.safetensors")
    assert ask("eval", "--load", "x.safetensors", "w + b").out == "tensor([1., 1.], dtype=torch.float64)\n"
    assert ask("eval", "--save", "y.safetensors", "x = tensor([1.5, 2]); k = tensor([True]); s = tensor(3)").code == 0
    found = {name: value.tolist() for name, value in load_file("y.safetensors").items()}
    assert found == {"x": [1.5, 2], "k": [True], "s": 3}


# -- keys ----------------------------------------------------------------------------------------------------


def test_keys_for_completion() -> None:
    np.savez("a.npz", w=np.ones(1), b=np.ones(1))
    Path("t.csv").write_text("height,weight\n1,2\n")
    Path("j.json").write_text('{"x": 1, "y": [2]}')
    Path("m.safetensors").write_bytes(packed('{"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}', b"0000"))
    Path("junk.npz").write_bytes(b"junk")
    files = {
        "a.npz": "w b",
        "t.csv": "height weight",
        "j.json": "x y",
        "m.safetensors": "w",
        "junk.npz": "",
        "no.npz": "",
    }
    assert {file: " ".join(keys_of(file)) for file in files} == files
    asked = {"_AUTOGRADCLI_COMPLETE": "fish_complete", "COMP_WORDS": "autogradcli eval --load a.npz:"}
    assert run(env={**ENVIRON, **asked, "COMP_CWORD": "a.npz:"}).stdout.split() == ["plain,a.npz:w", "plain,a.npz:b"]
