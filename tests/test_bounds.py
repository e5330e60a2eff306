"""What one operation may make: lists, texts, tensors, loops. Each bound by programs that meet it with little.

A program here asks for too much in one of the ways that the language has; the guard refuses it, at once and with
little memory. ``test_every_function`` does so with every function there is.
"""

from __future__ import annotations

import json
import os
import resource
import select
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from autogradcli.events import Event, Failed, Printed, Value
from autogradcli.numerics.limits import MAX_ITEMS, MAX_TEXT
from autogradcli.session import Session

#: name -> program, the error that ends it, and what its message says.
REFUSED = {
    # draws and data sets
    "gamma": ("torch.distributions.Gamma(1., 1.).sample((10**9,))", "RuntimeError", "alloc_cpu"),
    "dirichlet": ("torch.distributions.Dirichlet(torch.ones(3)).sample((10**9,))", "RuntimeError", "alloc_cpu"),
    "multinomial": ("torch.multinomial(torch.ones(3), 10**10, True)", "RuntimeError", "alloc_cpu"),
    "a batch": (
        "next(iter(torch.utils.data.DataLoader(range(10**9), batch_size=10**9)))", "MemoryError", "elements are more"
    ),
    "compositions in compositions": (
        "t = torch.distributions.ExpTransform()\nfor i in range(60): t = torch.distributions.ComposeTransform([t])\n"
        "t.domain", "", ""
    ),
    # lists and tuples
    "tolist": ("torch.zeros(2_000_000).tolist()", "MemoryError", "elements are more than"),
    "tolist of many rows": ("torch.zeros(1, 1).expand(600_000, 1).tolist(); 0", "", ""),
    "tolist of nested rows": ("torch.zeros(1).expand(700_000, 1, 1).tolist()", "MemoryError", "elements are more than"),
    "numpy tolist": ("torch.zeros(2_000_000).numpy().tolist()", "MemoryError", "elements are more than"),
    "unbind": ("torch.zeros(1).expand(2_000_000).unbind()", "MemoryError", "elements are more than"),
    "iteration": ("for x in torch.zeros(1).expand(2_000_000): pass", "MemoryError", "elements are more than"),
    "split": ("torch.zeros(1).expand(2_000_000).split(1)", "MemoryError", "elements are more than"),
    "split of sizes": ("torch.zeros(0).split([0] * 1_000_000)", "MemoryError", "MB that a program may use"),
    "chunk of nothing": ("torch.zeros(0).chunk(10**9)", "MemoryError", "elements are more than"),
    "tensor_split": ("torch.zeros(1).tensor_split(10**9)", "MemoryError", "elements are more than"),
    "hsplit": ("torch.zeros(1).expand(2_000_000).hsplit(2_000_000)", "MemoryError", "elements are more than"),
    "star in a list": ("a = [0] * 900_000\n[*a, *a]", "MemoryError", "elements are more than"),
    "star in a call": ("a = [0] * 900_000\nmax(*a, *a)", "MemoryError", "elements are more than"),
    "star in a tuple": ("a = [0] * 900_000\n(*a, *a)", "MemoryError", "elements are more than"),
    "stars in a dict": (
        "a = {i: 0 for i in range(600_000)}\nb = {-i: 0 for i in range(600_000)}\n{**a, **b}",
        "MemoryError",
        "elements are more than",
    ),
    "unpacking": ("a, *b = torch.zeros(1).expand(2_000_000)", "MemoryError", "elements are more than"),
    "a union": ("{*range(600_000)} | {*range(600_000, 1_200_000)}", "MemoryError", "elements are more than"),
    "a difference": ("{*range(600_000)} ^ {*range(600_000, 1_200_000)}", "MemoryError", "elements are more than"),
    "union of many": (
        "{*range(600_000)}.union(range(600_000, 1_200_000))", "MemoryError", "elements are more than",
    ),
    "merged dicts": (
        "{i: 0 for i in range(600_000)} | {-i: 0 for i in range(600_000)}", "MemoryError", "elements are more than",
    ),
    # texts
    "fields of wide formats": ('f"{1:99999}"' * 400, "MemoryError", "characters are more than"),
    "fields of a long text": ("s = 'x' * 10_000_000\nf'{s}{s}'", "MemoryError", "characters are more than"),
    "str.format": ("('{0:99999}' * 400).format(1)", "MemoryError", "characters are more than"),
    "percent": ("'%99999d' * 400 % ((1,) * 400)", "MemoryError", "characters are more than"),
    "percent with a key": ("'%((a))99999d' * 400 % {'(a)': 1}", "MemoryError", "characters are more than"),
    "percent with a star": ("'%*d' * 400 % ((99999, 1) * 400)", "MemoryError", "characters are more than"),
    "percent, too wide": ("'%100001d' % 1", "ValueError", "a width or precision of more than"),
    "percent, too wide by a key": ("'%((a))100001d' % {'(a)': 1}", "ValueError", "a width or precision of more than"),
    "a number in a text for percent": ("'no. 1234567: %s' % 'x'", "", ""),
    "repr of escapes": ("repr('\\0' * 10_000_000)", "MemoryError", "characters are more than"),
    "ascii of escapes": ("ascii('\\U0001f600' * 2_000_000)", "MemoryError", "characters are more than"),
    "capital letters": ("('\\u0390' * 10_000_000).upper()", "MemoryError", "characters are more than"),
    "print with a separator": ("print(*'x' * 1000, sep='y' * 1_000_000)", "MemoryError", "printed more than"),
    "print of long texts": ("s = 'x' * 10_000_000\nprint(*[s] * 100)", "MemoryError", "printed more than"),
    "a tensor's text": (
        "torch.set_printoptions(threshold=10**9)\nstr(torch.zeros(1).expand(10**7))", "MemoryError", "characters",
    ),
    "a tensor's ends": (
        "torch.set_printoptions(edgeitems=10**7)\nstr(torch.zeros(1).expand(10**7))", "MemoryError", "characters",
    ),
    # values that share their parts
    "slices": ("s = slice(0)\nfor i in range(40): s = slice(s, s)\nstr(s)", "MemoryError", "a value of more than"),
    "slices in a list": (
        "s = slice(0)\nfor i in range(40): s = [slice(s, s)]\nrepr(s)", "MemoryError", "a value of more than",
    ),
    "errors": (
        "e = ValueError(0)\nfor i in range(40): e = ValueError(e, e)\nstr(e)", "MemoryError", "a value of more than",
    ),
    "errors in a list": (
        "e = ValueError(0)\nfor i in range(40): e = ValueError([e, e])\nstr([e])",
        "MemoryError", "a value of more than",
    ),
    "a layer's field": (
        "s = [0]\nfor i in range(60): s = [s, s]\nm = nn.Linear(1, 1)\nm.in_features = s\nrepr(m)",
        "MemoryError", "a value of more than",
    ),
    "an optimizer's field": (
        "s = [0]\nfor i in range(60): s = [s, s]\no = torch.optim.SGD([{'params': [torch.zeros(1)], 'x': s}])\nstr(o)",
        "MemoryError", "a value of more than",
    ),
    "deep slices": (
        "s = slice(0)\nfor i in range(2000): s = slice(s)\nrepr(s)", "RecursionError", "maximum recursion depth",
    ),
    "deep errors": (
        "e = ValueError(0)\nfor i in range(2000): e = ValueError(e, 0)\nrepr(e)", "RecursionError", "maximum recursion",
    ),
    "static methods": (
        "f = len\nfor i in range(2000): f = staticmethod(f)\nrepr(f)", "RecursionError", "maximum recursion depth",
    ),
    "modules": (
        "m = nn.Linear(1, 1)\nfor i in range(40): m = nn.Sequential(m, m)\nm.state_dict()", "MemoryError", "",
    ),
    "modules' text": (
        "m = nn.Linear(1, 1)\nfor i in range(40): m = nn.Sequential(m, m)\nrepr(m)", "MemoryError", "characters",
    ),
    "shared lists in a message": (
        "s = [0]\nfor i in range(60): s = [s, s]\nF.mse_loss(torch.zeros(1), torch.zeros(1), reduction=s)",
        "ValueError", "<a list of too many values to be shown> is not a valid value for reduction",
    ),
    # loops and arrays
    "expand": ("torch.ones(1).expand(10**12)", "RuntimeError", "is too large to be used"),
    "as_strided": ("torch.ones(1).as_strided((10**12,), (0,))", "RuntimeError", "is too large to be used"),
    "a power": ("10 ** 900_000", "OverflowError", "an integer of 2700000 bits is larger than the 262144 bits"),
    "a power near the bound": ("2 ** 270_000", "OverflowError", "bits that one may have"),
    "repeated windows": ("torch.zeros(3).expand(2**20, 3).repeat(1, 2**62)", "RuntimeError", "you tried to allocate"),
    "sizes in a message": ("torch.zeros(2, 3).view((2, 3) * 100_000)", "RuntimeError", "a list of too many values"),
    "split sizes in a message": ("torch.zeros(2).split([1] * 10_000)", "RuntimeError", "a list of too many values"),
    "types in a message": ("torch.zeros(2).movedim([0] * 10_000, 0)", "TypeError", "list of [10000 values]"),
    "memory of many dimensions": ("x = torch.zeros(2)\nx.set_(x, 0, (2, 3) * 100_000)", "ValueError", "most 64 dim"),
    "weights of many layers": (
        "x = torch.ones(1, 1, 1)\ntorch.gru(x, x, [torch.ones(3, 1)] * 4, True, 2**40, 0., False, False, False)",
        "RuntimeError", "Expected more hidden states",
    ),
    "dims of a large tensor": (
        "torch.masked.amax(torch.ones(2, 3), dim=torch.zeros(1_100_000, dtype=torch.int64))", "RuntimeError",
        "dim=0 appears multiple times",
    ),
    "zeros": ("torch.zeros(10**13)", "RuntimeError", "you tried to allocate 40000000000000 bytes"),
    "more than there is": ("torch.ones(10**8)", "RuntimeError", "MB that a program may use"),
    "arange": ("torch.arange(10**13)", "RuntimeError", "you tried to allocate 80000000000000 bytes"),
    "layers": ("nn.LSTM(1, 1, 10**9)", "MemoryError", "elements are more than"),
    "combinations": ("torch.combinations(torch.arange(100.), 10)", "RuntimeError", "can't allocate memory"),
    "zip of many": ("r = [0] * 100_000\nlist(zip(*[r] * 100_000))", "MemoryError", "MB"),
}  # fmt: skip

#: Loops as long as a number says: the time limit ends them.
ENDLESS = {
    "mvlgamma": "torch.mvlgamma(torch.tensor([1e12]), 10**9)",
    "adaptive average": "F.adaptive_avg_pool1d(torch.zeros(1, 1, 4), 10**9)",
    "adaptive maximum": "F.adaptive_max_pool1d(torch.zeros(1, 1, 4), 10**6)",
    "median": "torch.zeros(1).expand(3_000_000, 4).median(1)",
    "mode": "torch.zeros(1).expand(3_000_000, 4).mode(1)",
    "a mode of equal numbers": "torch.zeros(1).expand(10**6).mode()",
    "modules": "m = nn.Linear(1, 1)\nfor i in range(60): m = nn.Sequential(m, nn.Sequential(m))\nm.train()",
    "named modules": (
        "m = nn.Linear(1, 1)\nfor i in range(60): m = nn.Sequential(m, m)\n"
        "for x in m.named_modules(remove_duplicate=False): pass"
    ),
}

MEMORY = 300 << 20


def run(program: str, **options: Any) -> list[Event]:
    events: list[Event] = []
    Session(memory_bytes=MEMORY, **options).run(program, events.append)
    return events


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_too_much_is_refused(name: str) -> None:
    program, kind, message = REFUSED[name]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    events = run(program)
    grown = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - peak) >> 10
    failures = [event for event in events if isinstance(event, Failed)]
    assert [failure.type for failure in failures] == ([kind] if kind else []), failures
    assert not kind or message in failures[0].message
    assert grown < 600
    for event in events:
        if isinstance(event, Value) and isinstance(event.value, (str, list, tuple, dict, set)):
            assert len(event.value) <= (MAX_TEXT if isinstance(event.value, str) else MAX_ITEMS)
        assert not isinstance(event, Printed) or len(event.text) <= 1 << 27


@pytest.mark.parametrize("name", ENDLESS)
def test_a_loop_hears_the_time_limit(name: str) -> None:
    start = time.process_time()
    events = run(ENDLESS[name], deadline_seconds=0.3)
    assert time.process_time() - start < 3
    assert [event.type for event in events if isinstance(event, Failed)] == ["TimeoutError"]


# -- every function there is ---------------------------------------------------------------------------------

#: Seconds without a word from the crawl: a call that does not come back.
SILENCE = 60


def crawl(*options: str) -> tuple[list[str], dict[str, Any]]:
    """What was out of bounds, and what was called. A call that hangs or kills its process is named, and the rest goes
    on in a new one."""
    wrong: list[str] = []
    first = 0
    while True:
        last, done, ending = _crawl_from(first, options, wrong)
        if done:
            return wrong, done
        wrong.append(f"{last.get('name')} {last.get('shown')}: {ending}")
        if last.get("call", 0) <= first:
            return wrong, {}
        first = last["call"]


def _crawl_from(first: int, options: tuple[str, ...], wrong: list[str]) -> tuple[dict[str, Any], dict[str, Any], str]:
    command = [sys.executable, str(Path(__file__).parent / "bounds_crawl.py"), "--first", str(first), *options]
    environment = {**os.environ, "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    last: dict[str, Any] = {}
    buffer = b""
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment) as process:
        assert process.stdout is not None
        while select.select([process.stdout], [], [], SILENCE)[0]:
            data = os.read(process.stdout.fileno(), 1 << 16)
            if not data:
                return last, {}, f"the process ended with {process.wait()}"
            *lines, buffer = (buffer + data).split(b"\n")
            for line in map(json.loads, lines):
                if "done" in line:
                    return last, line, ""
                if "wrong" in line:
                    wrong.append(f"{line['name']} {line['shown']}: {line['problem']}")
                else:
                    last = line
        process.kill()
    return last, {}, f"no answer in {SILENCE} s"


#: What never gets to its work, whatever the arguments are, as there is no GPU, no file, no compiler, or as PyTorch
#: removed it; what takes modules alone; and pictures, whose sizes have a test of their own in ``test_pyplot.py``.
REFUSING = (
    "torch.cuda.", "torch.accelerator.", "torch.jit.", "torch.hub.", "torch.load", "torch.save", "torch.cholesky",
    "torch.qr", "torch.eig", "torch.lstsq", "torch.matrix_rank", "torch.solve", "torch.symeig", "torch.nn.utils.",
    "matplotlib.", "mpl_toolkits.",
)  # fmt: skip
#: What takes functions, hooks, modes or symbols, asks a question, or compares: there is no count in it.
COUNTLESS = (
    "torch.nn.modules.module.register_", "torch.optim.optimizer.register_", "torch.utils.hooks.",
    "torch.utils.checkpoint.", "torch.utils._pytree.", "torch.sym_", "torch.overrides.", "torch.is_", "torch.set_",
    "torch.distributions.utils.", "torch.testing.assert_", "torch.cond", "torch.while_loop", "torch.typename",
    "torch.promote_types", "torch.can_cast",
)  # fmt: skip


def test_every_function() -> None:
    """Each with very large counts: a small result, or an error, in no time. AUTOGRADCLI_CRAWL=full takes
    every number, and not one in place of each argument alone."""
    full = os.environ.get("AUTOGRADCLI_CRAWL") == "full"
    wrong, done = crawl(*([] if full else ["--brief"]))
    assert not wrong, "\n".join(wrong)
    assert done["done"] > (9000 if full else 800)
    missing = {name for name in done["all"] if not name.startswith(REFUSING + COUNTLESS)} - set(done["covered"])
    assert len(missing) < 100, "\n".join(sorted(missing))
