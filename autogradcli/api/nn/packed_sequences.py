"""Sequences of different lengths: padded to one tensor, or packed step by step, which recurrent layers take."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

from ...engine.tensor import Tensor
from ...numerics.limits import charge_array, charge_parts, counted
from ...numerics.naming import shown_as
from ...operations.nn.packed import pack_padded
from ..calls.argument_types import Value
from ..calls.overloads import PLACES
from ..calls.python_function import define_python
from ..calls.registry import CONSTRUCTORS, Method, Property, attributes_of, namespace
from .functions_by_attribute import M, T, check_tensors

PLACES["rnn_utils"] = ("torch.nn.utils.rnn", "")


@shown_as("torch.nn.utils.rnn.PackedSequence")
class PackedSequence(tuple[Any, ...]):
    """Sequences one step after another: ``data``, of each step how many have one, and where the longest went."""

    __slots__ = ()

    def __repr__(self) -> str:
        data, sizes, order, back = self
        return (
            f"PackedSequence(data={data!r}, batch_sizes={sizes!r}, sorted_indices={order!r}, unsorted_indices={back!r})"
        )


def _make(data: Any, batch_sizes: Any = None, sorted_indices: Any = None, unsorted_indices: Any = None) -> Any:
    """A packed sequence of its parts."""
    if batch_sizes is None:
        if not (isinstance(data, (list, tuple)) and len(data) == 2):
            raise AssertionError("Expected data to be a list or tuple of length 2")
        data, batch_sizes = data
    given = [data, batch_sizes, *(each for each in (sorted_indices, unsorted_indices) if each is not None)]
    check_tensors("PackedSequence()", *given)
    if unsorted_indices is None:
        unsorted_indices = invert_permutation(sorted_indices)
    return PackedSequence((data, batch_sizes, sorted_indices, unsorted_indices))


def _cast(self: PackedSequence, *args: Any, **kwargs: Any) -> PackedSequence:
    data, *rest = self
    found = M.to(data, *args, **kwargs)
    return self if found is data else PackedSequence((found, *rest))


def _casting(name: str) -> Callable[[Any], PackedSequence]:
    return lambda packed: PackedSequence((getattr(M, name)(packed[0]), *packed[1:]))


def _part(k: int) -> Callable[[Any], Any]:
    return lambda packed: packed[k]


_table = attributes_of(PackedSequence)
for _k, _name in enumerate(("data", "batch_sizes", "sorted_indices", "unsorted_indices")):
    _table[_name] = Property(_part(_k), doc="A part of the packed sequence.")
_table["to"] = Method(_cast, "The same with data of another dtype.")
for _name in ("double", "float", "half", "long", "int"):
    _table[_name] = Method(
        _casting(_name),
        "The same with data of another dtype.",
    )
_table["cpu"] = Method(lambda packed: packed, "Itself: it is on the CPU.")
_table["is_cuda"] = Property(lambda packed: False, doc="False: it is on the CPU.")
CONSTRUCTORS[PackedSequence] = _make
namespace("torch.nn.utils.rnn")["PackedSequence"] = PackedSequence


def _packed(value: Any) -> PackedSequence:
    if not isinstance(value, PackedSequence):
        raise AttributeError(f"'{type(value).__name__}' object has no attribute 'batch_sizes'")
    return value


def invert_permutation(permutation: Tensor | None) -> Tensor | None:
    """The permutation that undoes one."""
    if permutation is None:
        return None
    inverse: Tensor = T.argsort(permutation)
    return inverse


def pad_sequence(
    sequences: Value, batch_first: bool = False, padding_value: float = 0.0, padding_side: str = "right"
) -> Tensor:
    """Tensors ``(L, *)`` side by side, the shorter ones filled up with a value. Raises RuntimeError."""
    if not isinstance(sequences, (Tensor, list, tuple)):
        raise RuntimeError(
            f"pad_sequence: Expected iterable for input sequences, but got arg of type: {type(sequences)}"
        )
    several: list[Any] = list(T.unbind(sequences) if isinstance(sequences, Tensor) else sequences)
    check_tensors("pad_sequence()", *several)
    if padding_side not in ("left", "right"):
        raise RuntimeError(f"Expected padding_side to be one of left or right, but got {padding_side}.")
    if not several:
        raise RuntimeError("received an empty list of sequences")
    charge_parts(len(several))
    longest = max(t.array.shape[0] for t in several)
    rest = several[0].array.shape[1:]
    shape = (len(several), longest, *rest) if batch_first else (longest, len(several), *rest)
    charge_array(shape)
    out = T.full(shape, padding_value, dtype=several[0].dtype)
    for k, t in enumerate(counted(several)):
        length = t.array.shape[0]
        start = longest - length if padding_side == "left" else 0
        row = M.select(out, 0 if batch_first else 1, k)
        M.copy_(M.narrow(row, 0, start, length), t)
    return out  # type: ignore[no-any-return]


def pack_padded_sequence(
    input: Tensor, lengths: Value, batch_first: bool = False, enforce_sorted: bool = True
) -> PackedSequence:
    """Padded sequences packed: all first steps, all second steps, and so on. Raises RuntimeError where ``lengths`` are
    not sorted (unless ``enforce_sorted`` is False), not positive, or not as many as sequences."""
    lengths = M.to(T.as_tensor(lengths), T.int64)
    order = None
    if not enforce_sorted:
        lengths, order = T.sort(lengths, descending=True)
        input = M.index_select(input, 0 if batch_first else 1, order)
    if batch_first:
        input = T.transpose(input, 0, 1)
    counts = [int(n) for n in lengths.array.reshape(-1)]
    if input.array.ndim < 2 or len(counts) != input.array.shape[1]:
        batch = input.array.shape[1] if input.array.ndim > 1 else 0
        raise RuntimeError(
            f"Expected `len(lengths)` to be equal to batch_size, but got {len(counts)} (batch_size={batch})"
        )
    if not counts or min(counts) <= 0:
        raise RuntimeError(
            "Length of all samples has to be greater than 0, but found an element in 'lengths' that is <= 0"
        )
    if any(a < b for a, b in pairwise(counts)):
        raise RuntimeError(
            "`lengths` array must be sorted in decreasing order when `enforce_sorted` is True. You can pass "
            "`enforce_sorted=False` to pack_padded_sequence and/or pack_sequence to sidestep this requirement if you "
            "do not need ONNX exportability."
        )
    if counts[0] > input.array.shape[0]:
        raise RuntimeError(f"Expected length of all samples to be at most {input.array.shape[0]}, but got {counts[0]}")
    charge_parts(counts[0])
    sizes = tuple(sum(n > step for n in counts) for step in counted(range(counts[0])))
    return PackedSequence((pack_padded(input, sizes), T.tensor(list(sizes)), order, invert_permutation(order)))


def sizes_of(packed: PackedSequence) -> list[int]:
    """Of each step, how many sequences have one. Raises RuntimeError where these don't fall, or don't fit the data."""
    sizes = [int(n) for n in packed[1].array.reshape(-1)]
    falling = all(a >= b > 0 for a, b in pairwise(sizes)) and bool(sizes) and sizes[0] > 0
    if not falling or packed[0].array.ndim == 0 or sum(sizes) != packed[0].array.shape[0]:
        raise RuntimeError("batch_sizes must not rise, and must be as many in all as data has rows")
    return sizes


def pad_packed_sequence(
    sequence: Value, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Tensor, Tensor]:
    """A packed sequence padded, and its lengths. Raises ValueError for a ``total_length`` that is too short."""
    data, _, _, back = _packed(sequence)
    sizes = sizes_of(sequence)
    length = len(sizes)
    if total_length is not None:
        if total_length < length:
            raise ValueError(
                "Expected total_length to be at least the length of the longest sequence in input, but got "
                f"total_length={total_length} and max sequence length being {length}"
            )
        length = total_length
    shape = (length, sizes[0], *data.array.shape[1:])
    charge_array(shape)
    out = T.full(shape, padding_value, dtype=data.dtype)
    start = step = 0
    while step < len(sizes):
        last = step
        while last < len(sizes) and sizes[last] == sizes[step]:
            last += 1
        count = (last - step) * sizes[step]
        part = M.view(M.narrow(data, 0, start, count), last - step, sizes[step], *data.array.shape[1:])
        M.copy_(M.narrow(M.narrow(out, 0, step, last - step), 1, 0, sizes[step]), part)
        start, step = start + count, last
    lengths = T.tensor([sum(n > k for n in sizes) for k in counted(range(sizes[0]))])
    if batch_first:
        out = T.transpose(out, 0, 1)
    if back is not None:
        return M.index_select(out, 0 if batch_first else 1, back), M.index_select(lengths, 0, back)
    return out, lengths


def pack_sequence(sequences: Value, enforce_sorted: bool = True) -> PackedSequence:
    """A list of tensors ``(L, *)`` packed."""
    several = list(sequences)
    check_tensors("pack_sequence()", *several)
    lengths = T.tensor([t.array.shape[0] for t in several])
    return pack_padded_sequence(pad_sequence(several), lengths, enforce_sorted=enforce_sorted)


def unpad_sequence(padded_sequences: Tensor, lengths: Tensor, batch_first: bool = False) -> list[Tensor]:
    """Padded sequences as a list of tensors, each of its own length."""
    if not batch_first:
        M.transpose_(padded_sequences, 0, 1)
    places = T.arange(padded_sequences.array.shape[1])
    return [
        T.masked_select(row, places < n) if row.array.ndim == 1 else row[places < n]
        for row, n in zip(T.unbind(padded_sequences), T.unbind(lengths), strict=True)
    ]


def unpack_sequence(packed_sequences: Value) -> list[Tensor]:
    """A packed sequence as a list of tensors, each of its own length."""
    padded, lengths = pad_packed_sequence(packed_sequences, batch_first=True)
    return unpad_sequence(padded, lengths, batch_first=True)


for _function in (
    invert_permutation, pad_sequence, pack_padded_sequence, pad_packed_sequence, pack_sequence, unpad_sequence,
    unpack_sequence,
):  # fmt: skip
    define_python(_function.__name__, _function, into="rnn_utils")
