"""``scripts/run`` and ``scripts/test``, as a newcomer's machine sees them. Nothing here uses the network.

The scripts are copied beside a tiny project of the same name. It has no dependencies and builds itself, so
environments are made and installed into for real, in a few seconds.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

SCRIPTS = Path(__file__).parent.parent / "scripts"

PYPROJECT = """\
[build-system]
requires = []
build-backend = "backend"
backend-path = ["."]

[project]
name = "autogradcli"
version = "1"
"""

BACKEND = """\
import os
import tomllib
import zipfile

def build_editable(folder, settings=None, metadata=None):
    with open("pyproject.toml", "rb") as file:
        project = tomllib.load(file)["project"]
    if "broken" in project["name"]:
        raise SystemExit("this project cannot be built")
    stem = f"autogradcli-{project['version']}"
    info = f"{stem}.dist-info/"
    with zipfile.ZipFile(os.path.join(folder, f"{stem}-py3-none-any.whl"), "w") as wheel:
        wheel.writestr("project.pth", os.getcwd())
        metadata = f"Metadata-Version: 2.1\\nName: autogradcli\\nVersion: {project['version']}\\n"
        wheel.writestr(info + "METADATA", metadata)
        wheel.writestr(info + "WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr(info + "RECORD", "")
    return f"{stem}-py3-none-any.whl"
"""

PROGRAM = """\
import importlib.metadata
import sys
print(importlib.metadata.version("autogradcli"), sys.argv[1:], sys.stdin.read())
"""

GOOD = f"""#!/bin/sh
exec '{sys.executable}' "$@"
"""

# The probe is the last argument; these make it see another Python.
OLD, WITHOUT_VENV = (
    f"""#!/bin/sh
exec '{sys.executable}' -c 'import sys; {change}; exec(sys.argv[-1])' "$@"
"""
    for change in (
        "sys.version_info = (3, 9, 18)",
        'sys.version_info = (3, 11, 2); sys.modules["ensurepip"] = None',
    )
)


class Checkout:
    """A folder with the scripts and the tiny project, and a PATH that holds the given Pythons alone."""

    def __init__(self, root: Path, **pythons: str) -> None:
        self.root = root
        shutil.copytree(SCRIPTS, root / "scripts", ignore=shutil.ignore_patterns("__pycache__"))
        self.write("pyproject.toml", PYPROJECT)
        self.write("backend.py", BACKEND)
        self.write("autogradcli/__main__.py", PROGRAM)
        self.path = root / "pythons"
        self.path.mkdir()
        for name, text in pythons.items():
            self.write(f"pythons/{name.replace('_', '.')}", text).chmod(0o755)

    def write(self, name: str, text: str) -> Path:
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def start(self, *command: str | Path, cwd: Path | None = None) -> subprocess.Popen[str]:
        environment = {
            "PATH": str(self.path),
            "PIP_NO_INDEX": "1",
            "PYTHONPATH": "/nowhere",
            "HOME": str(self.root),
        }
        return subprocess.Popen(
            command,
            cwd=cwd or self.root,
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )

    def call(self, *command: str | Path, cwd: Path | None = None, stdin: str = "") -> tuple[int, str, str]:
        """The exit code, stdout and stderr of a command."""
        process = self.start(*command, cwd=cwd)
        out, err = process.communicate(stdin, timeout=60)
        return process.returncode, out, err


@pytest.mark.parametrize("script", ["run", "test"])
@pytest.mark.parametrize(
    ("pythons", "says"),
    [
        ({}, ["is: none."]),
        ({"python3": OLD}, ["python3 is Python 3.9.18"]),
        ({"python3": "#!/bin/sh\nexit 127\n"}, ["python3 does not start"]),
        ({"python3_11": WITHOUT_VENV}, ["python3.11 is Python 3.11.2,", "apt install python3.11-venv"]),
        ({"python": OLD, "python3": WITHOUT_VENV}, ["python is Python 3.9.18", "python3 is Python 3.11.2,"]),
    ],
    ids=["none", "old", "does not start", "without venv", "two that will not do"],
)
def test_a_machine_without_a_fit_python_is_told_what_is_missing(
    tmp_path: Path, pythons: dict[str, str], says: list[str], script: str
) -> None:
    checkout = Checkout(tmp_path, **pythons)
    code, out, err = checkout.call(tmp_path / "scripts" / script, "1 + 1")
    assert (code, out) == (1, "")
    assert err.startswith("autogradcli needs Python 3.11 or newer, with its venv module.")
    assert [part for part in says if part not in err] == []
    assert not (tmp_path / ".venvs").exists()


def test_the_life_of_an_environment(tmp_path: Path) -> None:
    """One story, because making an environment takes seconds."""
    root = tmp_path / "a folder"
    elsewhere = tmp_path / "elsewhere"
    root.mkdir()
    elsewhere.mkdir()
    checkout = Checkout(root, python3=OLD, python3_12=WITHOUT_VENV, python3_11=GOOD)
    run = root / "scripts" / "run"

    # The first use is killed in the midst of its work.
    interrupted = checkout.start(run)
    while not (root / ".venvs/run/pyvenv.cfg").exists():
        assert interrupted.poll() is None, interrupted.communicate()
        time.sleep(0.005)
    os.killpg(interrupted.pid, signal.SIGKILL)
    interrupted.communicate()

    # Two at once repair it, take the Python that will do, and write nothing but what the program writes.
    both = [checkout.start(run, number, "a b") for number in "12"]
    for number, process in zip("12", both, strict=True):
        out, err = process.communicate("its stdin", timeout=60)
        assert (process.returncode, out, err) == (0, f"1 ['{number}', 'a b'] its stdin\n", "")

    # From now on no Python is looked for, from whatever folder and by whatever name the script is called, and
    # the modules that lie in that folder stay there.
    (elsewhere / "autogradcli.py").write_text("print('not this')")
    (elsewhere / "link").symlink_to(run)
    shutil.rmtree(checkout.path)
    checkout.path.mkdir()
    (checkout.path / "readlink").symlink_to(shutil.which("readlink") or "")
    for command, cwd in [
        (str(run), elsewhere),
        ("../a folder/scripts/run", elsewhere),
        ("./link", elsewhere),
        ("./run", run.parent),
    ]:
        assert checkout.call(command, "-x", cwd=cwd) == (0, "1 ['-x'] \n", "")

    assert checkout.call("/bin/sh", "run", cwd=run.parent) == (0, "1 [] \n", "")

    # A pyproject.toml that was touched, changed, and spoiled.
    checkout.write("pythons/python3", GOOD).chmod(0o755)
    checkout.write("pyproject.toml", PYPROJECT)
    assert checkout.call(run) == (0, "1 [] \n", "")
    checkout.write("pyproject.toml", PYPROJECT.replace('"1"', '"2"'))
    assert checkout.call(run) == (0, "2 [] \n", "")
    checkout.write("pyproject.toml", PYPROJECT.replace('"autogradcli"', '"broken"'))
    code, out, err = checkout.call(run)
    assert (code, out) == (1, "")
    assert "this project cannot be built" in err
    assert "autogradcli: the installation failed" in err


def test_a_copy_of_the_folder_does_not_run_the_original(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path)
    ready(checkout, "run", root="/the/original")
    code, out, err = checkout.call(tmp_path / "scripts/run")
    assert (code, out) == (1, "")
    assert "needs Python" in err


def test_the_tests_run_in_the_project_from_any_folder(tmp_path: Path) -> None:
    checkout = Checkout(tmp_path / "project")
    ready(checkout, "test", root=str(checkout.root))
    code, out, err = checkout.call(checkout.root / "scripts/test", "-k", "a or b", cwd=tmp_path)
    assert (code, out.splitlines(), err) == (0, [str(checkout.root), "-m", "pytest", "-k", "a or b"], "")


def test_a_test_that_hangs_ends_and_is_named(tmp_path: Path) -> None:
    shutil.copy(Path(__file__).parent / "conftest.py", tmp_path)
    (tmp_path / "test_it.py").write_text(
        "import time\n\ndef test_good(): pass\n\ndef test_hangs(): time.sleep(60)\n\ndef test_never(): pass\n"
    )
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-v", "test_it.py"],
        cwd=tmp_path, env={**os.environ, "AUTOGRADCLI_TEST_SECONDS": "1"}, capture_output=True, text=True, timeout=50,
    )  # fmt: skip
    assert done.returncode == 1
    assert "test_good PASSED" in done.stdout
    assert "Timeout" in done.stderr and "in test_hangs" in done.stderr
    assert "test_never" not in done.stdout


def ready(checkout: Checkout, name: str, root: str) -> None:
    """An environment in order, made for ``root``, whose Python says where it is and what it was given."""
    python = checkout.write(f".venvs/{name}/bin/python", '#!/bin/sh\nprintf "%s\\n" "$PWD" "$@"\n')
    python.chmod(0o755)
    stamp = checkout.write(f".venvs/{name}/stamp", f"{root}\n{PYPROJECT}")
    made = (checkout.root / "pyproject.toml").stat().st_mtime_ns
    os.utime(stamp, ns=(made, made))
