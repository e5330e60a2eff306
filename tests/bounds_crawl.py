"""Calls of every function, method and layer with very large counts, in a process of its own (``test_bounds.py``).

For each public callable it finds a small call that works, by trying values of the kinds that the signature names, and
then makes one argument after another very large: integers, lists of them, and tensors (one number, expanded, so that
the argument itself takes no room). What comes of it must be small, quick, or refused by an error of the language.

    python tests/bounds_crawl.py [--brief] [--only NAME] [--first N] [--memory MB]

prints a line before each call, so that whoever reads knows which one did not come back, and one after a call that was
out of bounds. ``--brief``: one small call of each form, and one large number in place of each argument.
"""

from __future__ import annotations

import argparse
import itertools
import json
import resource
import sys
import types
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from bounds_targets import TENSORS, Argument, Target, targets, tensor

import autogradcli.api  # noqa: F401 - fills the registry
from autogradcli.engine.tensor import Tensor, wrap
from autogradcli.language.compile.program import deep_stack
from autogradcli.language.values.budget import MAX_ITEMS, MAX_TEXT, OutOfTime, budget

#: What an integer becomes. The least is harmless where it is a size, and too much where it counts Python's steps.
LARGE = (1_100_000, 2**31 - 1, 2**62)
#: Elements that a tensor becomes large by.
WIDE = 1_100_000
#: Elements that a list of numbers becomes long by.
LONG = 200_000
#: A short list that stands for a long one, as a program can make it: a message must not spell it out.
SHARED: list[Any] = [0] * 10
for _ in range(4):
    SHARED = [SHARED] * 10
#: Seconds that a call may take by the program's own limit, and of the processor's own work. What the system takes to
#: hand out memory isn't counted: ``GROWTH`` bounds it.
DEADLINE, SECONDS = 0.3, 2.0
#: Megabytes by which a call may make the process grow.
GROWTH = 400


# -- small calls that work ---------------------------------------------------------------------------------

Call = dict[str, Any]

#: Small calls that are tried for each form.
TRIES = 400


def working(target: Target, form: list[Argument], count: int) -> list[Call]:
    """Some calls of this form that return, each with other values."""
    given = [call for call in examples().get(target.name, []) if set(call) <= {argument.name for argument in form}]
    found = [call for call in given if isinstance(attempt(target, form, call), Returned)]
    needed = [argument for argument in form if argument.needed]
    if found or any(not argument.choices for argument in needed):
        return found
    for values in itertools.islice(_combinations([a.choices for a in needed]), TRIES):
        call = {a.name: value for a, value in zip(needed, values)}
        if isinstance(attempt(target, form, call), Returned):
            found.append(call)
            if len(found) == count:
                break
    return found


def _combinations(choices: list[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """The same choice for all that have it first, then all the others, near ones before far ones."""
    widest = max((len(c) for c in choices), default=1)
    seen = set()
    for i in range(widest):
        for j in range(widest):
            same = tuple(c[i % len(c)] if callable(c[0]) else c[j % len(c)] for c in choices)
            key = tuple(map(id, same))
            if key not in seen:
                seen.add(key)
                yield same
    yield from itertools.product(*choices)


def examples() -> dict[str, list[Call]]:
    """Small calls that the search doesn't find."""
    x, image = TENSORS[0], shaped((1, 1, 4, 4))
    plane = {"input": image}
    resized = [{**plane, "size": (2, 2)}, {**plane, "size": 2}, {**plane, "scale_factor": 2.0}]
    return {
        "torch.nn.functional.interpolate": resized,
        "torch.nn.functional.upsample": resized,
        "torch.nn.functional.upsample_nearest": resized,
        "torch.nn.functional.upsample_bilinear": resized,
        "torch.nn.functional.fractional_max_pool2d": fractions(image),
        "torch.nn.functional.fractional_max_pool2d_with_indices": fractions(image),
        "torch.nn.functional.fractional_max_pool3d": fractions(shaped((1, 1, 4, 4, 4))),
        "torch.nn.functional.fractional_max_pool3d_with_indices": fractions(shaped((1, 1, 4, 4, 4))),
        "torch.nn.functional.affine_grid": [{"theta": shaped((1, 2, 3)), "size": (1, 1, 2, 2)}],
        "torch.nn.functional.grid_sample": [{"input": image, "grid": shaped((1, 2, 2, 2))}],
        "torch.nn.functional.fold": [{"input": shaped((1, 4, 9)), "output_size": (4, 4), "kernel_size": (2, 2)}],
        "torch.stft": [{"input": shaped((16,)), "n_fft": 4, "return_complex": True}],
        "torch.clamp": [{"input": x, "min": 0}],
        "torch.einsum": [{"equation": "i,i->i", "operands": [tensor(4), tensor(4)]}],
        "torch.tensor": [{"data": [1, 2]}],
        "torch.as_tensor": [{"data": [1, 2]}],
        "torch.utils.data.default_convert": [{"data": [1, 2]}],
        "torch.utils.data.default_collate": [{"batch": [1, 2]}],
        "torch.index_add": [{"input": x, "dim": 0, "index": shaped((2,), "i8"), "source": x}],
        "torch.batch_norm": [],
        "torch.addmv": [{"input": shaped((2,)), "mat": x, "vec": shaped((3,))}],
        "torch.clamp_": [{"input": x, "min": 0}],
        "torch.threshold": [{"input": x, "threshold": 0.1, "value": 2}],
        "torch.threshold_": [{"input": x, "threshold": 0.1, "value": 2}],
        "torch.index_copy": [{"input": x, "dim": 0, "index": shaped((2,), "i8"), "source": x}],
        "torch.conv_tbc": [{"input": shaped((4, 1, 2)), "weight": shaped((2, 2, 3)), "bias": shaped((3,)), "pad": 0}],
        "torch.grid_sampler_2d": [{"input": image, "grid": shaped((1, 2, 2, 2)), **HOW}],
        "torch.nn.FractionalMaxPool2d": [{"kernel_size": 2, "output_size": 2}],
    }


#: How places between points are read.
HOW = {"interpolation_mode": 0, "padding_mode": 0, "align_corners": False}


def fractions(input: Callable[[], Tensor]) -> list[Call]:
    return [{"input": input, "kernel_size": 2, "output_size": 2}]


def shaped(shape: tuple[int, ...], dtype: str = "f4") -> Callable[[], Tensor]:
    return lambda: wrap(np.zeros(shape, dtype)) if dtype != "f4" else tensor(*shape)


@dataclass
class Returned:
    value: Any


def attempt(target: Target, form: list[Argument], call: Call) -> Returned | BaseException:
    args, kwargs = [], {}
    positional = True
    for argument in form:
        if argument.name not in call:
            positional = False
            continue
        value = call[argument.name]
        if isinstance(value, types.FunctionType) and value.__code__.co_argcount == len(value.__defaults__ or ()):
            value = value()
        if positional and not argument.keyword:
            args.append(value)
        else:
            kwargs[argument.name] = value
    try:
        return Returned(target.call(*args, **kwargs))
    except (Exception, OutOfTime) as error:
        return error


# -- and large ones ----------------------------------------------------------------------------------------


def enlarged(form: list[Argument], call: Call, brief: bool) -> Iterator[tuple[str, Call]]:
    """The call with one argument after another very large. What may be left out is put in; ``brief`` makes one of the
    tensors wide, and takes one large value in place of each."""
    wide = False
    for argument in form:
        if argument.name in call:
            values: tuple[Any, ...] = (call[argument.name],)
        else:
            values = argument.choices[:1]
        for value in values:
            larger = _larger(value) if not (brief and wide and _is_tensor(value)) else iter(())
            wide = wide or _is_tensor(value)
            for shown, large in itertools.islice(larger, 1) if brief else larger:
                yield f"{argument.name}={shown}", {**call, argument.name: large}
        yield f"{argument.name}=shared", {**call, argument.name: SHARED}


def _is_tensor(value: Any) -> bool:
    return isinstance(value, Tensor) or value in TENSORS


def _larger(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, types.FunctionType) and value.__code__.co_argcount == len(value.__defaults__ or ()):
        value = value()
    if isinstance(value, Tensor):
        yield from _wider(value)
    elif type(value) is int:
        for large in LARGE:
            yield str(large), large
        yield str(-LARGE[0]), -LARGE[0]
    elif type(value) is float:
        for number in (1e9, 1e300, -1e9):
            yield str(number), number
    elif type(value) is tuple and value and type(value[0]) is int:
        for at in range(len(value)):
            for large in LARGE:
                yield f"{at}:{large}", (*value[:at], large, *value[at + 1 :])
        if len(value) > 1:
            yield "all", (LARGE[0],) * len(value)
        yield "long", value * (LONG // len(value))
    elif type(value) is list and value and isinstance(value[0], Tensor):
        for shown, wide in _wider(value[0]):
            yield shown, [wide, *value[1:]]
        yield "many", [value[0]] * 20_000


def _wider(value: Tensor) -> Iterator[tuple[str, Tensor]]:
    array = value.array
    if array.ndim == 0 or array.size > 9:
        return
    for dim in {0, array.ndim - 1}:
        first = array[tuple(slice(0, 1) if k == dim else slice(None) for k in range(array.ndim))]
        shape = tuple(WIDE if k == dim else n for k, n in enumerate(array.shape))
        yield f"wide in {dim}", wrap(np.broadcast_to(first, shape))


def weigh(value: Any) -> str:
    """What is out of bounds in a result; empty if nothing is."""
    kind = type(value)
    if isinstance(value, str):
        return f"{len(value)} characters" if len(value) > MAX_TEXT else ""
    if isinstance(value, (list, tuple, dict, set)):
        total, stack = 0, [value]
        while stack:
            one = stack.pop()
            total += len(one)
            if total > MAX_ITEMS:
                return f"{total} elements"
            parts = one.values() if isinstance(one, dict) else one
            stack += [part for part in parts if isinstance(part, (list, tuple, dict))]
    if kind.__name__ == "generator":
        return weigh(list(itertools.islice(value, MAX_ITEMS + 1)))
    return ""


def crawl(first: int, only: str, brief: bool, calls: Callable[[dict[str, Any]], None]) -> None:
    number = 0
    covered: list[str] = []
    for target in targets():
        if only and only not in target.name:
            continue
        large: list[tuple[str, list[Argument], Call]] = []
        for form in target.forms:
            for call in working(target, form, 1 if brief else 3):
                large += [(shown, form, bigger) for shown, bigger in enlarged(form, call, brief)]
                covered.append(target.name)
        for shown, form, call in large:
            number += 1
            if number <= first:
                continue
            calls({"call": number, "name": target.name, "shown": shown})
            problem = measured(target, form, call)
            if problem:
                calls({"wrong": number, "name": target.name, "shown": shown, "problem": problem})
    calls({"done": number, "covered": sorted(set(covered)), "all": sorted({t.name for t in targets()})})


def measured(target: Target, form: list[Argument], call: Call) -> str:
    budget.start(DEADLINE, GROWTH << 20)
    before = resource.getrusage(resource.RUSAGE_SELF)
    outcome = attempt(target, form, call)
    after = resource.getrusage(resource.RUSAGE_SELF)
    seconds = after.ru_utime - before.ru_utime
    problem = weigh(outcome.value) if isinstance(outcome, Returned) else ""
    grown = (after.ru_maxrss - before.ru_maxrss) >> 10
    said = type(outcome).__name__ if isinstance(outcome, BaseException) else "a result"
    if isinstance(outcome, BaseException) and len(str(outcome)) > 20_000:
        problem = f"a message of {len(str(outcome))} characters"
    if seconds > SECONDS:
        problem = f"{seconds:.1f} s, {said}"
    elif grown > GROWTH + 200:
        problem = f"{grown} MB, {said}"
    return problem


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--only", default="")
    parser.add_argument("--brief", action="store_true")
    parser.add_argument("--memory", type=int, default=1200)
    options = parser.parse_args()
    now = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = now + (options.memory << 20)
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    out = sys.stdout

    def say(line: dict[str, Any]) -> None:
        out.write(json.dumps(line) + "\n")
        out.flush()

    with deep_stack(), np.errstate(all="ignore"):
        crawl(options.first, options.only, options.brief, say)


if __name__ == "__main__":
    main()
