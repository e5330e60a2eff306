"""What an installation brings beside the sources: bytecode, and the index of names.

pip compiles what it copies into an environment; an editable installation copies nothing, and where
``PYTHONDONTWRITEBYTECODE`` is set (as in many containers) Python would compile all modules anew at each start, which
takes longer than everything else that a start does.

The index (``autogradcli/api/name_index.py``) is what a start writes that finds none. Here one is made for who may not
write where the package is installed. A wheel's has no times, since those of its files are not known: so the same
sources give the same wheel, and a start compares contents. Where none can be made, the first start does it.
"""

from __future__ import annotations

import compileall
import marshal
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            compileall.compile_dir(str(Path(self.root, "autogradcli")), quiet=2)
            self._start()
            return
        self._made = tempfile.TemporaryDirectory()
        folder = Path(self._made.name)
        self._start(PYTHONPYCACHEPREFIX=str(folder))
        for index in folder.rglob("names.index"):
            number, modules, checksum, names = marshal.loads(index.read_bytes())
            index.write_bytes(marshal.dumps((number, [(n, size, 0) for n, size, _ in modules], checksum, names), 2))
            build_data["force_include"][str(index)] = f"autogradcli/api/__pycache__/{index.name}"

    def _start(self, **settings: str) -> None:
        """Import the package as a start does, which leaves an index behind."""
        code = "import sys; sys.path.insert(0, sys.argv[1]); import autogradcli.api"
        kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
        subprocess.run([sys.executable, "-c", code, self.root], env=kept | settings, capture_output=True, check=False)

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if version != "editable":
            self._made.cleanup()
