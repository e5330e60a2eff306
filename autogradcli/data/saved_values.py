"""What ``torch.save`` writes and ``torch.load`` reads: a file of safetensors, with the tensors of a value under their
paths in it, and the value itself, tensors as their names, as JSON beside them.

Other programs read the tensors. Nothing in a file is run, and what it says is checked.

What JSON has no word for is an object of one entry: ``{"tuple": [...]}``, ``{"dict": [[key, value], ...]}``,
``{"tensor": name}``. A container that stands in several places is written once, and stands elsewhere as
``{"same": n}``, the n-th that was complete.
"""

from __future__ import annotations

import collections
from json import dumps
from math import isfinite
from typing import Any, BinaryIO

import numpy as np

from ..api.arrays.values import NumPyArray, NumPyScalar
from ..api.nn.functions_by_attribute import M
from ..api.nn.module import Module
from ..api.nn.module_state import OrderedDict
from ..api.optim.lr_scheduler import LRScheduler
from ..api.optim.optimizer import Optimizer
from ..api.tensor.placement import Device, parsed
from ..engine.deferred import settled
from ..engine.leaves import require_grad
from ..engine.sparse import SparseTensor
from ..engine.tensor import MetaTensor, Parameter, Size, Tensor, wrap
from ..numerics import dtypes
from ..numerics.dtypes import DType
from ..numerics.limits import check_items, run, shown
from . import safetensors
from .reading import DataError, load_json

#: The entry of ``__metadata__`` that holds the value.
KEY = "autogradcli"
#: How deep values may stand in each other, and characters of a tensor's name.
DEEPEST, LONGEST = 100, 300
#: Integers that are written as numbers.
_WORD = 1 << 63
#: Digits, to the base of 16, of the largest integer that the language has.
_DIGITS = 1 << 17
#: What JSON becomes in memory, at the most, for each of its characters.
_PARSED = 16

_LISTS: dict[type, str] = {tuple: "tuple", Size: "size", set: "set", frozenset: "frozenset"}
_DICTS: dict[type, str] = {dict: "dict", OrderedDict: "state_dict", collections.OrderedDict: "ordered_dict"}
_OF_LISTS = {name: kind for kind, name in _LISTS.items()}
_OF_DICTS = {name: kind for kind, name in _DICTS.items()}
_KEYS = (str, int, float, bool, complex, tuple, frozenset, type(None), DType, Size)


class Written:
    """A value made ready: ``size`` bytes, which ``write`` writes. Raises TypeError for what a file can't hold, with
    what to save in its place, RecursionError, MemoryError, and ValueError for a value that is in itself."""

    def __init__(self, value: Any) -> None:
        self.arrays: dict[str, np.ndarray] = {}
        self._names: dict[Any, str] = {}
        self._complete: dict[int, tuple[int, Any]] = {}
        self._open: set[int] = set()
        self._count = 0
        text = dumps(self._part(value, ()), separators=(",", ":"))
        self.notes = {"format": "pt", KEY: text}
        self.size = len(text) + sum(array.nbytes for array in self.arrays.values())

    def write(self, file: BinaryIO) -> None:
        safetensors.write(file, self.arrays, self.notes)

    def _part(self, value: Any, path: tuple[Any, ...]) -> Any:
        self._count += 1
        check_items(self._count)
        run.spend(256)
        kind = type(value)
        if value is None or kind in (bool, str):
            return value
        if kind is int:
            return value if -_WORD <= value < _WORD else {"int": hex(value)}
        if kind is float:
            return value if isfinite(value) else {"float": str(value)}
        if kind is complex:
            return {"complex": [self._part(value.real, path), self._part(value.imag, path)]}
        if kind is DType:
            return {"dtype": value.name}
        if kind is Device:
            return {"device": str(value)}
        if isinstance(value, Tensor) or kind is list or kind in _LISTS or kind in _DICTS:
            return self._shared(value, path)
        raise TypeError(f"can't write {_article(kind)}{_place(path)}: {_instead(value)}")

    def _shared(self, value: Any, path: tuple[Any, ...]) -> Any:
        known = self._complete.get(id(value))
        if known is not None:
            return {"same": known[0]}
        if id(value) in self._open:
            raise ValueError(f"can't write a {type(value).__name__} that holds itself{_place(path)}")
        if len(path) >= DEEPEST:
            raise RecursionError(f"can't write what is more than {DEEPEST} containers deep")
        self._open.add(id(value))
        made = self._tensor(value, path) if isinstance(value, Tensor) else self._container(value, path)
        self._open.discard(id(value))
        self._complete[id(value)] = len(self._complete), value
        return made

    def _container(self, value: Any, path: tuple[Any, ...]) -> Any:
        kind = type(value)
        if kind not in _DICTS:
            parts = [self._part(each, (*path, k)) for k, each in enumerate(value)]
            return parts if kind is list else {_LISTS[kind]: parts}
        entries = []
        for key, each in value.items():
            if type(key) not in _KEYS:
                what = f"{_article(type(key))} as a key of a dict{_place(path)}"
                raise TypeError(f"can't write {what}: save it as a value")
            entries.append([self._part(key, (*path, "key")), self._part(each, (*path, key))])
        if kind is OrderedDict and value.metadata is not None:
            return {"state_dict": [*entries, self._part(value.metadata, (*path, "_metadata"))]}
        return {_DICTS[kind]: entries}

    def _tensor(self, value: Any, path: tuple[Any, ...]) -> Any:
        if isinstance(value, MetaTensor):
            raise TypeError(f"can't write a tensor of the meta device{_place(path)}: it has no numbers")
        if isinstance(value, SparseTensor):
            raise TypeError(f"can't write a sparse tensor{_place(path)}: save x.to_dense()")
        array = settled(M.detach(settled(value))).array
        if type(array) is not np.ndarray:
            what = f"a tensor that torch.func follows{_place(path)}"
            raise TypeError(f"can't write {what}: save what the function returns")
        made: dict[str, Any] = {"tensor": self._stored(array, path)}
        if array.dtype == np.complex128:
            made["complex"] = True
        if value.requires_grad:
            made["grad"] = True
        if isinstance(value, Parameter):
            made["parameter"] = True
        return made

    def _stored(self, array: np.ndarray, path: tuple[Any, ...]) -> str:
        """The name under which the numbers stand; tensors of the same memory have the same one."""
        memory = (array.__array_interface__["data"][0], array.shape, array.strides, array.dtype)
        if array.size and memory in self._names:
            return self._names[memory]
        words = [str(key) for key in path if type(key) in (str, int)] or ["tensor"]
        name = wanted = ".".join(words).encode("utf-8", "replace").decode()[:LONGEST]
        number = 1
        while not name or name in self.arrays or name == "__metadata__":
            number += 1
            name = f"{wanted}#{number}"
        self.arrays[name] = array  # kept, so that its memory is no other's meanwhile
        self._names[memory] = name
        if array.dtype == np.complex128:  # the format has none: pairs of real numbers
            run.spend(array.nbytes)
            self.arrays[name] = np.stack([array.real, array.imag], -1)
            self._names[memory, "kept"] = array  # type: ignore[assignment]
        safetensors.check({name: self.arrays[name]})
        return name


def _is_function(kind: type) -> bool:
    return "function" in kind.__name__.lower()


def _article(kind: type) -> str:
    name = "function" if _is_function(kind) else kind.__name__
    return f"{'an' if name[:1] in 'aeiouAEIOU' else 'a'} {name}"


def _place(path: tuple[Any, ...]) -> str:
    return f" at {shown(''.join([f'[{_key(key)}]' for key in path]))}" if path else ""


def _key(key: Any) -> str:
    return repr(key) if type(key) in (str, int) else "..."


def _instead(value: Any) -> str:
    if isinstance(value, Module):
        return "save model.state_dict(), which model.load_state_dict() takes"
    if isinstance(value, (Optimizer, LRScheduler)):
        return "save its state_dict(), which its load_state_dict() takes"
    if isinstance(value, NumPyArray):
        return "save torch.from_numpy(array)"
    if isinstance(value, NumPyScalar):
        return "save value.item()"
    if isinstance(value, dict):
        return "save dict(value)"
    if isinstance(value, (list, tuple)):
        return "save list(value)"
    if _is_function(type(value)):
        return "save what it computes, tensors and numbers"
    return "save the tensors and numbers in it, as a dict"


# -- and back ------------------------------------------------------------------------------------------------


def read(file: BinaryIO) -> Any:
    """The value in an open file; of a file of others' a dict of its tensors. Raises DataError, OSError, and what the
    budget raises for a file that is larger than the run has room for."""
    size = file.seek(0, 2)
    file.seek(0)
    header = min(int.from_bytes(file.read(8), "little"), size)
    run.spend(size + _PARSED * min(header, safetensors.MAX_HEADER))
    arrays, notes = safetensors.contents(file)
    if KEY not in notes:
        return {name: wrap(array) for name, array in arrays.items()}
    try:
        return _Reader(arrays).part(load_json(notes[KEY]), 0)
    except DataError:
        raise
    except RecursionError:
        raise DataError("what it says of its value nests too deeply") from None
    except (ValueError, TypeError, KeyError, IndexError, AttributeError, RuntimeError):
        raise DataError("what it says of its value was not written here") from None


class _Reader:
    def __init__(self, arrays: dict[str, np.ndarray]) -> None:
        self.arrays = arrays
        self.bases: dict[str, Tensor] = {}
        self.complete: list[Any] = []
        self.count = 0

    def part(self, said: Any, depth: int) -> Any:
        self.count += 1
        check_items(self.count)
        run.spend(256)
        if depth > DEEPEST + 2:
            raise RecursionError
        if said is None or type(said) in (bool, int, float, str):
            return said
        if type(said) is list:
            return self._completed([self.part(each, depth + 1) for each in said])
        if "tensor" in said:
            return self._completed(self._tensor(**said))
        ((kind, held),) = said.items()
        if kind == "same":
            if type(held) is not int or held < 0:
                raise ValueError
            return self.complete[held]
        if kind in _OF_LISTS:
            parts = [self.part(each, depth + 1) for each in held]
            if kind == "size" and any(type(each) is not int for each in parts):
                raise TypeError
            return self._completed(_OF_LISTS[kind](parts))
        if kind in _OF_DICTS:
            return self._completed(self._dict(_OF_DICTS[kind](), held, depth))
        return self._plain(kind, held)

    def _dict(self, made: Any, held: list[Any], depth: int) -> Any:
        for entry in held:
            if type(entry) is dict and type(made) is OrderedDict:  # what the versions of its modules are
                made.metadata = self.part(entry, depth + 1)
                continue
            key, each = entry
            made[self._as_key(key, depth)] = self.part(each, depth + 1)
        return made

    def _as_key(self, said: Any, depth: int) -> Any:
        key = self.part(said, depth + 1)
        if type(key) not in _KEYS:
            raise TypeError
        return key

    def _plain(self, kind: str, held: Any) -> Any:
        if kind == "int" and len(held) <= _DIGITS:
            return int(held, 16)
        if kind == "float" and held in ("nan", "inf", "-inf"):
            return float(held)
        if kind == "complex":
            real, imag = (self.part(each, 0) for each in held)
            return complex(float(real), float(imag))
        if kind == "dtype":
            return dtypes.NAMES[held]
        if kind == "device":
            return parsed(held)
        raise ValueError

    def _completed(self, value: Any) -> Any:
        self.complete.append(value)
        return value

    def _tensor(self, tensor: str, complex: bool = False, grad: bool = False, parameter: bool = False) -> Tensor:
        if tensor not in self.bases:
            array = self.arrays[tensor]
            if complex:
                run.spend(array.nbytes)
                array = array.view(np.complex128).reshape(array.shape[:-1])
            self.bases[tensor] = wrap(array)
            made = self.bases[tensor]
        else:
            made = M.detach(self.bases[tensor])
        if parameter:
            made = Parameter(self.bases[tensor].array)
        elif grad and made is self.bases[tensor]:
            made = M.detach(made)
        if grad:
            require_grad(made)
        return made
