"""``numpy`` in programs: what NumPy prints is printed, PyTorch shares its memory, and nothing of NumPy's gets out."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_language_python import ours, without_addresses
from test_sandbox import ORDINARY, Asked, Spy

from autogradcli.api.calls.registry import ATTRIBUTES, NAMESPACES, Method, Property
from autogradcli.data.values import Reference
from autogradcli.data.writing import save
from autogradcli.events import Event, Failed, Printed, Warned
from autogradcli.language import modules
from autogradcli.language.compile.calls import CONSTRUCTORS
from autogradcli.language.values.budget import budget
from autogradcli.language.values.foreign import is_value
from autogradcli.repl.undo import Snapshot
from autogradcli.session import Session

FOLDER = Path(__file__).parent / "programs"
PROGRAMS = [part.strip("\n") + "\n" for part in (FOLDER / "numpy.txt").read_text(encoding="utf-8").split("\n----\n")]
PLACES = ("numpy", "numpy.linalg", "numpy.fft", "numpy.random", "numpy.testing")


def real(program: str) -> tuple[str, str | None]:
    """What Python prints with NumPy itself, and the message that it ends with."""
    written, message = io.StringIO(), None
    with contextlib.redirect_stdout(written), np.printoptions(), np.errstate():
        try:
            exec(compile(program, "<program>", "exec"), {"__name__": "__main__"})
        except Exception as error:
            message = str(error)
    return without_addresses(written.getvalue()), message


def run(program: str, session: Session | None = None) -> list[Event]:
    events: list[Event] = []
    (session or Session()).run("import numpy as np\nimport torch\n" + program, events.append, echo=False)
    return events


def failed(program: str) -> str:
    found = [event for event in run(program) if isinstance(event, Failed)]
    return f"{found[0].type}: {found[0].message}" if found else ""


def printed(program: str, session: Session | None = None) -> str:
    events = run(program, session)
    assert not [event for event in events if isinstance(event, Failed)], events
    return "".join(event.text for event in events if isinstance(event, Printed))


# -- what NumPy prints ------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("ignore")
@pytest.mark.skipif(np.lib.NumpyVersion(np.__version__) < "2.3.0", reason="the programs are for NumPy of today")
@pytest.mark.parametrize("program", PROGRAMS, ids=range(len(PROGRAMS)))
def test_prints_what_numpy_prints(program: str) -> None:
    text, error = ours(program)
    assert (text, None if error is None else error[1]) == real(program)


@pytest.mark.parametrize("name", ["numpy_with_torch", "numpy_scripts"])
def test_beside_tensors_prints_what_pytorch_printed(name: str) -> None:
    """Recorded with PyTorch 2.14.1 and NumPy 2.4.6."""
    program = (FOLDER / f"{name}.program.txt").read_text(encoding="utf-8")
    text = (FOLDER / f"{name}.printed.txt").read_text(encoding="utf-8")
    assert ours(program) == (text, None)


WARNING = """
np.array([1.0, 2]) / 0
np.float64(1) / 0
np.int64(1) // np.int64(0)
np.exp(1000.0)
np.log(np.array([0.0, -1]))
np.int64(2**62) * np.int64(4)
np.mean([])
np.array([np.nan]).astype(int)
np.arccos(2)
np.std([1.0], ddof=1)
np.array([1.0]) < np.nan
float(np.array([1j])[0])
"""


@pytest.mark.parametrize("program", WARNING.strip().split("\n"))
def test_warns_as_numpy_warns(program: str) -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        eval(program, {"np": np})
    said = [(event.category, event.message) for event in run(program) if isinstance(event, Warned)]
    assert said == [(each.category.__name__, str(each.message)) for each in caught]


def test_errstate_says_what_happens() -> None:
    assert failed("with np.errstate(divide='raise'):\n    np.ones(1) / 0") == (
        "FloatingPointError: divide by zero encountered in divide"
    )
    quiet = "with np.errstate(all='ignore'):\n    np.log(0.0)\n    np.ones(1) / 0"
    assert not [event for event in run(quiet) if isinstance(event, Warned | Failed)]


def test_errors_have_names() -> None:
    assert failed("np.linalg.inv(np.zeros((2, 2)))") == "LinAlgError: Singular matrix"
    assert failed("np.ones(2).sum(axis=5)") == "AxisError: axis 5 is out of bounds for array of dimension 1"
    assert printed("try: np.ones(2).sum(axis=5)\nexcept (ValueError, IndexError) as e: print(type(e).__name__)") == (
        "AxisError\n"
    )


@pytest.mark.parametrize(
    ("program", "message"),
    [
        ("np.relu", "AttributeError: module 'numpy' has no attribute 'relu'"),
        ("np.linalg.matrix_exp", "AttributeError: module 'numpy.linalg' has no attribute 'matrix_exp'"),
        ("np.load('x')", "NotImplementedError: there is no folder for files here: with the option --files DIR"),
        (
            "np.savetxt('x', np.ones(2))",
            "NotImplementedError: there is no folder for files here: with the option --files DIR",
        ),
        ("np.array([None])", "TypeError: array() takes numbers, arrays and lists of them, not NoneType"),
        ("np.array({})", "TypeError: array() takes numbers"),
        ("np.zeros(2, dtype=object)", "TypeError: Cannot interpret"),
        ("np.zeros(2, dtype='O')", "TypeError: data type 'O' not understood"),
        ("np.array(2**70)", "OverflowError: Python int too large to convert to C long"),
        ("np.sin(torch.ones(2, requires_grad=True))", "RuntimeError: Can't call numpy() on Tensor that requires grad."),
        ("np.nditer", "AttributeError: module 'numpy' has no attribute 'nditer'"),
        ("np.array(['a'])", "TypeError: array() takes numbers, arrays and lists of them, not 'a'"),
        ("np.add(np.ones(2), np.ones(2), like=1)", "TypeError: add() got an unexpected keyword argument 'like'"),
        ("torch.from_numpy(np.ones(3)[::-1])", "ValueError: At least one stride in the given numpy array is negative"),
        ("class A(np.ndarray): pass", "TypeError: "),
        ("np.ones(2).__array__", "AttributeError: 'numpy.ndarray' object has no attribute '__array__'"),
        ("np.random.seed({})", "TypeError: SeedSequence expects int or sequence of ints for entropy not dict"),
    ],
)
def test_what_is_refused(program: str, message: str) -> None:
    assert failed(program).startswith(message)


# -- sessions ---------------------------------------------------------------------------------------------------


def test_settings_and_random_numbers_are_a_sessions_own() -> None:
    one, other = Session(), Session()
    first = printed("np.random.seed(3)\nnp.set_printoptions(precision=2)\nnp.seterr(divide='raise')", one)
    assert first == ""
    printed("np.random.seed(4)\nnp.random.rand(5)", other)
    assert printed("print(np.array([1/3]))", other) == "[0.33333333]\n"
    assert printed("print(np.array([1/3]), np.random.rand())", one) == "[0.33] 0.5507979025745755\n"


def test_undo_takes_back_arrays_generators_and_settings() -> None:
    session = Session()
    setup = "x = np.ones(2)\nv = x[:1]\nt = torch.from_numpy(x)\ng = np.random.default_rng(0)\nnp.random.seed(1)"
    change = "v += 1\nx.shape = (2, 1)\nnp.set_printoptions(precision=1)\n"
    look = "print(x, t, np.array([1 / 3]), g.random(), np.random.rand())"
    printed(setup, session)
    snapshot = Snapshot(session)
    before = printed(look, session)
    snapshot.restore(session)
    assert printed(change + look, session) != before
    snapshot.restore(session)
    assert printed(look, session) == before


def test_arrays_go_into_files_of_data(tmp_path: Path) -> None:
    session = Session()
    printed("a = np.arange(3.0)\ns = np.float32(0.5)", session)
    save(Reference(str(tmp_path / "x.npz"), "a,s"), session.variables)
    with np.load(tmp_path / "x.npz") as found:
        assert found["a"].tolist() == [0, 1, 2] and found["s"].dtype == np.float32


def test_a_program_is_heard_inside_numpy() -> None:
    session = Session(deadline_seconds=0.5)
    began = time.monotonic()
    events: list[Event] = []
    program = "import numpy as np\na = np.ones((3000, 3000))\nwhile True: a = np.linalg.svd(a)[0]"
    session.run(program, events.append)
    assert [event.type for event in events if isinstance(event, Failed)] == ["TimeoutError"]
    assert time.monotonic() - began < 5


def test_nothing_is_loaded_before_a_program_names_it() -> None:
    code = (
        "import sys, autogradcli.session as s\n"
        "x = s.Session(); x.run('import torch\\nprint(torch.ones(2).sum())', lambda event: None)\n"
        "print([m for m in sys.modules if m.startswith('autogradcli.api.arrays.') and not m.endswith('values')])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# -- costs --------------------------------------------------------------------------------------------------------

#: Each asks for far more than there is, with little.
TOO_MUCH = """
np.zeros(10**13)
np.zeros((10**7, 10**7))
np.full((10**6, 10**6), 1)
np.zeros_like([1.0], shape=(10**12,))
np.arange(10**12)
np.linspace(0, 1, 10**12)
np.geomspace(1, 2, 10**12)
np.eye(10**6)
np.tri(10**6)
np.hanning(10**12)
np.triu_indices(10**6)
np.indices((10**5, 10**5))
np.outer(np.ones(10**6), np.ones(10**6))
np.kron(np.ones(10**6), np.ones(10**6))
np.ones((10**6, 1)) + np.ones((1, 10**6))
np.ones((10**6, 1)) < np.ones((1, 10**6))
np.ones((10**6, 1)) @ np.ones((1, 10**6))
np.dot(np.ones((10**6, 1)), np.ones((1, 10**6)))
np.tensordot(np.ones(10**6), np.ones(10**6), 0)
np.einsum("i,j->ij", np.ones(10**6), np.ones(10**6))
np.einsum("i,j,k,l->", *[np.ones(1000)] * 4)
np.einsum("...i,j->...", np.ones((10**3, 10**3)), np.ones(10**6))
np.tile([1], 10**12)
np.repeat([1, 2], 10**12)
np.ones(2).repeat(10**12)
np.resize([1], 10**12)
np.broadcast_to(1.0, (10**6, 10**6)).sum()
np.sum(torch.ones(1).expand(10**12).numpy())
np.meshgrid(*[np.ones(1000)] * 5)
np.diag(np.ones(10**6))
np.pad([1], 10**12)
np.bincount([10**12])
np.histogram([1.0], bins=10**12)
np.vander(np.ones(10**5), 10**6)
np.polyfit(np.ones(10**5), np.ones(10**5), 10**6)
np.roots(np.ones(10**5))
np.cov(np.ones((10**5, 2)))
np.fft.fft([1.0], 10**12)
np.ones((1000, 1000))[np.zeros(10**7, dtype=int)]
np.take(np.ones((1000, 1000)), np.zeros(10**7, dtype=int), axis=0)
np.array_split([1], 10**9)
np.linalg.svd(np.ones((10**6, 1)))
np.linalg.qr(np.ones((10**6, 1)), mode="complete")
np.random.rand(10**12)
np.random.randn(10**6, 10**6)
np.random.normal(size=10**12)
np.random.randint(0, 5, 10**12)
np.random.permutation(10**12)
np.random.choice(10**12, 3)
np.random.multivariate_normal([0, 0], np.eye(2), 10**12)
np.random.multinomial(5, [0.5, 0.5], 10**12)
np.random.dirichlet([1, 1], 10**12)
np.random.default_rng(0).choice(10**13, 3)
np.random.default_rng(0).integers(0, 5, size=(10**6, 10**6))
np.random.default_rng(0).random((10**6, 10**6))
np.ones(10**7).tolist()
list(np.broadcast_to(1.0, (10**7, 1)))
"""


@pytest.mark.parametrize("program", TOO_MUCH.strip().split("\n"))
def test_what_is_too_much_is_refused_before_it_is_made(program: str) -> None:
    began = time.process_time()
    assert failed(program).partition(":")[0] in ("MemoryError", "RuntimeError", "ValueError")
    assert time.process_time() - began < 5


# -- the sandbox --------------------------------------------------------------------------------------------------


def tables() -> Iterator[tuple[str, Any]]:
    modules.load("numpy")
    for place in PLACES:
        for name, value in sorted(NAMESPACES[place].items()):
            yield f"{place}.{name}", value


def subjects() -> list[Any]:
    """One of each kind of value that ``numpy`` gives."""
    session = Session(seed=0)
    program = (
        "import numpy as np\nvalues = [np.ones((2, 2)), np.array(1.0), np.arange(3), np.array([1j]), np.float64(1), "
        "np.int32(2), np.bool_(True), np.complex64(1j), np.dtype('f4'), np.finfo(float), np.iinfo(int), "
        "np.linalg.eigh(np.eye(2)), np.random.default_rng(0), np.random.RandomState(0), np.errstate(), "
        "np.printoptions(), np.ones(3).flat, iter(np.ones(2)), np.float64, np.ndarray, np.floating, np.meshgrid([1])]"
    )
    session.run(program, lambda event: None)
    return list(session.variables["values"])


FORMS: dict[str, Callable[[Any], Any]] = {
    "it": lambda spy: spy, "list": lambda spy: [spy], "deep": lambda spy: [[1.0, (2, spy)]],
}  # fmt: skip
KEYWORDS = ("dtype", "axis", "out", "size", "where", "shape", "order", "like", "bins", "weights", "p", "initial")


def attempts(odd: Any) -> Iterator[tuple[str, Callable[[], Any]]]:
    """Everything that there is to call, with this value at each of the first places and as keywords."""
    array = subjects()[0]
    places = [(odd,), (array, odd), (odd, array), (2, odd), (array, array, odd), ("i,i", odd, odd)]
    called = [(name, value) for name, value in tables() if callable(value) and not isinstance(value, type)]
    for subject in subjects():
        for kind in type(subject).__mro__:
            for name, entry in ATTRIBUTES.get(kind, {}).items():
                if isinstance(entry, Method):
                    bound = lambda *args, call=entry.call, subject=subject, **named: call(subject, *args, **named)  # noqa: E731
                    called.append((f"{type(subject).__name__}.{name}", bound))
                elif isinstance(entry, Property) and entry.set is not None:
                    called.append((f"{name} =", lambda *args, put=entry.set, subject=subject: put(subject, args[0])))

    called += [
        (name, CONSTRUCTORS[value]) for name, value in tables() if isinstance(value, type) and value in CONSTRUCTORS
    ]
    for name, call in called:
        for args in places:
            yield name, lambda call=call, args=args: call(*args)
        for keyword in KEYWORDS:
            yield f"{name}({keyword}=)", lambda call=call, keyword=keyword: call(array, **{keyword: odd})
    for subject in subjects()[:8]:
        for name in dir(type(subject)):
            if name.startswith("__") and name[2:-2] in OPERATORS:
                function = getattr(type(subject), name)
                yield name, lambda function=function, subject=subject: function(subject, odd)
    yield "setitem", lambda: array.__setitem__(0, odd)
    yield "setitem at", lambda: array.__setitem__(odd, 0)
    yield "slice", lambda: array[odd:odd]
    yield "indices", lambda: array[0, odd]


OPERATORS = {
    prefix + name
    for prefix in ("", "r", "i")
    for name in [
        "add",
        "sub",
        "mul",
        "truediv",
        "floordiv",
        "mod",
        "pow",
        "matmul",
        "and",
        "or",
        "xor",
        "lshift",
        "rshift",
    ]
} | {"eq", "ne", "lt", "le", "gt", "ge", "contains", "getitem", "divmod", "round"}


@pytest.mark.filterwarnings("ignore")
@pytest.mark.parametrize("form", FORMS)
def test_numpy_asks_no_object_for_anything(form: str) -> None:
    budget.start(None)
    odd, count = FORMS[form](Spy()), 0
    Asked.names = {}
    for place, call in attempts(odd):
        Asked.place, Asked.on = place, True
        count += 1
        try:
            call()
        except Exception:  # refused, as it should be; what matters is what was asked before
            continue
        finally:
            Asked.on = False
    assert count > 5_000
    assert not {name: place for name, place in Asked.names.items() if name not in ORDINARY}


def _strangers(value: Any, path: str, depth: int) -> Iterator[str]:
    if not is_value(value):
        yield f"{path}: {type(value)}"
        return
    if isinstance(value, (list, tuple)):
        for at, each in enumerate(value):
            yield from _strangers(each, f"{path}[{at}]", depth)
    if depth == 0:
        return
    for kind in type(value).__mro__:
        for name, entry in ATTRIBUTES.get(kind, {}).items():
            found: Any = None
            try:
                found = entry.get(value) if isinstance(entry, Property) else entry.call(value)
            except Exception:
                continue
            yield from _strangers(found, f"{path}.{name}", depth - 1)


@pytest.mark.filterwarnings("ignore")
def test_no_attribute_leads_to_an_object_of_numpys() -> None:
    budget.start(None)
    strangers = [each for value in subjects() for each in _strangers(value, type(value).__name__, 2)]
    strangers += [name for name, value in tables() if not is_value(value)]
    assert not strangers


@pytest.mark.filterwarnings("ignore")
def test_no_function_gives_an_object_of_numpys() -> None:
    budget.start(None)
    array, whole, strangers, count = subjects()[0], subjects()[2], [], 0
    for name, value in tables():
        if not callable(value) or isinstance(value, type):
            continue
        for args in ((), (array,), (array, array), (whole,), (2,), (0.5,), (2, 3), (array, 1), (array, array, array)):
            try:
                found = value(*args)
            except Exception:
                continue
            count += 1
            strangers += [*_strangers(found, f"{name}{args}", 1)]
    assert count > 600
    assert not strangers
