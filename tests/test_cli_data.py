"""Values from files and into files: ``NAME=@FILE``, ``--load``, ``--save``."""

from __future__ import annotations

import io
import json
import pickle
import zipfile
from pathlib import Path

import numpy as np
import pytest
from cli_ask import ask, run
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from autogradcli.data.values import reference


@pytest.fixture
def files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    np.save("a.npy", np.array([1.5, 2.5], dtype=np.float64))
    np.save("big.npy", np.arange(3, dtype=">i4"))
    np.save("columns.npy", np.asfortranarray([[1, 2], [3, 4]]))
    np.save("text.npy", np.array(["a"]))
    np.save("object.npy", np.array([{}], dtype=object), allow_pickle=True)
    np.savez("two.npz", w=np.ones((2, 2), np.float32), b=np.float32(3), **{"layer.w": np.zeros(1)})
    np.savez("one.npz", only=np.array([True]))
    np.savez("object.npz", x=np.array([{}], dtype=object))
    Path("p.npy").write_bytes(pickle.dumps([1, 2]))
    Path("junk.npy").write_bytes(b"junk")
    Path("junk.npz").write_bytes(b"PK\x03\x04junk")
    Path("short.npy").write_bytes(Path("a.npy").read_bytes()[:-4])
    Path("plain.csv").write_text("1,2\n3,4.5\n")
    Path("heads.csv").write_text('\ufeff"name, long",b\r\n1,2\r\n3,4\r\n')
    Path("column.csv").write_text("1\n2\n")
    Path("row.tsv").write_text("1\t2.5\n")
    Path("bad.csv").write_text("a,b\n1,2\n3,x\n")
    Path("ragged.csv").write_text("1,2\n3\n")
    Path("hole.csv").write_text("1,2\n3,\n")
    Path("empty.csv").write_text("")
    Path("latin.csv").write_bytes(b"1,2\n3,\xe9\n")
    Path("n.json").write_text('[1, "NaN", "-Infinity"]')
    Path("o.json").write_text('{"x": [[1, 2]], "y": 2.5, "z": {"dtype": "complex128", "data": [[1, 2]]}}')
    Path("null.json").write_text('{"x": [1, null]}')
    Path("ragged.json").write_text("[[1, 2], [3]]")
    Path("bad.json").write_text("{")
    Path("deep.json").write_text("[" * 100_000)
    Path("data.xyz").write_text("1")
    return tmp_path


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("x=@a.npy", "tensor([1.5000, 2.5000], dtype=torch.float64)"),
        ("x=@big.npy", "tensor([0, 1, 2], dtype=torch.int32)"),
        ("x=@columns.npy", "tensor([[1, 2],\n        [3, 4]])"),
        ("x=@two.npz:w", "tensor([[1., 1.],\n        [1., 1.]])"),
        ("b=@two.npz", "tensor(3.)"),
        ("x=@two.npz:layer.w", "tensor([0.], dtype=torch.float64)"),
        ("x=@one.npz", "tensor([True])"),
        ("x=@plain.csv", "tensor([[1.0000, 2.0000],\n        [3.0000, 4.5000]])"),
        ("x=@heads.csv", "tensor([[1, 2],\n        [3, 4]])"),
        ("x=@heads.csv:b", "tensor([2, 4])"),
        ("x=@heads.csv:name, long", "tensor([1, 3])"),
        ("x=@column.csv", "tensor([1, 2])"),
        ("x=@row.tsv", "tensor([1.0000, 2.5000])"),
        ("x=@n.json", "tensor([1., nan, -inf])"),
        ("x=@o.json", "tensor([[1, 2]])"),
        ("x=@o.json:y", "2.5"),
        ("x=@o.json:z", "tensor([1.+2.j], dtype=torch.complex128)"),
    ],
)
def test_a_value_from_a_file(files: Path, given_: str, shown: str) -> None:
    assert ask("eval", "--var", given_, given_.partition("=")[0]) == (0, shown + "\n", "")


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ("x=@nosuch.npy", "nosuch.npy: FileNotFoundError: No such file or directory"),
        ("x=@.", ".: IsADirectoryError"),
        ("x=@p.npy", "p.npy: ValueError: it is a pickle, which is never read"),
        ("x=@object.npy", "object.npy: ValueError: it holds a pickle, which is never read"),
        ("x=@object.npz", "object.npz: ValueError: it holds a pickle"),
        ("x=@junk.npy", "it is no array of NumPy's; what numpy.save or numpy.savez wrote is expected"),
        ("x=@junk.npz", "(File is not a zip file)"),
        ("x=@short.npy", "it is no array"),
        ("x=@text.npy", "its dtype is <U1; one that tensors have is expected"),
        ("x=@two.npz", "it has `w`, `b`, `layer.w`; say which: x=@two.npz:w"),
        ("x=@two.npz:v", "there is no `v` in it; it has `w`, `b`, `layer.w`"),
        ("x=@a.npy:k", "a.npy:k: FileNotFoundError"),
        ("x=@bad.csv", "bad.csv: ValueError: line 3, column 2: 'x' is no number"),
        ("x=@ragged.csv", "line 2 has 1 cells where 2 are expected"),
        ("x=@empty.csv", "it is empty"),
        ("x=@latin.csv", "latin.csv:2:3: SyntaxError: not UTF-8 text"),
        ("x=@plain.csv:a", "no names of columns"),
        ("x=@heads.csv:c", "there is no column `c`; it has `name, long`, `b`"),
        ("x=@null.json", "x[1] is null"),
        ("x=@ragged.json", "ragged.json: ValueError: expected sequence of length 2"),
        ("x=@bad.json", "bad.json: ValueError: it is no JSON"),
        ("x=@deep.json", "nest too deeply"),
        ("x=@data.xyz", ".safetensors is expected"),
        ("x=@no\x1b.npy", "no\\x1b.npy: FileNotFoundError"),
    ],
)
def test_a_wrong_file_is_named(files: Path, given_: str, says: str) -> None:
    code, out, err = ask("eval", "--var", given_, "x")
    assert (code, out) == (1, "")
    assert says in err and "\x1b" not in err and "Traceback" not in err
    events = [json.loads(line) for line in ask("eval", "--format", "json", "--var", given_, "x").out.splitlines()]
    assert [event["event"] for event in events] == ["error"]


def archive_of(*members: tuple[str, float]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as made:
        for name, value in members:
            array = io.BytesIO()
            np.save(array, np.array([value]))
            made.writestr(name, array.getvalue())
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (archive_of(("a", 1), ("a.npy", 2)), "2 arrays in it are called `a`"),
        (b'{"a": 1, "a": 2}', "2 values in it are called `a`"),
        (b'{"a": {"data": [1], "data": [2]}}', "2 values in it are called `data`"),
        (b"9007199254740993\n1.5\n", "line 1, column 1: the integer 9007199254740993 changes beside numbers"),
        (b"1\n9223372036854775808\n", "line 2, column 1: the integer 9223372036854775808 is no int64"),
        (b"1.5," + b"9" * 5000, "is no int64"),
        (b"[" * 900 + b"1" + b"]" * 900, "its lists nest too deeply"),
    ],
)
def test_what_has_two_meanings_or_none_is_refused(data: bytes, says: str) -> None:
    code, out, err = ask("eval", "--var", "a=@-", "a", stdin=data)
    assert (code, out) == (1, "") and says in err and len(err) < 300


def test_what_has_one_meaning_is_exact() -> None:
    table = b"9007199254740993\n-9223372036854775808\n"
    shown = "tensor([    9007199254740993, -9223372036854775808])\n"
    assert ask("eval", "--var", "a=@-", "a", stdin=table).out == shown
    assert (
        ask("eval", "--var", "a=@-:n", "a", stdin=b"n,m\n9007199254740993,0.5\n").out == "tensor([9007199254740993])\n"
    )
    assert ask("eval", "--var", "a=@-", "a", stdin=b"9007199254740992\n0.5\n").code == 0


@pytest.mark.parametrize(
    ("data", "shown"),
    [
        (b"[1, 2.5]", "tensor([1.0000, 2.5000])"),
        (b" 3\n", "tensor([3])"),
        (b"1,2\n3,4\n", "tensor([[1, 2],\n        [3, 4]])"),
        (b"1\t2\n", "tensor([1, 2])"),
        (b'{"x": 4}', "4"),
    ],
)
def test_values_from_standard_input(data: bytes, shown: str) -> None:
    for spelling in ("@-", "-"):
        assert ask("eval", "--var", f"x={spelling}", "x", stdin=data) == (0, shown + "\n", "")


def test_arrays_from_standard_input_and_once_only(files: Path) -> None:
    assert ask("eval", "--var", "x=@-", "x", stdin=Path("a.npy").read_bytes()).out.startswith("tensor([1.5")
    assert ask("eval", "--var", "x=@-:b", "x", stdin=Path("two.npz").read_bytes()).out == "tensor(3.)\n"
    assert "only once" in ask("eval", "--var", "x=@-", "--var", "y=@-", "x", stdin="1").err
    assert "only once" in ask("eval", "--var", "x=@-", stdin="1").err


def test_what_one_command_says_another_reads() -> None:
    for expression in ("[1.5, 2.]", "tensor([1+2j])", "tensor([[1, 2]], dtype=torch.int8)", "zeros(0, 3)"):
        said = ask("eval", "--format", "json", f"as_tensor({expression})").out
        again = ask("eval", "--var", "x=@-", "x", stdin=said)
        assert again == (0, ask("eval", f"as_tensor({expression})").out, "")


def test_gradients_of_files(files: Path) -> None:
    assert ask("grad", "(x * x).sum()", "x=@column.csv").out.endswith("x.grad = tensor([2., 4.])\n")
    assert ask("grad", "x * x", "x=@a.npy", "--gradient", "@a.npy").code == 0


def test_load_and_save(files: Path) -> None:
    assert ask("eval", "--load", "two.npz", "w.sum() + b") == (
        0,
        "tensor(7.)\n",
        "two.npz: `layer.w` can't be a name and is left out; --var NAME=@two.npz:layer.w takes it\n",
    )
    assert ask("eval", "--load", "two.npz:b", "b").out == "tensor(3.)\n"
    assert ask("eval", "--load", "two.npz:b", "w").code == 1
    assert "there is no `q`" in ask("eval", "--load", "two.npz:q", "1").err
    assert ask("eval", "--load", "a.npy", "a").out == "tensor([1.5000, 2.5000], dtype=torch.float64)\n"
    Path("1.npy").write_bytes(Path("a.npy").read_bytes())
    assert "--var NAME=@1.npy" in ask("eval", "--load", "1.npy", "1").err
    assert ask("eval", "--load", "o.json", "x, y").out == "(tensor([[1, 2]]), 2.5)\n"
    assert ask("eval", "--load", "bad.csv", "1").code == 1

    assert ask("eval", "--save", "s.npz", "x = ones(2); y = 3; z = 'text'").code == 0
    with np.load("s.npz") as saved:
        assert sorted(saved.files) == ["x", "y"] and saved["x"].dtype == np.float32
    assert ask("grad", "(x * y).sum()", "x=[1, 2]", "y=3", "--save", "g.npz:x.grad,y,_").code == 0
    with np.load("g.npz") as saved:
        assert {name: saved[name].tolist() for name in saved.files} == {"x.grad": [3.0, 3.0], "y": 3.0, "_": 9.0}


@pytest.mark.parametrize("names", ["q", "x.grad", "x.data", "t", "big"])
def test_a_failed_save_leaves_the_file_alone(files: Path, names: str) -> None:
    before = Path("two.npz").read_bytes()
    code, _, err = ask("eval", "--save", f"two.npz:{names}", "x = ones(2); t = 'text'; big = 2**70")
    assert code == 1 and err.startswith("two.npz: ") and names.partition(".")[0] in err
    assert ask("eval", "--save", "two.npz", "x = ones(2)", "nope").code == 1
    assert Path("two.npz").read_bytes() == before
    assert sorted(p.name for p in files.iterdir() if p.name.startswith(".")) == []


def test_a_save_to_nowhere(files: Path) -> None:
    assert ask("eval", "--save", "no/such/folder.npz", "x = 1").err.startswith("no/such/folder.npz: FileNotFoundError")
    for wrong in ("x.txt", ".npz", "x", ":x"):
        assert ask("eval", "--save", wrong, "1").code == 2


def test_a_file_too_large_for_the_limit(files: Path) -> None:
    np.lib.format.open_memmap("huge.npy", mode="w+", dtype=np.float64, shape=(10**9,)).flush()
    done = run("eval", "--memory", "0.3", "--var", "x=@huge.npy", "x.sum()")
    assert done.returncode == 1 and done.stderr.startswith("huge.npy: MemoryError")
    Path("huge.npy").unlink()


KINDS = st.sampled_from(["bool", "int8", "uint8", "int16", "int32", "int64", "float32", "float64", "complex64"])


@given(arrays.arrays(KINDS, arrays.array_shapes(min_dims=0, min_side=0, max_side=4)))
def test_saved_is_what_is_loaded(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray) -> None:
    folder = tmp_path_factory.mktemp("again")
    np.save(folder / "a.npy", array)
    assert ask("eval", "--var", f"x=@{folder}/a.npy", "--save", f"{folder}/b.npz:x", "None").code == 0
    with np.load(folder / "b.npz") as saved:
        assert saved["x"].dtype == array.dtype
        np.testing.assert_array_equal(saved["x"], array)


@given(st.text(alphabet="ab.:-npzcsv/"))
def test_a_key_begins_behind_a_suffix_only(text: str) -> None:
    file, key = reference(text)
    assert text == (f"{file}:{key}" if key or (text.endswith(":") and file != text) else file)
    assert not key or file == "-" or file.endswith((".npz", ".csv"))


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("t.csv", '"a,b\n1,2\n', "line 2: unexpected end of data"),
        ("t.csv", "1_000,2\n", "line 1, column 1: '1_000' is no number"),
        ("t.csv:a", "a,a\n1,2\n", "2 of its columns are called `a`"),
        ("t.csv", '"a\nb",c\n1,2\n3,q\n', "line 4, column 2: 'q' is no number"),
        ("t.csv", "y" * 200_000, "it has no row of numbers"),
        ("t.csv", "1,2\n" + "y" * 200_000 + ",2\n", "is no number"),
        ("t.json", "1" + "0" * 5000, "too large to be read"),
        ("nosuffix", b"\x80\x04K\x01.", "it is a pickle, which is never read"),
    ],
)
def test_odd_files(files: Path, name: str, content: str | bytes, says: str) -> None:
    Path(name.partition(":")[0]).write_bytes(content if isinstance(content, bytes) else content.encode())
    answer = ask("eval", "--var", f"x=@{name}", "x")
    assert answer.code == 1 and answer.out == "" and says in answer.err and len(answer.err) < 200


def test_a_head_of_two_lines(files: Path) -> None:
    Path("t.csv").write_text('"a\nb",c\n1,2\n3,4\n')
    assert ask("eval", "--var", "x=@t.csv:c", "x").out == "tensor([2, 4])\n"


def test_two_columns_of_one_name_are_not_chosen_from(files: Path) -> None:
    Path("t.csv").write_text("a,a,b\n1,2,3\n4,5,6\n")
    assert "are called `a`" in ask("eval", "--load", "t.csv", "a").err
    assert ask("eval", "--var", "x=@t.csv:b", "x").out == "tensor([3, 6])\n"


def test_bfloat16_is_loaded_as_it_was_saved(files: Path) -> None:
    assert ask("eval", "--save", "b.npz", "x = tensor([1.5, 2], dtype=bfloat16)").code == 0
    assert ask("eval", "--load", "b.npz", "x").out == "tensor([1.5000, 2.0000], dtype=torch.bfloat16)\n"


def test_an_at_sign_alone_is_no_file() -> None:
    answer = ask("eval", "--var", "x=@", "x")
    assert answer.code == 2 and "x=@FILE" in answer.err


def test_the_hint_about_a_key_that_is_no_name_can_be_typed(files: Path) -> None:
    np.savez("odd.npz", **{"a b": np.ones(1)})
    assert "--var 'NAME=@odd.npz:a b' takes it" in ask("eval", "--load", "odd.npz", "1").err
