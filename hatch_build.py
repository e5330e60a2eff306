"""Compile the package's bytecode when it is installed editable.

pip compiles what it copies into an environment; an editable installation copies nothing, and where
``PYTHONDONTWRITEBYTECODE`` is set (as in many containers) Python would compile all modules anew at each start, which
takes longer than everything else that a start does.
"""

from __future__ import annotations

import compileall
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class CustomBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        if version == "editable":
            compileall.compile_dir(str(Path(self.root, "autogradcli")), quiet=2)
