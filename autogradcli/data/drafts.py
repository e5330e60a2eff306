"""Files that are complete or not there at all, whatever ends the process while they are written.

A draft has no name: it lies in the folder of the file that it is to become, and is gone with the process. Only a
complete one gets a name, which takes two calls of the system; signals wait for these.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from types import FrameType
from typing import Any, BinaryIO, cast

#: Signals that end this process, Ctrl-C included. Windows has no SIGHUP.
ENDINGS = [getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
CHUNK = 1 << 20
#: Bytes that a name may have, less what stands around it in a draft's.
_LONGEST = 200


def write_atomically(path: str, write: Callable[[BinaryIO], object]) -> None:
    """Let ``write`` fill a draft of ``path``, and put it there once it is complete. Raises OSError.

    What is there and no file, a device or a pipe, is written to as it is: in its place a file would be wrong.
    """
    if os.path.exists(path) and not os.path.isfile(path):
        with open(path, "wb") as device:
            write(device)
        return
    with Draft(path) as draft:
        write(draft.file)
        draft.file.flush()
        os.fsync(draft.file.fileno())
        draft.keep()


class Draft:
    """What is to become the file at ``path``; forgotten unless ``keep`` is called. Raises OSError."""

    def __init__(self, path: str) -> None:
        self.path = os.path.realpath(path)
        self.folder, self.base = os.path.split(self.path)
        self.file: BinaryIO = _nameless(self.folder)

    def __enter__(self) -> Draft:
        return self

    def __exit__(self, *problem: object) -> None:
        try:
            self.file.close()
        except OSError:
            # A full disk, which refuses the rest of what nobody wants. The second call closes.
            self.file.close()

    def keep(self) -> None:
        """Put it in place of what is there, with that one's permissions."""
        self.file.flush()
        with deferred():
            try:
                os.chmod(self.file.fileno(), os.stat(self.path).st_mode & 0o7777)
            except FileNotFoundError:
                pass
            base = os.fsdecode(os.fsencode(self.base)[:_LONGEST])
            named = os.path.join(self.folder, f".{base}.{os.getpid()}.new")
            try:
                self._name(named)
                os.replace(named, self.path)
            except BaseException:
                if os.path.exists(named):
                    os.unlink(named)
                raise

    def _name(self, name: str) -> None:
        """Give the draft a name; a copy, where the system can't name what has none."""
        folder = os.open(self.folder, os.O_RDONLY) if hasattr(os, "O_TMPFILE") else -1
        try:
            # With a folder's descriptor, since only then the link in /proc is followed.
            os.link(f"/proc/self/fd/{self.file.fileno()}", name, src_dir_fd=folder, follow_symlinks=True)
            return
        except (OSError, NotImplementedError):
            pass
        finally:
            if folder >= 0:
                os.close(folder)
        self.file.seek(0)
        with open(name, "wb") as copy:
            while part := self.file.read(CHUNK):
                copy.write(part)
        os.chmod(name, os.stat(self.file.fileno()).st_mode & 0o7777)


def _nameless(folder: str) -> BinaryIO:
    if hasattr(os, "O_TMPFILE"):
        try:
            return open(os.open(folder, os.O_TMPFILE | os.O_RDWR, 0o666), "w+b")
        except (IsADirectoryError, NotImplementedError):
            pass  # an old kernel
        except OSError as error:
            from errno import EINVAL, EOPNOTSUPP

            if error.errno not in (EOPNOTSUPP, EINVAL):
                raise
    from tempfile import TemporaryFile

    file = cast("BinaryIO", TemporaryFile(dir=folder))  # noqa: SIM115  closed by __exit__
    mask = os.umask(0)
    os.umask(mask)
    os.chmod(file.fileno(), 0o666 & ~mask)
    return file


class deferred:
    """While it is entered, signals that end the process wait; then they come. Only the main thread can ask for that."""

    __slots__ = ("_before", "_came")

    def __enter__(self) -> None:
        self._came: list[int] = []
        self._before: dict[int, Any] = {}
        for number in ENDINGS:
            before = signal.getsignal(number)
            try:
                signal.signal(number, self._note)
            except ValueError:  # in another thread
                return
            self._before[number] = before

    def _note(self, number: int, frame: FrameType | None) -> None:
        self._came.append(number)

    def __exit__(self, *problem: object) -> None:
        for number, before in self._before.items():
            # None: a handler that is none of Python's, which can't be put back from here.
            signal.signal(number, signal.SIG_DFL if before is None else before)
        for number in self._came:
            os.kill(os.getpid(), number)
