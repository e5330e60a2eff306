"""How the language says poolings and their gradients, for the declarations of maxima and averages."""

from __future__ import annotations

from typing import Any

from ..dims import numel
from .windowed import one_or_all, turned_back, without_row

Ints = tuple[int, ...]
Window = tuple[Ints, Ints, Ints, Ints, bool]  # kernel, stride, padding, dilation, ceil_mode


def scattered(F: Any, g: Any, places: Any, shape: Ints, dims: int) -> Any:
    """Gradients added at places counted in the flattened dimensions."""
    lead = shape[:-dims]
    flat = F.new_zeros(g, (*lead, numel(shape[-dims:])))
    at = len(lead)
    put = F.scatter_add(flat, at, _flattened(F, places, at), _flattened(F, g, at))
    return put if dims == 1 else F.reshape(put, tuple(shape))


def _flattened(F: Any, x: Any, at: int) -> Any:
    return x if x.ndim == at + 1 else F.reshape(x, (*x.shape[:at], numel(tuple(x.shape[at:]))))


def gathered(F: Any, x: Any, places: Any, dims: int) -> Any:
    at = x.ndim - dims
    return F.reshape(F.gather(_flattened(F, x, at), at, _flattened(F, places, at)), tuple(places.shape))


def max_pool(F: Any, name: str, input: Any, how: Any) -> tuple[Any, Any]:
    """The user's function, and the same asked for the places."""
    if name.startswith("adaptive"):
        name, input, (size,) = without_row(F, name, input, [how])
        arguments: list[Any] = [one_or_all(size)]
        options: dict[str, Any] = {}
    else:
        name, input, (kernel, stride, padding, dilation) = without_row(F, name, input, how[:4])
        arguments, options = _window_said(kernel, stride, padding, how[4])
        if set(dilation) != {1}:
            options["dilation"] = one_or_all(dilation)
    values = F.says(name, input, *arguments, **options)
    places = F.says(f"{name}_with_indices", input, *arguments, **options)[1]
    if name.endswith("1d"):
        return F.unsqueeze(values, input.ndim - 1), F.unsqueeze(places, input.ndim - 1)
    return values, places


def _window_said(kernel: Ints, stride: Ints, padding: Ints, ceil: bool) -> tuple[list[Any], dict[str, Any]]:
    """The arguments that say a window, and the keywords for what isn't as usual."""
    arguments = [one_or_all(kernel)]
    options: dict[str, Any] = {}
    if stride != kernel:
        options["stride"] = one_or_all(stride)
    if any(padding):
        options["padding"] = one_or_all(padding)
    if ceil:
        options["ceil_mode"] = True
    return arguments, options


def average(F: Any, input: Any, how: tuple[Window, bool, int | None]) -> Any:
    (kernel, stride, padding, _, ceil), include_pad, override = how
    name, input, windows = without_row(F, f"avg_pool{len(kernel)}d", input, [kernel, stride, padding])
    k, s, p = windows
    arguments, options = _window_said(k, s, p, ceil)
    if not include_pad and any(padding):
        options["count_include_pad"] = False
    if override is not None:
        options["divisor_override"] = override
        if name.endswith("1d"):
            return None
    found = F.says(name, input, *arguments, **options)
    return F.unsqueeze(found, found.ndim - 1) if name.endswith("1d") else found


def average_back(F: Any, g: Any, shape: Ints, how: tuple[Window, bool, int | None]) -> Any:
    """Each average spread over its window: a coarse image made finer, or the matrices of the averages."""
    (kernel, stride, padding, _, ceil), include_pad, override = how
    d = len(kernel)
    if kernel == stride and not any(padding) and all(n == o * k for n, o, k in zip(shape[-d:], g.shape[-d:], kernel)):
        return _finer(F, g, kernel) / (override or numel(kernel))
    if override is not None and ceil:
        return None
    matrices = []
    for k, n in enumerate(shape[-d:]):
        one = F.identity(n, g)
        if (n, kernel[k], stride[k], padding[k]) != (1, 1, 1, 0):
            arguments, options = _window_said(kernel[k : k + 1], stride[k : k + 1], padding[k : k + 1], ceil)
            if not include_pad and padding[k] and override is None:
                options["count_include_pad"] = False
            one = F.says("avg_pool1d", one, *arguments, **options)
        matrices.append(one)
    found = _turned_back(F, g, matrices)
    return found if override is None else found * (numel(kernel) / override)


def _turned_back(F: Any, g: Any, matrices: list[Any]) -> Any:
    """``turned_back``, but for a first dimension of size 1."""
    if len(matrices) == 2 and matrices[0].shape == (1, 1):
        return F.unsqueeze(turned_back(F, F.squeeze_dim(g, g.ndim - 2), matrices[1:]), g.ndim - 2)
    return turned_back(F, g, matrices)


def _finer(F: Any, g: Any, times: Ints) -> Any:
    """Each element repeated."""
    d = len(times)
    if d == 2 and times[0] == g.shape[-2] == 1:
        return F.unsqueeze(_finer(F, F.squeeze_dim(g, g.ndim - 2), times[1:]), g.ndim - 2)
    if g.ndim == d + 1:
        return F.squeeze_dim(_finer(F, F.unsqueeze(g, 0), times), 0)
    return F.says("interpolate", g, scale_factor=one_or_all(times))


def adaptive_back(F: Any, g: Any, shape: Ints, how: Ints) -> Any:
    d = len(how)
    times = tuple(n // o if o and not n % o else 0 for n, o in zip(shape[-d:], how))
    if all(times):
        return _finer(F, g, times) / numel(times)
    matrices = [
        one if n == o == 1 else F.says("adaptive_avg_pool1d", one, o)
        for n, o in zip(shape[-d:], how)
        for one in (F.identity(n, g),)
    ]
    return _turned_back(F, g, matrices)


def adaptive(F: Any, input: Any, how: Ints) -> Any:
    name, input, (size,) = without_row(F, f"adaptive_avg_pool{len(how)}d", input, [how])
    found = F.says(name, input, one_or_all(size))
    return F.unsqueeze(found, found.ndim - 1) if name.endswith("1d") else found
