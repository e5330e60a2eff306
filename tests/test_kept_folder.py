"""``--files DIR``: the folder where programs ``torch.save`` and ``torch.load``, and nothing outside of it."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import numpy as np
import pytest
from cli_ask import ask

from autogradcli.data import kept_folder
from autogradcli.data.safetensors import write
from autogradcli.session import Session

#: Values that come back as they were, as programs write them.
VALUES = (
    "[1, -2.5, True, None, 'h\\xe9 \\ud800', 2**100, -2**63, 2**63, 1e300, -0.0, float('inf'), float('-inf')]",
    "(1, (2, [3]), ())", "torch.Size([2, 3])", "[1+2j, complex(0, float('inf'))]", "[torch.bfloat16, torch.int64]",
    "torch.device('cpu')", "{'a': {1: 'b', (2, 'c'): None, 0.5: [], True: ()}}", "collections.OrderedDict(b=1, a=2)",
    "{1, 'a'}", "frozenset([2])", "torch.tensor(3)", "torch.zeros(0, 3)", "torch.ones(2, dtype=torch.complex128) * 1j",
    "torch.ones(2, dtype=torch.complex64)", "torch.arange(6).reshape(2, 3).t()", "torch.ones(2).bfloat16()",
    "[torch.ones(1, dtype=d) for d in (torch.bool, torch.int8, torch.uint8, torch.float16, torch.float64)]",
    "torch.nn.Parameter(torch.ones(2))", "[torch.ones(2, requires_grad=True), torch.ones(1).expand(3)]",
    "torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2)).state_dict()",
    "{'__metadata__': torch.ones(1), '': torch.ones(2), 'a.b': torch.ones(3), 'a': {'b': torch.ones(4)}}",
)  # fmt: skip


def test_what_is_saved_is_loaded(tmp_path: Path) -> None:
    saved = "; ".join(f"torch.save({value}, '{k}.pt')" for k, value in enumerate(VALUES))
    assert ask("eval", "--seed", "0", "--files", f"{tmp_path}", f"import collections; {saved}") == (0, "", "")
    for k, value in enumerate(VALUES):
        made = ask("eval", "--seed", "0", "import collections", f"v = {value}", "print(type(v), repr(v))")
        loaded = ask("eval", "--files", f"{tmp_path}", f"v = torch.load('{k}.pt')", "print(type(v), repr(v))")
        assert loaded == made and made.code == 0, value


def test_what_is_shared_is_shared_again(tmp_path: Path) -> None:
    program = (
        "e = nn.Embedding(3, 2); l = nn.Linear(2, 3, bias=False); l.weight = e.weight; p = [1]",
        "torch.save([e.state_dict(), l.state_dict(), e.weight, e.weight, p, p], 'a.pt')",
        "a, b, c, d, p, q = torch.load('a.pt'); a['weight'][0] = 7",
        "print(b['weight'][0], c is d, c[0].tolist(), p is q, c.is_leaf, a._metadata['']['version'])",
    )
    answer = ask("eval", "--files", f"{tmp_path}", *program)
    assert answer == (0, "tensor([7., 7.]) True [7.0, 7.0] True True 1\n", "")
    assert (tmp_path / "a.pt").read_bytes().count(b"data_offsets") == 1


TRAINING = """
import os
import torch
torch.manual_seed(0)
model = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4), torch.nn.Tanh(), torch.nn.Linear(4, 1))
opt = torch.optim.{optimizer}
schedule = torch.optim.lr_scheduler.{schedule}
x = torch.randn(16, 3)
first = 0
if os.path.exists("run/last.pt"):
    last = torch.load("run/last.pt", map_location="cpu", weights_only=True)
    model.load_state_dict(last["model"])
    opt.load_state_dict(last["opt"])
    schedule.load_state_dict(last["schedule"])
    first = last["epoch"]
for epoch in range(first, first + {epochs}):
    opt.zero_grad()
    loss = (model(x) - x.sum(1, keepdim=True)).square().mean()
    loss.backward()
    opt.step()
    schedule.step({step})
    print(epoch, loss.item(), opt.param_groups[0]["lr"])
os.makedirs("run", exist_ok=True)
state = {{"model": model.state_dict(), "opt": opt.state_dict(), "schedule": schedule.state_dict(), "epoch": epoch + 1}}
torch.save(state, "run/last.pt")
"""


@pytest.mark.parametrize(
    ("optimizer", "schedule", "step"),
    [
        ("Adam(model.parameters(), lr=0.05, amsgrad=True)", "CosineAnnealingLR(opt, 10)", ""),
        ("SGD(model.parameters(), lr=0.1, momentum=0.9)", "StepLR(opt, 2)", ""),
        ("RMSprop(model.parameters(), lr=0.01, centered=True)", "ReduceLROnPlateau(opt, patience=0)", "1.0"),
        ("AdamW([{'params': model[0].parameters()}, {'params': model[3].parameters(), 'lr': 0.5}])",
         "LambdaLR(opt, lambda k: 0.9 ** k)", ""),
        ("Adagrad(model.parameters(), lr=0.1)", "OneCycleLR(opt, 1.0, total_steps=20, cycle_momentum=False)", ""),
        ("NAdam(model.parameters())", "SequentialLR(opt, [torch.optim.lr_scheduler.ConstantLR(opt), "
         "torch.optim.lr_scheduler.ExponentialLR(opt, 0.5)], [2])", ""),
    ],
)  # fmt: skip
def test_a_training_goes_on_in_a_second_process(tmp_path: Path, optimizer: str, schedule: str, step: str) -> None:
    for name, epochs in (("parts", 3), ("whole", 6)):
        (tmp_path / f"{name}.py").write_text(
            TRAINING.format(optimizer=optimizer, schedule=schedule, step=step, epochs=epochs)
        )
    (tmp_path / "kept").mkdir()
    parts = [ask("run", "--files", f"{tmp_path}/kept", f"{tmp_path}/parts.py") for _ in range(2)]
    whole = ask("run", f"{tmp_path}/whole.py")
    assert [part.err for part in parts] == ["", ""] and whole.code == 0
    assert parts[0].out + parts[1].out == whole.out
    assert "is kept while the program runs, and not written" in whole.err and "--files DIR" in whole.err


#: What is refused, and what is said of it.
REFUSED = {
    "torch.save(1, '')": "PermissionError: programs reach files in FOLDER alone, the folder of --files, by a name "
    "within it: '' is empty",
    "torch.save(1, 'a\\0b')": "'a\\x00b' has a null character",
    "torch.save(1, '\\udc80')": "has half a character",
    "torch.save(1, 'OUTSIDE/a.pt')": "is absolute",
    "torch.save(1, '../outside/a.pt')": "'../outside/a.pt' has '..' in it",
    "torch.save(1, 'sub/../../outside/a.pt')": "has '..' in it",
    "torch.save(1, 'out/a.pt')": "'out/a.pt' leads out of it",
    "torch.save(1, 'dangling')": "'dangling' leads out of it",
    "torch.load('OUTSIDE/secret.pt')": "is absolute",
    "torch.load('../outside/secret.pt')": "has '..' in it",
    "torch.load('out/secret.pt')": "leads out of it",
    "torch.load('link.pt')": "'link.pt' leads out of it",
    "import os; os.remove('out/secret.pt')": "leads out of it",
    "import os; os.remove('../outside/secret.pt')": "has '..' in it",
    "import os; os.makedirs('OUTSIDE/made')": "is absolute",
    "import os; os.makedirs('out/made')": "leads out of it",
    "import os; os.mkdir('')": "is empty",
    "from pathlib import Path; Path('../made').mkdir()": "has '..' in it",
    "from pathlib import Path; Path('out/secret.pt').unlink()": "leads out of it",
    "torch.save(1, 'fifo')": "is none of the files that torch.save writes here, and isn't written over",
    "torch.load('fifo')": "PermissionError: [Errno 1] Not a file of data: 'fifo'",
    "torch.save(1, 'notes.txt')": "'notes.txt' in FOLDER is none of the files that torch.save writes here",
    "import os; os.remove('zip.pt')": "isn't removed",
    "open('zip.pt', 'w')": "is neither a text nor a file that a program wrote here, and isn't written over",
    "import os; os.rename('pickle.pt', 'a')": "isn't renamed",
    "import os; os.rename('notes.txt', 'zip.pt')": "isn't written over",
    "import os; os.rename('notes.txt', '../outside/a')": "has '..' in it",
    "open('out/new.txt', 'w')": "leads out of it",
    "open('link.pt', 'rb')": "leads out of it",
    "open('link.pt', 'a')": "leads out of it",
    "open('dangling', 'w')": "leads out of it",
    "open('OUTSIDE/secret.pt')": "is absolute",
    "open('../outside/secret.pt', 'r')": "has '..' in it",
    "open('fifo')": "[Errno 1] Not a file of data: 'fifo'",
    "open('fifo', 'w')": "isn't written over",
    "import shutil; shutil.copy('out/secret.pt', 'a')": "leads out of it",
    "import shutil; shutil.copy('notes.txt', 'out/a')": "leads out of it",
    "import shutil; shutil.rmtree('out')": "leads out of it",
    "import numpy as np; np.save('../a', np.ones(1))": "has '..' in it",
    "import numpy as np; np.load('pickle.pt', allow_pickle=True)": "pickles are never read",
    "import logging; logging.FileHandler('out/a')": "leads out of it",
    "open('sub')": "IsADirectoryError: [Errno 21] Is a directory: 'sub'",
    "open('none/a.txt', 'w')": "FileNotFoundError: [Errno 2] No such file or directory: 'none/a.txt'",
    "open('none.txt')": "FileNotFoundError: [Errno 2] No such file or directory: 'none.txt'",
    "open('notes.txt', 'x')": "FileExistsError: [Errno 17] File exists: 'notes.txt'",
    "f = open('notes.txt'); f.write('x')": "UnsupportedOperation: not writable",
    "f = open('notes.txt'); f.close(); f.read()": "ValueError: I/O operation on closed file.",
    "open('notes.txt', 'q')": "ValueError: invalid mode: 'q'",
    "open('notes.txt', 'rw')": "ValueError: must have exactly one of create/read/write/append mode",
    "open('notes.txt', encoding='rot13')": "LookupError: unknown encoding: rot13",
    "open(3)": "TypeError: expected str, bytes or os.PathLike object, not int",
    "torch.save(1, 'sub')": "IsADirectoryError: [Errno 21] Is a directory: 'sub'",
    "torch.load('sub')": "IsADirectoryError: [Errno 21] Is a directory: 'sub'",
    "import os; os.remove('sub')": "IsADirectoryError: [Errno 21] Is a directory: 'sub'",
    "torch.save(1, 'none/a.pt')": "RuntimeError: Parent directory none does not exist.",
    "torch.save(1, 'a' * 300)": "OSError: [Errno 36] File name too long: 'aaa",
    "torch.load('none.pt')": "FileNotFoundError: [Errno 2] No such file or directory: 'none.pt'",
    "import os; os.remove('none.pt')": "FileNotFoundError: [Errno 2] No such file or directory: 'none.pt'",
    "import os; os.mkdir('a/b')": "FileNotFoundError: [Errno 2] No such file or directory: 'a/b'",
    "import os; os.makedirs('sub')": "FileExistsError: [Errno 17] File exists: 'sub'",
    "torch.load('zip.pt')": "zip.pt was written by PyTorch and holds a pickle, which is never read here; export",
    "torch.load('pickle.pt')": "pickle.pt was written by PyTorch and holds a pickle",
    "torch.load('notes.txt')": "torch.load(notes.txt): it is no file of safetensors: its first eight bytes",
    "torch.load('empty.pt')": "torch.load(empty.pt): it is no file of safetensors",
    "torch.save(nn.Linear(1, 1), 'm.pt')": "TypeError: torch.save can't write a Linear: save model.state_dict(), which",
    "torch.save({'m': [1, nn.Linear(1, 1)]}, 'm.pt')": "can't write a Linear at ['m'][1]: save model.state_dict()",
    "torch.save(torch.optim.SGD([nn.Parameter(ones(1))]), 'm.pt')": "save its state_dict(), which its",
    "torch.save([ones(1), lambda x: x], 'm.pt')": "can't write a function at [1]: save what it computes",
    "torch.save(torch.sin, 'm.pt')": "can't write a function",
    "class A:\n    pass\ntorch.save(A(), 'm.pt')": "can't write an A: save the tensors and numbers in it, as a dict",
    "class D(dict):\n    pass\ntorch.save(D(), 'm.pt')": "can't write a D",
    "import numpy as np; torch.save(np.ones(2), 'm.pt')": "save torch.from_numpy(array)",
    "torch.save(torch.eye(2).to_sparse(), 'm.pt')": "can't write a sparse tensor: save x.to_dense()",
    "torch.save(ones(2, device='meta'), 'm.pt')": "can't write a tensor of the meta device: it has no numbers",
    "torch.vmap(lambda x: torch.save(x, 'm.pt'))(ones(2))": "can't write a tensor that torch.func follows",
    "a = []; a.append(a); torch.save(a, 'm.pt')": "can't write a list that holds itself at [0]",
    "a = 1\nfor k in range(200):\n    a = [a]\ntorch.save(a, 'm.pt')": "more than 100 containers deep",
    "torch.save({ones(1): 1}, 'm.pt')": "can't write a Tensor as a key of a dict",
    "torch.save(torch.ones(1).expand(10**9), 'm.pt')": "MemoryError: m.pt would make this program's files in FOLDER",
}


def contents(folder: Path) -> dict[str, bytes]:
    """All that stands under a folder."""
    found = {}
    for path in folder.rglob("*"):
        mode = path.lstat().st_mode
        found[str(path.relative_to(folder))] = path.read_bytes() if stat.S_ISREG(mode) else b"%d" % mode
    return found


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    inside, outside = tmp_path / "inside", tmp_path / "outside"
    for made in (inside, outside, inside / "sub"):
        made.mkdir()
    with (outside / "secret.pt").open("wb") as file:
        write(file, {"x": np.ones(2)})
    (inside / "out").symlink_to(outside)
    (inside / "link.pt").symlink_to(outside / "secret.pt")
    (inside / "dangling").symlink_to(outside / "new.pt")
    os.mkfifo(inside / "fifo")
    for name, data in (("notes.txt", b"my notes, more than eight bytes"), ("empty.pt", b""), ("zip.pt", b"PK\3\4" * 9),
                       ("pickle.pt", b"\x80\2" * 9)):  # fmt: skip
        (inside / name).write_bytes(data)
    return inside


@pytest.mark.parametrize("program", REFUSED)
def test_what_is_refused_changes_nothing(folder: Path, program: str) -> None:
    before = contents(folder.parent)
    source = program.replace("OUTSIDE", f"{folder.parent}/outside")
    answer = ask("eval", "--memory", "1", "--files", f"{folder}", source)
    assert answer.code == 1 and REFUSED[program].replace("FOLDER", f"{folder}") in answer.err
    assert contents(folder.parent) == before


def test_questions_about_files_go_by_the_folder(folder: Path) -> None:
    program = """
import os
from pathlib import Path
torch.save(1, Path("sub") / "a.pt")
print([os.path.exists(p) for p in (".", "sub", "sub/a.pt", "b.pt", "out", "out/secret.pt", "../outside", "/", "")])
print(os.path.isfile("sub/a.pt"), os.path.isfile("sub"), os.path.isdir("sub"))
print(Path("sub").is_dir(), Path("sub/a.pt").exists())
os.makedirs("x/y", exist_ok=True); os.makedirs("x/y", exist_ok=True); os.mkdir("x/z"); Path("p/q").mkdir(parents=True)
os.remove("sub/a.pt"); print(Path("sub/a.pt").is_file()); Path("none").unlink(missing_ok=True)
"""
    before = contents(folder.parent)
    answer = ask("run", "--files", f"{folder}", "-", stdin=program)
    shown = "[True, True, True, False, False, False, False, False, False]\nTrue False True\nTrue True\nFalse\n"
    assert answer == (0, shown, "")
    assert set(contents(folder.parent)) - set(before) == {f"inside/{name}" for name in ("x", "x/y", "x/z", "p", "p/q")}


def test_the_format_is_that_of_safetensors(tmp_path: Path) -> None:
    """Read here by its description alone, and written by it, with nothing of ours in it."""
    assert (
        ask("eval", "--files", f"{tmp_path}", "torch.save({'w': tensor([1., 2.]), 'n': {'k': [3]}}, 'a.pt')").code == 0
    )
    data = (tmp_path / "a.pt").read_bytes()
    end = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:end])
    assert header.pop("__metadata__")["format"] == "pt" and len(data) == end + 8
    assert header == {"w": {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}}
    assert np.frombuffer(data[end:], "<f4").tolist() == [1, 2]
    text = json.dumps({"b": {"dtype": "I64", "shape": [1], "data_offsets": [0, 8]}}).encode()
    (tmp_path / "b.bin").write_bytes(len(text).to_bytes(8, "little") + text + (5).to_bytes(8, "little"))
    assert ask("eval", "--files", f"{tmp_path}", "torch.load('b.bin')").out == "{'b': tensor([5])}\n"


@pytest.mark.parametrize(
    "said",
    [
        "", "[", "[" * 100_000, '{"tensor":"none"}', '{"tensor":["w"]}', '{"tensor":"w","more":1}', '{"same":0}', "{}",
        '{"same":-1}', '{"function":"print"}', '{"dict":[[["unhashable"],1]]}', '{"dict":[1]}', '{"int":"zz"}',
        '{"size":["a"]}', '{"dtype":"object"}', '{"float":"1e3"}', '{"complex":[1]}', '{"tensor":"i","grad":true}',
        '{"tensor":"i","complex":true}', '{"int":"' + "f" * 200_000 + '"}', '{"tuple":5}', '{"set":[{"tuple":[[]]}]}',
    ],
)  # fmt: skip
def test_what_a_file_says_is_checked(tmp_path: Path, said: str) -> None:
    with (tmp_path / "a.pt").open("wb") as file:
        write(file, {"w": np.ones(1), "i": np.ones((), np.int64)}, {"autogradcli": said})
    answer = ask("eval", "--files", f"{tmp_path}", "torch.load('a.pt')")
    assert answer.code == 1 and "UnpicklingError: torch.load(a.pt): what it says of its value" in answer.err


def test_number_and_size_of_files_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    big = "torch.save(torch.zeros(3 * 2**16), 'a.pt')"
    session = Session(memory_bytes=1 << 30)
    session.files = kept_folder.Folder(f"{tmp_path}", 1 << 20)
    shown: list[object] = []
    assert session.run(f"{big}; {big}", shown.append), shown
    assert not session.run(big.replace("a.pt", "b.pt"), shown.append) and "larger than the 1 MB" in str(shown)
    assert session.run(f"import os; os.remove('a.pt'); {big.replace('a.pt', 'b.pt')}", shown.append)
    assert [path.name for path in tmp_path.iterdir()] == ["b.pt"]
    monkeypatch.setattr(kept_folder, "MOST_FILES", 2)
    assert session.run("torch.save(1, 'c.pt')", shown.append)
    assert not session.run("torch.save(1, 'd.pt')", shown.append) and "at most 2 files" in str(shown)
    made = "import os; [os.mkdir(str(k)) for k in range(3)]"
    assert not session.run(made, shown.append) and "at most 2 folders" in str(shown)


def test_a_file_larger_than_the_memory_is_not_read(tmp_path: Path) -> None:
    header = json.dumps({"w": {"dtype": "U8", "shape": [1 << 31], "data_offsets": [0, 1 << 31]}}).encode()
    with (tmp_path / "a.pt").open("wb") as file:
        file.write(len(header).to_bytes(8, "little") + header)
        file.truncate(8 + len(header) + (1 << 31))  # a hole, which takes no room
    answer = ask("eval", "--memory", "1", "--files", f"{tmp_path}", "torch.load('a.pt')")
    assert answer.code == 1 and "MemoryError" in answer.err


def test_a_copy_of_the_process_writes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As where the prompt tries a line that is being typed."""
    session = Session()
    session.files = kept_folder.Folder(f"{tmp_path}", 1 << 20)
    assert session.run("torch.save(1, 'a.pt')", print)
    before = contents(tmp_path)
    monkeypatch.setattr(os, "getpid", lambda: 1)
    assert session.run(
        "import os; torch.save(2, 'a.pt'); torch.save(2, 'b.pt'); os.remove('a.pt'); os.mkdir('c')", print
    )
    assert contents(tmp_path) == before


def test_the_folder_is_there_already(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("1")
    for name, said in (("none", "does not exist"), ("file", "is a file")):
        for command in ("run", "eval", "repl"):
            answer = ask(command, "--files", f"{tmp_path}/{name}", *(["-"] if command == "run" else []))
            assert answer.code == 2 and "Invalid value for '--files'" in answer.err and said in answer.err
    assert "leave out --files" in ask("run", "--why", "--files", f"{tmp_path}", "-").err
    assert (
        ask("repl", "--files", f"{tmp_path}", stdin="torch.save(1, 'a.pt')").code == 0 and (tmp_path / "a.pt").exists()
    )
    programs = [tmp_path / f"{k}.py" for k in range(3)]
    for k, program in enumerate(programs):
        program.write_text(f"import torch\ntorch.save({k}, '{k}.pt')\nprint(torch.load('{k}.pt'))")
    answer = ask("run", "--jobs", "2", "--files", f"{tmp_path}", *map(str, programs))
    assert answer == (0, "0\n1\n2\n", "")
