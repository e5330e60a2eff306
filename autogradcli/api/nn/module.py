"""``nn.Module``: parameters, buffers and modules inside, by name; modes; hooks; text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from ...engine.callbacks import callee
from ...engine.state import state
from ...engine.tensor import Parameter, Tensor
from ...numerics.limits import check_shown, run
from ..calls.program_classes import (
    NOTHING,
    get,
    has,
    is_program_class,
    program_member,
    property_of,
    put_property,
)
from ..calls.registry import namespace
from .buffers import is_buffer, is_persistent
from .casts import Cast
from .functions_by_attribute import M
from .global_hooks import registered
from .gradients import clear_grad
from .module_hooks import call_with_hooks
from .module_state import Loaded, OrderedDict, load_own, load_state_dict, save_own, save_state_dict
from .text import check_path, indented, type_name

_GROUPS = ("_parameters", "_buffers", "_modules")
_HOOKS = ("_forward_pre_hooks", "_forward_hooks", "_backward_pre_hooks", "_backward_hooks", "_state_dict_pre_hooks",
          "_state_dict_hooks", "_load_state_dict_pre_hooks", "_load_state_dict_post_hooks")  # fmt: skip
_STATE = ("_non_persistent_buffers_set", "_forward_pre_hooks_with_kwargs", "_forward_hooks_with_kwargs",
          "_forward_hooks_always_called")  # fmt: skip


_NEVER = (
    "Reached a code path in Module.{}_extra_state() that should never be called. Please file an issue at "
    "https://github.com/pytorch/pytorch/issues/new?template=bug-report.yml to report this bug."
)


class Module(Cast):
    """A function with parameters of its own: the base of all layers and of a program's networks."""

    __module__ = "torch.nn.modules.module"

    #: Of the layout of its state.
    _version = 1

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        if kwargs:
            raise TypeError(
                f"{type(self).__name__}.__init__() got an unexpected keyword argument '{next(iter(kwargs))}'"
            )
        if args:
            raise TypeError(
                f"{type(self).__name__}.__init__() takes 1 positional argument but {len(args) + 1} were given"
            )
        own = self.__dict__
        shadow = property_of(type(self), "training")
        if shadow is None:
            own["training"] = True
        else:
            put_property(shadow, self, "training", True)
        own["_is_full_backward_hook"] = None
        for name in _GROUPS:
            own[name] = {}
        for name in _HOOKS:
            own[name] = OrderedDict()
        for name in _STATE:
            own[name] = set()

    # -- what it holds ----------------------------------------------------------------------------------------

    def __getattr__(self, name: str) -> Any:
        # Python and NumPy ask here too, for special names, under which a program may have entered a buffer.
        if not name.startswith("__"):
            own = self.__dict__
            if is_program_class(type(self)) and name != "dtype":  # which NumPy asks for
                try:
                    found = program_member(self, name)  # what a class's body says goes before what the module holds
                except AttributeError:  # out of a property, which then counts as not there
                    found = NOTHING
                if found is not NOTHING:
                    return found
            for group in _GROUPS:
                if group in own and name in own[group]:
                    return own[group][name]
        raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)

    def __setattr__(self, name: str, value: Any) -> None:
        own = self.__dict__
        kind = type(self)
        if name.startswith("__"):
            raise AttributeError(f"attribute '{name}' of '{kind.__name__}' objects is not writable")
        if isinstance(value, Parameter):
            if "_parameters" not in own:
                raise AttributeError("cannot assign parameters before Module.__init__() call")
            _forget(self, name, "_parameters")
            self.register_parameter(name, value)
        elif "_parameters" in own and name in own["_parameters"]:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{type_name(value)}' as parameter '{name}' (torch.nn.Parameter or None expected)"
                )
            self.register_parameter(name, value)
        elif isinstance(value, Module):
            if "_modules" not in own:
                raise AttributeError("cannot assign module before Module.__init__() call")
            _forget(self, name, "_modules")
            own["_modules"][name] = registered("module", self, name, value) if state.module_hooks else value
        elif isinstance(value, Tensor) and is_buffer(value):
            self.register_buffer(name, value, is_persistent(value))
        elif "_modules" in own and name in own["_modules"]:
            if value is not None:
                raise TypeError(
                    f"cannot assign '{type_name(value)}' as child module '{name}' (torch.nn.Module or None expected)"
                )
            own["_modules"][name] = value
        elif "_buffers" in own and name in own["_buffers"]:
            if value is not None and not isinstance(value, Tensor):
                raise TypeError(
                    f"cannot assign '{type_name(value)}' as buffer '{name}' (torch.nn.Buffer, torch.Tensor or None "
                    "expected)"
                )
            if state.module_hooks and value is not None:
                value = registered("buffer", self, name, value)
            own["_buffers"][name] = value
        elif (found := property_of(kind, name)) is not None:
            put_property(found, self, name, value)
        else:
            own[name] = value

    def __delattr__(self, name: str) -> None:
        for group in _GROUPS:
            if name in self.__dict__[group]:
                del self.__dict__[group][name]
                self._non_persistent_buffers_set.discard(name)
                return
        if name not in self.__dict__:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '{name}'", name=name, obj=self)
        del self.__dict__[name]

    def register_parameter(self, name: str, param: Any) -> None:
        """Hold a parameter (or None, which says that there is none) under a name."""
        own = self.__dict__
        if "_parameters" not in own:
            raise AttributeError("cannot assign parameter before Module.__init__() call")
        self._check_name(name, "parameter")
        if has(self, name) and name not in own["_parameters"]:
            raise KeyError(f"attribute '{name}' already exists")
        if param is not None and not isinstance(param, Parameter):
            raise TypeError(
                f"cannot assign '{type_name(param)}' object to parameter '{name}' (torch.nn.Parameter or None required)"
            )
        if param is not None and param.grad_fn is not None:
            raise ValueError(
                f"Cannot assign non-leaf Tensor to parameter '{name}'. Model parameters must be created explicitly. To "
                f"express '{name}' as a function of another Tensor, compute the value in the forward() method."
            )
        if state.module_hooks and param is not None:
            param = registered("parameter", self, name, param)
        own["_parameters"][name] = param

    def register_buffer(self, name: str, tensor: Any, persistent: bool = True) -> None:
        """Hold a tensor that is no parameter; ``state_dict`` has it if it is persistent."""
        own = self.__dict__
        if "_buffers" not in own:
            raise AttributeError("cannot assign buffer before Module.__init__() call")
        self._check_name(name, "buffer")
        if has(self, name) and name not in own["_buffers"]:
            raise KeyError(f"attribute '{name}' already exists")
        if tensor is not None and not isinstance(tensor, Tensor):
            raise TypeError(
                f"cannot assign '{type_name(tensor)}' object to buffer '{name}' (torch Tensor or None required)"
            )
        if state.module_hooks and tensor is not None:
            tensor = registered("buffer", self, name, tensor)
        own["_buffers"][name] = tensor
        (own["_non_persistent_buffers_set"].discard if persistent else own["_non_persistent_buffers_set"].add)(name)

    def add_module(self, name: str, module: Any) -> None:
        """Hold a module (or None) under a name."""
        if module is not None and not isinstance(module, Module):
            raise TypeError(f"{type_name(module)} is not a Module subclass")
        self._check_name(name, "module")
        if has(self, name) and name not in self._modules:
            raise KeyError(f"attribute '{name}' already exists")
        if state.module_hooks and module is not None:
            module = registered("module", self, name, module)
        self._modules[name] = module

    def register_module(self, name: str, module: Any) -> None:
        """Hold a module (or None) under a name."""
        self.add_module(name, module)

    def _check_name(self, name: Any, what: str) -> None:
        if not isinstance(name, str):
            of = {"module": "module name should be a string. Got "}.get(what, f"{what} name should be a string. Got ")
            raise TypeError(of + type_name(name))
        if "." in name:
            raise KeyError(
                f'{what} name can\'t contain ".", got: {name}'
                if what == "module"
                else f'{what} name can\'t contain "."'
            )
        if name == "":
            raise KeyError(f'{what} name can\'t be empty string ""')

    def get_submodule(self, target: str) -> Any:
        """The module under a dotted path. Raises AttributeError."""
        check_path(target)
        found: Any = self
        for item in target.split(".") if target else ():
            if not has(found, item):
                raise AttributeError(f"{type(found).__name__} has no attribute `{item}`")
            found = get(found, item)
            if not isinstance(found, Module):
                raise AttributeError(f"`{item}` is not an nn.Module")
        return found

    def set_submodule(self, target: str, module: Any, strict: bool = False) -> None:
        """Put a module under a dotted path. Raises ValueError for an empty path and for what is no module,
        AttributeError where another thing stands there, and, if ``strict``, where nothing does."""
        check_path(target)
        if not target:
            raise ValueError("Cannot set the submodule without a target name!")
        if not isinstance(module, Module):
            raise ValueError(f"`module` is not an nn.Module, found {type(module)}")
        path, _, name = target.rpartition(".")
        parent = self.get_submodule(path)
        if strict and not has(parent, name):
            raise AttributeError(f"{parent._get_name()} has no attribute `{name}`")
        if has(parent, name) and not isinstance(get(parent, name), Module):
            raise AttributeError(f"`{name}` is not an nn.Module")
        setattr(parent, name, module)

    def get_parameter(self, target: str) -> Any:
        """The parameter under a dotted path. Raises AttributeError."""
        module, name = _owner(self, target)
        found = get(module, name)
        if not isinstance(found, Parameter):
            raise AttributeError(f"`{name}` is not an nn.Parameter")
        return found

    def get_buffer(self, target: str) -> Any:
        """The buffer under a dotted path. Raises AttributeError."""
        module, name = _owner(self, target)
        if name not in module._buffers:
            raise AttributeError(f"`{name}` is not a buffer")
        return get(module, name)

    # -- going through it -------------------------------------------------------------------------------------

    def named_modules(self, memo: Any = None, prefix: str = "", remove_duplicate: bool = True) -> Iterator[Any]:
        """Pairs of the dotted path and the module, of this one and all inside, each once."""
        seen = set() if memo is None else memo
        run.spend(len(prefix))
        if self in seen:
            return
        if remove_duplicate:
            seen.add(self)
        yield prefix, self
        for name, module in self._modules.items():
            if module is not None:
                yield from module.named_modules(seen, prefix + ("." if prefix else "") + name, remove_duplicate)

    def modules(self) -> Iterator[Any]:
        """This module and all inside, each once."""
        for _, module in self.named_modules():
            yield module

    def named_children(self) -> Iterator[Any]:
        """Pairs of the name and the module, of those directly inside."""
        seen = set()
        for name, module in self._modules.items():
            if module is not None and module not in seen:
                run.spend(0)
                seen.add(module)
                yield name, module

    def children(self) -> Iterator[Any]:
        """The modules directly inside."""
        for _, module in self.named_children():
            yield module

    def _members(self, group: str, prefix: str, recurse: bool, once: bool) -> Iterator[Any]:
        seen = set()
        modules = self.named_modules(prefix=prefix, remove_duplicate=once) if recurse else [(prefix, self)]
        for path, module in modules:
            for name, value in getattr(module, group).items():
                if value is None or id(value) in seen:
                    continue
                if once:
                    seen.add(id(value))
                yield path + ("." if path else "") + name, value

    def named_parameters(self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True) -> Iterator[Any]:
        """Pairs of the dotted path and the parameter, each parameter once."""
        yield from self._members("_parameters", prefix, recurse, remove_duplicate)

    def parameters(self, recurse: bool = True) -> Iterator[Any]:
        """The parameters of this module and of all inside, each once."""
        for _, parameter in self.named_parameters(recurse=recurse):
            yield parameter

    def named_buffers(self, prefix: str = "", recurse: bool = True, remove_duplicate: bool = True) -> Iterator[Any]:
        """Pairs of the dotted path and the buffer, each buffer once."""
        yield from self._members("_buffers", prefix, recurse, remove_duplicate)

    def buffers(self, recurse: bool = True) -> Iterator[Any]:
        """The buffers of this module and of all inside, each once."""
        for _, buffer in self.named_buffers(recurse=recurse):
            yield buffer

    # -- changing it ------------------------------------------------------------------------------------------

    def apply(self, fn: Callable[[Any], Any]) -> Module:
        """Call ``fn`` with every module inside, innermost first, and with this one."""
        for module in self.children():
            module.apply(fn)
        callee(fn)(self)
        return self

    def train(self, mode: bool = True) -> Module:
        """Switch to training, or with False to evaluation: what dropout and batch normalization go by."""
        if not isinstance(mode, bool):
            raise ValueError("training mode is expected to be boolean")
        self.training = mode
        for module in self.children():
            module.train(mode)
        return self

    def eval(self) -> Module:
        """Switch to evaluation."""
        return self.train(False)

    def requires_grad_(self, requires_grad: bool = True) -> Module:
        """Set whether the parameters require grad."""
        for parameter in self.parameters():
            M.requires_grad_(parameter, requires_grad)
        return self

    def zero_grad(self, set_to_none: bool = True) -> None:
        """Drop the gradients of all parameters, or make them zero."""
        for parameter in self.parameters():
            clear_grad(parameter, set_to_none)

    # -- its state ----------------------------------------------------------------------------------------------

    def state_dict(self, *args: Any, destination: Any = None, prefix: str = "", keep_vars: bool = False) -> Any:
        """The parameters and persistent buffers by dotted path, detached."""
        return save_state_dict(self, OrderedDict() if destination is None else destination, prefix, keep_vars)

    def _save_to_state_dict(self, destination: Any, prefix: str, keep_vars: bool) -> None:
        save_own(self, destination, prefix, keep_vars)

    def _load_from_state_dict(
        self, state_dict: Any, prefix: str, local_metadata: Any, strict: bool, missing_keys: Any, unexpected_keys: Any,
        error_msgs: Any,
    ) -> None:  # fmt: skip
        load_own(self, state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs)

    def load_state_dict(self, state_dict: Any, strict: bool = True, assign: bool = False) -> Loaded:
        """Copy values into parameters and buffers. Raises RuntimeError for missing, unexpected and misshapen ones."""
        return load_state_dict(self, state_dict, strict, assign)

    def get_extra_state(self) -> Any:
        """What ``state_dict`` is to have beside the tensors: for a program's module to say."""
        raise RuntimeError(_NEVER.format("get"))

    def set_extra_state(self, state: Any) -> None:
        """Take over what ``get_extra_state`` gave: for a program's module to do."""
        raise RuntimeError(_NEVER.format("set"))

    # -- calling it -------------------------------------------------------------------------------------------

    def forward(self, *input: Any) -> Any:
        raise NotImplementedError(f'Module [{type(self).__name__}] is missing the required "forward" function')

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        run.spend(0)
        own = self.__dict__
        if "_forward_hooks" not in own:
            raise AttributeError(f"'{type(self).__name__}' object has no attribute '_backward_hooks'")
        if not (
            own["_forward_hooks"] or own["_forward_pre_hooks"] or own["_backward_hooks"] or own["_backward_pre_hooks"]
            or state.module_hooks or state.tape is not None
        ):  # fmt: skip
            return callee(self.forward)(*args, **kwargs)
        return call_with_hooks(self, args, kwargs)

    # -- its text ---------------------------------------------------------------------------------------------

    def extra_repr(self) -> str:
        """What stands in the parentheses of the text, beside the modules inside."""
        return ""

    def _get_name(self) -> str:
        return type(self).__name__

    def __repr__(self) -> str:
        check_shown(*self.__dict__.values())
        extra = self.extra_repr()
        lines = extra.split("\n") if extra else []
        children = [f"({name}): {indented(repr(module))}" for name, module in self._modules.items()]
        if not children and len(lines) <= 1:
            return f"{self._get_name()}({''.join(lines)})"
        return f"{self._get_name()}(\n  " + "\n  ".join(lines + children) + "\n)"


def _forget(module: Module, name: str, keep: str) -> None:
    """A name stands for one thing: remove what else stood under it."""
    own = module.__dict__
    own.pop(name, None)
    for group in _GROUPS:
        if group != keep and group in own:
            own[group].pop(name, None)
    own["_non_persistent_buffers_set"].discard(name)


namespace("torch.nn")["Module"] = Module


def _owner(module: Any, target: str) -> tuple[Any, str]:
    """The module below this one that has what a dotted path leads to, and its name there. Raises AttributeError."""
    check_path(target)
    path, _, name = target.rpartition(".")
    owner = module.get_submodule(path)
    if not has(owner, name):
        raise AttributeError(f"{type(owner).__name__} has no attribute `{name}`")
    return owner, name
