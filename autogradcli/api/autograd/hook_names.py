"""``torch.utils.hooks``: the handles of hooks."""

from __future__ import annotations

from typing import Any

from ...engine.callbacks import callee
from ...engine.hooks import RemovableHandle
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from ..calls.registry import CONSTRUCTORS, namespace

PLACES["hooks"] = ("torch.utils.hooks", "")


def _handle(hooks_dict: Value, *, extra_dict: Value = None) -> RemovableHandle:
    """A handle for a hook of a program's own OrderedDict: `handle.id` is the key, `remove()` takes it out."""
    if not isinstance(hooks_dict, dict) or type(hooks_dict) is dict:
        raise TypeError(f"cannot create weak reference to '{type(hooks_dict).__name__}' object")
    _handle_keys[0] += 1
    return RemovableHandle(hooks_dict, _handle_keys[0])


#: Far from the keys of our own hooks, which stand in other tables.
_handle_keys = [1 << 40]


def unserializable_hook(f: Value) -> Any:
    """A function, which says that the tensor it is a hook of can't be kept in a file."""
    return callee(f)


def warn_if_has_hooks(tensor: Value) -> None:
    """Would warn of hooks that a file doesn't keep: nothing is kept in files by programs here."""


namespace("torch.utils.hooks")["RemovableHandle"] = RemovableHandle
CONSTRUCTORS[RemovableHandle] = _handle
for _function in (unserializable_hook, warn_if_has_hooks):
    define_python(_function.__name__, _function, into="hooks")
