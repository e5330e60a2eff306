"""Modules that hold modules or parameters: ``Sequential``, ``ModuleList``, ``ModuleDict``, ``ParameterList``."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from operator import index as to_index
from typing import Any

from ...engine.leaves import require_grad
from ...engine.tensor import Parameter, Tensor
from ...numerics.limits import charge_items
from ..calls.registry import namespace
from .module import Module
from .text import indented, type_name


def _place(index: Any, count: int, what: str = "index {} is out of range") -> int:
    """An index from 0. Raises IndexError, TypeError for what is no index."""
    index = to_index(index)
    if not -count <= index < count:
        raise IndexError(what.format(index))
    return int(index) % count


class _Ordered(Module):
    """Modules by number."""

    def _key(self, index: int) -> str:
        names: list[str] = list(self._modules)
        return names[_place(index, len(names))]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[Any]:
        return iter(self._modules.values())

    def __delitem__(self, index: Any) -> None:
        keys = list(self._modules)[index] if isinstance(index, slice) else [self._key(index)]
        for key in keys:
            del self._modules[key]
        self.__dict__["_modules"] = {str(k): module for k, module in enumerate(self._modules.values())}

    def append(self, module: Any) -> Any:
        """Add a module at the end."""
        self.add_module(str(len(self)), module)
        return self

    def insert(self, index: int, module: Any) -> Any:
        """Put a module before the one at ``index``. Raises KeyError where those behind it have other names than their
        numbers."""
        for at in range(len(self._modules), index, -1):
            self._modules[str(at)] = self._modules[str(at - 1)]
        self._modules[str(index)] = module
        return self

    def pop(self, key: Any) -> Any:
        """Take a module out."""
        found = self[key]
        del self[key]
        return found

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            raise NotImplementedError
        return self._modules[self._key(index)]


class Sequential(_Ordered):
    """Modules one after another; from arguments, or by name from one dict."""

    __module__ = "torch.nn.modules.container"

    def __init__(self, *args: Any) -> None:
        super().__init__()
        if len(args) == 1 and isinstance(args[0], dict):
            for key, module in args[0].items():
                self.add_module(key, module)
        else:
            for k, module in enumerate(args):
                self.add_module(str(k), module)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return Sequential(dict(list(self._modules.items())[index]))
        return self._modules[self._key(index)]

    def __setitem__(self, index: int, module: Any) -> None:
        setattr(self, self._key(index), module)

    def __add__(self, other: Any) -> Any:
        if not isinstance(other, Sequential):
            raise ValueError(
                "add operator supports only objects of Sequential class, but " + f"{type(other)} is given."
            )
        return Sequential(*self, *other)

    def __mul__(self, times: Any) -> Any:
        """The same modules so many times. Raises TypeError, ValueError."""
        if not isinstance(times, int):
            return NotImplemented
        if times <= 0:
            raise ValueError(f"Non-positive multiplication factor {times} for {type(self)}")
        charge_items(len(self) * times)
        return Sequential(*[module for _ in range(times) for module in self])

    __rmul__ = __mul__

    def insert(self, index: int, module: Any) -> Any:
        """Put a module before the one at ``index``. Raises IndexError, AssertionError and KeyError."""
        if not isinstance(module, Module):
            raise AssertionError(f"module should be of type: {Module}")
        count = len(self._modules)
        if not -count <= index <= count:
            raise IndexError(f"Index out of range: {index}")
        return super().insert(index + count if index < 0 else index, module)

    def extend(self, sequential: Iterable[Any]) -> Any:
        """Add modules at the end."""
        for module in sequential:
            self.append(module)
        return self

    def forward(self, input: Any) -> Any:
        for module in self._modules.values():
            input = module(input)
        return input


class ModuleList(_Ordered):
    """A list of modules, so that their parameters count as this module's."""

    __module__ = "torch.nn.modules.container"

    def __init__(self, modules: Iterable[Any] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.extend(modules)

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return ModuleList(list(self._modules.values())[index])
        return self._modules[self._key(index)]

    def __setitem__(self, index: int, module: Any) -> None:
        setattr(self, self._key(index), module)

    def __iadd__(self, modules: Iterable[Any]) -> Any:
        return self.extend(modules)

    def __add__(self, other: Iterable[Any]) -> Any:
        return ModuleList([*self, *other])

    def extend(self, modules: Any) -> Any:
        """Add modules at the end."""
        if not isinstance(modules, Iterable):
            raise TypeError("ModuleList.extend should be called with an iterable, but got " + type(modules).__name__)
        for module in list(modules):
            self.append(module)
        return self

    def __repr__(self) -> str:
        """Equal neighbours as one line: ``(0-2): 3 x Linear(...)``."""
        texts = [repr(module) for module in self]
        if not texts:
            return self._get_name() + "()"
        runs: list[list[int]] = []
        for k, text in enumerate(texts):
            if runs and texts[runs[-1][0]] == text:
                runs[-1][1] = k
            else:
                runs.append([k, k])
        lines = []
        for first, last in runs:
            if first == last:
                lines.append(f"({first}): " + indented(texts[first]))
            else:
                lines.append(f"({first}-{last}): {last - first + 1} x " + indented(texts[first]))
        return self._get_name() + "(\n  " + "\n  ".join(lines) + "\n)"


class ModuleDict(Module):
    """Modules by name, so that their parameters count as this module's."""

    __module__ = "torch.nn.modules.container"

    def __init__(self, modules: Mapping[str, Any] | None = None) -> None:
        super().__init__()
        if modules is not None:
            self.update(modules)

    def __getitem__(self, key: str) -> Any:
        return self._modules[key]

    def __setitem__(self, key: str, module: Any) -> None:
        self.add_module(key, module)

    def __delitem__(self, key: str) -> None:
        del self._modules[key]

    def __len__(self) -> int:
        return len(self._modules)

    def __iter__(self) -> Iterator[str]:
        return iter(self._modules)

    def __contains__(self, key: str) -> bool:
        return key in self._modules

    def clear(self) -> None:
        """Take all modules out."""
        self._modules.clear()

    def pop(self, key: str) -> Any:
        """Take one module out."""
        return self._modules.pop(key)

    def keys(self) -> Any:
        """The names."""
        return self._modules.keys()

    def items(self) -> Any:
        """Pairs of name and module."""
        return self._modules.items()

    def values(self) -> Any:
        """The modules."""
        return self._modules.values()

    def update(self, modules: Any) -> None:
        """Add modules from a dict or from pairs."""
        if not isinstance(modules, Iterable):
            raise TypeError(
                "ModuleDict.update should be called with an iterable of key/value pairs, but got "
                + type(modules).__name__
            )
        for key, module in _pairs("ModuleDict", modules):
            self[key] = module


def _pairs(kind: str, given: Any) -> Iterable[tuple[Any, Any]]:
    """The pairs that a dict is to take over. Raises TypeError or ValueError for what is none."""
    if isinstance(given, (dict, ModuleDict, ParameterDict)):
        return list(given.items())
    pairs = []
    for number, pair in enumerate(given):
        if not isinstance(pair, Iterable):
            raise TypeError(f"{kind} update sequence element #{number} should be Iterable; is{type(pair).__name__}")
        pair = tuple(pair)
        if len(pair) != 2:
            raise ValueError(f"{kind} update sequence element #{number} has length {len(pair)}; 2 is required")
        pairs.append(pair)
    return pairs


def _described(value: Any, by_dtype: bool) -> str:
    """One element in the text of a list (which shows the dtype) or dict (which shows the type) of parameters."""
    if isinstance(value, Tensor):
        kind = "Parameter" if isinstance(value, Parameter) else "Tensor"
        what = f"torch.{value.dtype.name}" if by_dtype else type_name(value)
        return f"{kind} containing: [{what} of size {'x'.join(map(str, value.array.shape))}]"
    return f"Object of type: {type(value).__name__}"


def _as_parameter(value: Any) -> Any:
    if isinstance(value, Tensor) and not isinstance(value, Parameter):
        parameter = Parameter(value.array)
        require_grad(parameter)
        return parameter
    return value


class ParameterList(Module):
    """A list of parameters; tensors put in become parameters."""

    __module__ = "torch.nn.modules.container"

    def __init__(self, values: Iterable[Any] | None = None) -> None:
        super().__init__()
        self._size = 0
        if values is not None:
            self.extend(values)

    def forward(self, *args: Any, **kwargs: Any) -> Any:
        raise RuntimeError(f"{type(self).__name__} should not be called.")

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return ParameterList([self[k] for k in range(*index.indices(len(self)))])
        return getattr(self, str(_place(index, self._size)))

    def __setitem__(self, index: int, value: Any) -> None:
        setattr(self, str(_place(index, self._size)), _as_parameter(value))

    def __len__(self) -> int:
        return int(self._size)

    def __iter__(self) -> Iterator[Any]:
        return iter([self[k] for k in range(len(self))])

    def __iadd__(self, values: Iterable[Any]) -> Any:
        return self.extend(values)

    def append(self, value: Any) -> Any:
        """Add a parameter at the end."""
        self._size += 1
        self[self._size - 1] = value
        return self

    def extend(self, values: Any) -> Any:
        """Add parameters at the end."""
        if not isinstance(values, Iterable) or isinstance(values, Tensor):
            raise TypeError("ParameterList.extend should be called with an iterable, but got " + type(values).__name__)
        for value in list(values):
            self.append(value)
        return self

    def extra_repr(self) -> str:
        return "\n".join(f"  ({k}): {_described(value, True)}" for k, value in enumerate(self))


class ParameterDict(Module):
    """Parameters by name; tensors put in become parameters."""

    __module__ = "torch.nn.modules.container"

    def __init__(self, parameters: Any = None) -> None:
        super().__init__()
        self._keys: dict[str, None] = {}
        if parameters is not None:
            self.update(parameters)

    def __getitem__(self, key: str) -> Any:
        if key not in self._keys:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{key}'")
        return getattr(self, key)

    def __setitem__(self, key: str, value: Any) -> None:
        if not isinstance(key, str):
            raise TypeError(
                "Index given to ParameterDict cannot be used as a key as it is not a string (type is "
                f"'{type(key).__name__}'). "
                "Open an issue on github if you need non-string keys."
            )
        setattr(self, key, _as_parameter(value))
        self._keys[key] = None

    def __delitem__(self, key: str) -> None:
        del self._keys[key]
        delattr(self, key)

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[str]:
        return iter(self._keys)

    def __contains__(self, key: str) -> bool:
        return key in self._keys

    def keys(self) -> Any:
        """The names."""
        return self._keys.keys()

    def items(self) -> Any:
        """Pairs of name and parameter."""
        return iter([(key, self[key]) for key in self._keys])

    def values(self) -> Any:
        """The parameters."""
        return iter([self[key] for key in self._keys])

    def update(self, parameters: Any) -> None:
        """Add parameters from a dict or from pairs."""
        if not isinstance(parameters, Iterable):
            raise TypeError(
                "ParametersDict.update should be called with an iterable of key/value pairs, but got "
                + type(parameters).__name__
            )
        for key, value in _pairs("ParameterDict", parameters):
            self[key] = value

    def pop(self, key: str) -> Any:
        """Take one parameter out."""
        found = self[key]
        del self[key]
        return found

    def get(self, key: str, default: Any = None) -> Any:
        """One parameter, or what to give where there is none."""
        return self[key] if key in self._keys else default

    def setdefault(self, key: str, default: Any = None) -> Any:
        """One parameter, which is added where there is none."""
        if key not in self:
            self[key] = default
        return self[key]

    def clear(self) -> None:
        """Take all parameters out."""
        for key in list(self._keys):
            del self[key]

    def fromkeys(self, keys: Iterable[str], default: Any = None) -> Any:
        """A dict of such parameters, each the same at first."""
        return ParameterDict([(key, default) for key in keys])

    def extra_repr(self) -> str:
        return "\n".join(f"  ({key}): {_described(value, False)}" for key, value in self.items())


for _kind in (Sequential, ModuleList, ModuleDict, ParameterList, ParameterDict):
    namespace("torch.nn")[_kind.__name__] = _kind
