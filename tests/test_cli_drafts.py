"""Files that are complete or not there at all: full disks, signals, systems that can't name what has no name."""

from __future__ import annotations

import os
import resource
import signal
import subprocess
import tempfile
from pathlib import Path

import pytest
from cli_ask import COMMAND, ENVIRON, ask

from autogradcli.data.drafts import Draft, deferred, write_atomically


def limited() -> None:
    """No file of this process grows past 64 KB: what a full disk is to it."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 16, 1 << 16))


@pytest.fixture(params=["nameless", "copied", "old"])
def system(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the system can do: name a nameless file, only make one, neither."""

    def refuse(*args: object, **options: object) -> None:
        raise OSError("no links here")

    if request.param != "nameless":
        monkeypatch.setattr(os, "link", refuse)
    if request.param == "old":
        monkeypatch.delattr(os, "O_TMPFILE", raising=False)
        monkeypatch.setattr(tempfile, "_O_TMPFILE_WORKS", False, raising=False)


@pytest.mark.usefixtures("system")
def test_a_file_is_replaced_with_its_permissions(tmp_path: Path) -> None:
    path, link = tmp_path / "a", tmp_path / "link"
    write_atomically(str(path), lambda file: file.write(b"one"))
    mask = os.umask(0)
    os.umask(mask)
    assert path.stat().st_mode & 0o777 == 0o666 & ~mask
    path.chmod(0o640)
    link.symlink_to(path)
    write_atomically(str(link), lambda file: file.write(b"two"))
    assert (path.read_bytes(), path.stat().st_mode & 0o777, link.is_symlink()) == (b"two", 0o640, True)
    long = tmp_path / ("é" * 120)
    write_atomically(str(long), lambda file: file.write(b"three"))
    assert long.read_bytes() == b"three" and len(list(tmp_path.iterdir())) == 3


@pytest.mark.usefixtures("system")
def test_what_is_not_kept_was_never_there(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("old")
    with pytest.raises(ZeroDivisionError), Draft(str(tmp_path / "a")) as draft:
        draft.file.write(b"x" * 100_000)
        assert [path.name for path in tmp_path.iterdir()] == ["a"]
        raise ZeroDivisionError
    (tmp_path / "folder").mkdir()
    with pytest.raises(IsADirectoryError), Draft(str(tmp_path / "folder")) as draft:
        draft.keep()
    assert (tmp_path / "a").read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a", "folder"]


def test_signals_wait_while_a_draft_gets_its_name() -> None:
    came: list[int] = []
    before = signal.signal(signal.SIGTERM, lambda number, frame: came.append(number))
    try:
        with deferred():
            os.kill(os.getpid(), signal.SIGTERM)
            assert came == []
        assert came == [signal.SIGTERM]
        with pytest.raises(KeyboardInterrupt), deferred():
            os.kill(os.getpid(), signal.SIGINT)
            came.append(0)
        assert came == [signal.SIGTERM, 0]
    finally:
        signal.signal(signal.SIGTERM, before)


def command(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, *arguments],
        cwd=folder,
        env=ENVIRON,
        capture_output=True,
        text=True,
        timeout=60,
        preexec_fn=limited,
        check=False,
    )


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    assert ask("eval", "--save", f"{tmp_path}/a.npz", "a = 1").code == 0
    (tmp_path / "t.txt").write_text(">>> print('x' * 10**5)\ny\n")
    (tmp_path / "p.py").write_text("x = 1\n" * 20_000)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for arguments in (
        ["eval", "--save", "a.npz", "a = torch.arange(100_000)"],
        ["check-transcript", "--update", "t.txt"],
        ["export", "p.py", "-o", "made.py"],
    ):
        done = command(tmp_path, *arguments)
        assert done.returncode == 1 and "File too large" in done.stderr and "Traceback" not in done.stderr, done
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


@pytest.mark.parametrize("jobs", ["1", "2"])
def test_results_on_a_full_disk(tmp_path: Path, jobs: str) -> None:
    (tmp_path / "a.py").write_text("try:\n    print('x' * 10**6)\nexcept:\n    pass\n")
    (tmp_path / "b.py").write_text("2\n")
    done = command(tmp_path, "run", "--keep-going", "--jobs", jobs, "--output", "made", "a.py", "b.py")
    assert done.returncode == 1 and "Traceback" not in done.stderr
    assert "made/a.py.out: error: the results can't be written: File too large\n" in done.stderr
    assert [path.name for path in (tmp_path / "made").iterdir()] == ["b.py.out"]
