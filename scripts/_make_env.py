"""Make, renew or repair an environment of this checkout: ``_make_env.py ROOT NAME EXTRA``.

``.venvs/NAME`` gets the project, editable, with its EXTRA. ``_env`` calls this when the stamp is not in
order. Only the standard library is here. Silent where all is well, but for one line to a terminal.
"""

from __future__ import annotations

import fcntl
import os
import subprocess
import sys
from pathlib import Path


def main(root: Path, name: str, extra: str) -> None:
    """Bring ``root/.venvs/name`` in order. Raises SystemExit with what went wrong."""
    venvs = root / ".venvs"
    try:
        venvs.mkdir(exist_ok=True)
        lock = (venvs / f"{name}.lock").open("w")
    except OSError as error:
        sys.exit(f"autogradcli: cannot make its environment in {venvs}: {error.strerror}")
    with lock:
        # The kernel frees the lock with the last process that holds it, however that ends. pip inherits it:
        # when only this process is killed, nobody clears the folder that pip still writes to.
        fcntl.flock(lock, fcntl.LOCK_EX)
        _renew(root, venvs / name, extra, lock.fileno())


def _renew(root: Path, made: Path, extra: str, lock: int) -> None:
    pyproject = root / "pyproject.toml"
    time = pyproject.stat().st_mtime_ns
    wanted = os.fsencode(f"{root}\n") + pyproject.read_bytes()
    stamp = made / "stamp"
    found = stamp.read_bytes() if stamp.exists() else b""
    python = made / "bin" / "python"
    usable = os.access(python, os.X_OK) and found.partition(b"\n")[0] == os.fsencode(root)
    if not (usable and found == wanted):
        if sys.stderr.isatty():
            print(f"autogradcli: installing into {made}, this once ...", file=sys.stderr)
        stamp.unlink(missing_ok=True)
        if not usable:
            _call([sys.executable, "-m", "venv", "--clear", str(made)], root, lock)
        target = f".[{extra}]" if extra else "."
        pip = [str(python), "-I", "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
        _call([*pip, "install", "--editable", target], root, lock)
        _write(stamp, wanted)
    os.utime(stamp, ns=(time, time))  # the content was right, or is now: _env compares the times alone


def _call(command: list[str], root: Path, lock: int) -> None:
    """Run a command, quietly. Raises SystemExit with all that it said if it fails."""
    environment = {key: value for key, value in os.environ.items() if key not in _ELSEWHERE}
    done = subprocess.run(
        command,
        cwd=root,
        env=environment,
        pass_fds=(lock,),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        check=False,
    )
    if done.returncode:
        said = done.stdout.decode(errors="replace").rstrip()
        sys.exit(f"{said}\nautogradcli: the installation failed (above): {' '.join(command)}")


#: Settings that send an installation to another place than the environment.
_ELSEWHERE = {"PIP_PREFIX", "PIP_ROOT", "PIP_TARGET", "PIP_USER", "PYTHONHOME", "PYTHONPATH"}


def _write(path: Path, content: bytes) -> None:
    """All of the content or none of it, also for who reads meanwhile."""
    draft = path.with_name(path.name + ".new")
    draft.write_bytes(content)
    draft.replace(path)


if __name__ == "__main__":
    try:
        main(Path(sys.argv[1]), sys.argv[2], sys.argv[3])
    except KeyboardInterrupt:
        sys.exit(130)
