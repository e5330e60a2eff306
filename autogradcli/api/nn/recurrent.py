"""Recurrent layers and their cells: RNN, LSTM, GRU.

Elman, "Finding structure in time" (1990); Hochreiter and Schmidhuber, "Long short-term memory" (1997); Cho et al.,
"Learning phrase representations" (2014).
"""

from __future__ import annotations

import math
from typing import Any, ClassVar

from ...engine.operation import Array, operation
from ...engine.state import state
from ...engine.tensor import Tensor
from ...numerics.limits import charge_parts, counted, shown
from ...operations.elementwise.arithmetic import add, mul, sub
from ...operations.nn.activation import sigmoid, tanh
from ..calls.class_fields import REQUIRED, Fields
from ..calls.python_function import renamed
from ..shape.slicing import chunk
from . import init
from .functions_by_attribute import F, M, T, check_tensors
from .packed_sequences import PackedSequence, sizes_of
from .packed_steps import over_falling, over_rising
from .simple import PLACE, Simple, enter, fresh, words

#: A hidden state: one tensor, or the two of an LSTM.
Hidden = tuple[Tensor, ...]


@operation(
    rows="same",
    node="MkldnnRnnLayerBackward0", kind="linear",
    input=lambda F, g: g,
    examples=lambda r: [(r(2, 3),)],
)  # fmt: skip
def lstm_outputs(input: Array) -> Array:
    """The outputs of an LSTM in float32, which PyTorch computes as one operation."""
    return input.copy()


# -- one step --------------------------------------------------------------------------------------------------


def _simple_step(ih: Tensor, hidden: Hidden, w: Any, b: Any, projection: Any, call: Any) -> Hidden:
    return (call(F.linear(hidden[0], w, b) + ih),)


def _lstm_step(ih: Tensor, hidden: Hidden, w: Any, b: Any, projection: Any, call: Any) -> Hidden:
    h, c = hidden
    i, f, g, o = chunk(add(F.linear(h, w, b), ih), 4, 1)
    new_c = add(mul(sigmoid(f), c), mul(sigmoid(i), tanh(g)))
    new_h = mul(sigmoid(o), tanh(new_c))
    return (new_h if projection is None else T.matmul(new_h, M.t(projection)), new_c)


def _gru_step(ih: Tensor, hidden: Hidden, w: Any, b: Any, projection: Any, call: Any) -> Hidden:
    i_r, i_z, i_n = chunk(ih, 3, 1)
    h_r, h_z, h_n = chunk(F.linear(hidden[0], w, b), 3, 1)
    reset, update = sigmoid(add(h_r, i_r)), sigmoid(add(h_z, i_z))
    new = tanh(add(i_n, mul(h_n, reset)))
    return (add(mul(sub(hidden[0], new), update), new),)


_STEPS = {"RNN_TANH": _simple_step, "RNN_RELU": _simple_step, "LSTM": _lstm_step, "GRU": _gru_step}
_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


def _call_of(mode: str) -> Any:
    return T.relu if mode == "RNN_RELU" else T.tanh


def step_of(mode: str) -> tuple[Any, Any]:
    """What one step of a mode computes, and the function in it."""
    return _STEPS[mode], _call_of(mode)


# -- cells -----------------------------------------------------------------------------------------------------


class _Recurrent(Simple):
    """What cells and layers share: how their parameters begin."""

    def reset_parameters(self) -> None:
        """Draw the parameters anew, uniform within 1 / sqrt(hidden_size)."""
        bound = 1.0 / math.sqrt(self.hidden_size) if self.hidden_size > 0 else 0
        for weight in self.parameters():
            init.uniform_(weight, -bound, bound)


class _Cell(_Recurrent):
    mode = ""

    fields: ClassVar[Fields] = {"input_size": REQUIRED, "hidden_size": REQUIRED, "bias": True, **PLACE}
    shown = words("=input_size =hidden_size ~bias")

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        super()._make(values, dtype)
        rows = _GATES[type(self).mode or "RNN_TANH"] * self.hidden_size
        bias = (rows,) if self.bias else None
        shapes = {"weight_ih": (rows, self.input_size), "weight_hh": (rows, self.hidden_size)}
        self._put_parameters(dtype, **shapes, bias_ih=bias, bias_hh=bias)

    def _step(self, input: Tensor, hidden: Hidden | None, mode: str) -> Hidden:
        name = type(self).__name__
        check_tensors(f"{name}()", input, *(() if hidden is None else hidden))
        if input.array.ndim not in (1, 2):
            raise ValueError(f"{name}: Expected input to be 1D or 2D, got {input.array.ndim}D instead")
        for k, value in enumerate(hidden or ()):
            if value.array.ndim not in (1, 2):
                place = f"hx[{k}]" if mode == "LSTM" else "hidden"
                raise ValueError(f"{name}: Expected {place} to be 1D or 2D, got {value.array.ndim}D instead")
        alone = input.array.ndim == 1
        if alone:
            input = T.unsqueeze(input, 0)
            hidden = tuple(T.unsqueeze(h, 0) for h in hidden) if hidden is not None else None
        if hidden is None:
            zeros = T.zeros(input.array.shape[0], self.hidden_size, dtype=input.dtype)
            hidden = (zeros, zeros) if mode == "LSTM" else (zeros,)
        if input.array.shape[1] != self.input_size:
            raise RuntimeError(
                f"input has inconsistent input_size: got {input.array.shape[1]} expected {self.input_size}"
            )
        ih = F.linear(input, self.weight_ih, self.bias_ih)
        found = _STEPS[mode](ih, hidden, self.weight_hh, self.bias_hh, None, _call_of(mode))
        return tuple(T.squeeze(h, 0) for h in found) if alone else found


class RNNCell(_Cell):
    """One step of an Elman network."""

    __module__ = "torch.nn.modules.rnn"

    fields: ClassVar[Fields] = {
        "input_size": REQUIRED,
        "hidden_size": REQUIRED,
        "bias": True,
        "nonlinearity": "tanh",
        **PLACE,
    }
    shown = words("=input_size =hidden_size ~bias ~nonlinearity")

    def forward(self, input: Any, hx: Any = None) -> Any:
        if self.nonlinearity not in ("tanh", "relu"):
            raise RuntimeError(f"Unknown nonlinearity: {self.nonlinearity}")
        mode = "RNN_TANH" if self.nonlinearity == "tanh" else "RNN_RELU"
        return self._step(input, None if hx is None else (hx,), mode)[0]


class LSTMCell(_Cell):
    """One step of a long short-term memory."""

    __module__ = "torch.nn.modules.rnn"
    mode = "LSTM"
    fields = _Cell.fields

    def forward(self, input: Any, hx: Any = None) -> Any:
        return self._step(input, None if hx is None else tuple(hx), "LSTM")


class GRUCell(_Cell):
    """One step of a gated recurrent unit."""

    __module__ = "torch.nn.modules.rnn"
    mode = "GRU"
    fields = _Cell.fields

    def forward(self, input: Any, hx: Any = None) -> Any:
        return self._step(input, None if hx is None else (hx,), "GRU")[0]


# -- layers ----------------------------------------------------------------------------------------------------


def _check_sizes(values: dict[str, Any]) -> None:
    dropout, num_layers, proj_size = values["dropout"], values["num_layers"], values["proj_size"]
    if not isinstance(dropout, (int, float)) or not 0 <= dropout <= 1 or isinstance(dropout, bool):
        raise ValueError(
            "dropout should be a number in range [0, 1] representing the probability of an element being zeroed"
        )
    if dropout > 0 and num_layers == 1:
        state.warn(
            "UserWarning",
            "dropout option adds dropout after all but last recurrent layer, so non-zero dropout expects num_layers "
            f"greater than 1, but got dropout={dropout} and num_layers={num_layers}",
        )
    for name in ("bias", "batch_first"):
        if not isinstance(values[name], bool):
            raise TypeError(f"{name} should be of type bool, got: {type(values[name]).__name__}")
    for name in ("input_size", "hidden_size"):
        value = values[name]
        if not isinstance(value, int):
            raise TypeError(f"{name} should be of type int, got: {type(value).__name__}")
        if value <= 0:
            raise ValueError(f"{name} must be greater than zero")
    if num_layers <= 0:
        raise ValueError("num_layers must be greater than zero")
    if proj_size < 0:
        raise ValueError("proj_size should be a positive integer or zero to disable projections")
    if proj_size >= values["hidden_size"]:
        raise ValueError("proj_size has to be smaller than hidden_size")


class RNNBase(_Recurrent):
    """Layers of cells, in one or two directions."""

    __module__ = "torch.nn.modules.rnn"

    fields: ClassVar[Fields] = {
        "mode": REQUIRED, "input_size": REQUIRED, "hidden_size": REQUIRED, "num_layers": 1, "bias": True,
        "batch_first": False, "dropout": 0.0, "bidirectional": False, "proj_size": 0, **PLACE,
    }  # fmt: skip
    shown = words("=input_size =hidden_size ~proj_size ~num_layers ~bias ~batch_first ~dropout ~bidirectional")

    def _make(self, values: dict[str, Any], dtype: Any) -> None:
        _check_sizes(values)
        mode, num_layers, bias, proj_size = (values[name] for name in ("mode", "num_layers", "bias", "proj_size"))
        input_size, hidden_size = values["input_size"], values["hidden_size"]
        if mode not in _GATES:
            raise ValueError("Unrecognized RNN mode: " + mode)
        super()._make({**values, "dropout": float(values["dropout"])}, dtype)
        rows = _GATES[mode] * hidden_size
        out = proj_size or hidden_size
        ways = 2 if self.bidirectional else 1
        charge_parts(4 * num_layers)
        for layer in counted(range(num_layers)):
            for suffix in ("", "_reverse")[:ways]:
                end = f"_l{layer}{suffix}"
                setattr(self, "weight_ih" + end, fresh(rows, input_size if layer == 0 else out * ways, dtype=dtype))
                setattr(self, "weight_hh" + end, fresh(rows, out, dtype=dtype))
                for name in ("bias_ih", "bias_hh") if bias else ():
                    setattr(self, name + end, fresh(rows, dtype=dtype))
                if proj_size:
                    setattr(self, "weight_hr" + end, fresh(proj_size, hidden_size, dtype=dtype))
        self.reset_parameters()

    @property
    def all_weights(self) -> list[list[Any]]:
        """The parameters of each layer and direction."""
        kinds = ("weight_ih", "weight_hh", *(("bias_ih", "bias_hh") if self.bias else ()))
        kinds += ("weight_hr",) if self.proj_size else ()
        ways = ("", "_reverse") if self.bidirectional else ("",)
        ends = [f"_l{layer}{way}" for layer in counted(range(self.num_layers)) for way in ways]
        return [[getattr(self, kind + end) for kind in kinds] for end in ends]

    def flatten_parameters(self) -> None:
        """Nothing on the CPU: the parameters lie where they lie."""

    def forward(self, input: Any, hx: Any = None) -> Any:
        lstm = self.mode == "LSTM"
        name = type(self).__name__
        if isinstance(input, PackedSequence):
            return self._forward_packed(input, hx, lstm)
        check_tensors(f"{name}()", input)
        rank = input.array.ndim
        if rank not in (2, 3):
            kind = "" if self.mode == "LSTM" or self.mode == "GRU" else " tensor"
            raise ValueError(f"{name}: Expected input to be 2D or 3D, got {rank}D{kind} instead")
        given = _given(hx, lstm)
        check_tensors(f"{name}()", *(given or ()))
        alone = rank == 2
        if given is not None:
            _check_ranks(given, rank, lstm)
        place = 0 if self.batch_first else 1
        if alone:
            input = T.unsqueeze(input, place)
            given = None if given is None else tuple(T.unsqueeze(h, 1) for h in given)
        self._check(input, given)
        outputs, hidden = self._layers(T.transpose(input, 0, 1) if self.batch_first else input, given)
        if self.batch_first:
            outputs = T.transpose(outputs, 0, 1) if lstm else M.transpose_(outputs, 0, 1)
        if alone:
            outputs = T.squeeze(outputs, place)
            hidden = tuple(T.squeeze(h, 1) for h in hidden)
        return outputs, hidden if lstm else hidden[0]

    def _forward_packed(self, input: Any, hx: Any, lstm: bool) -> Any:
        """Sequences of different lengths: each ends where it ends, and its last state is the state after that."""
        data, batch_sizes, order, back = input
        sizes = sizes_of(input)
        given = _given(hx, lstm)
        check_tensors(f"{type(self).__name__}()", data, *(given or ()))
        if data.array.ndim != 2:
            raise RuntimeError(f"input must have 2 dimensions, got {data.array.ndim}")
        if given is not None and order is not None:
            given = tuple(M.index_select(h, 1, order) for h in given)
        self._check(data, given, sizes[0])
        outputs, hidden = self._layers(data, given, sizes)
        if back is not None:
            hidden = tuple(M.index_select(h, 1, back) for h in hidden)
        return PackedSequence((outputs, batch_sizes, order, back)), hidden if lstm else hidden[0]

    def _check(self, input: Tensor, given: Hidden | None, batch: int | None = None) -> None:
        check_tensors("weight_ih_l0", self.weight_ih_l0)
        if input.dtype is not self.weight_ih_l0.dtype:
            want = self.weight_ih_l0.dtype
            raise ValueError(
                f"RNN input dtype ({input.dtype}) does not match weight dtype ({want}). Convert input: "
                f"input.to({want}), or convert model: model.to({input.dtype})"
            )
        if input.array.shape[-1] != self.input_size:
            raise RuntimeError(
                f"input.size(-1) must be equal to input_size. Expected {self.input_size}, got {input.array.shape[-1]}"
            )
        count = self.num_layers * (2 if self.bidirectional else 1)
        if batch is None:
            batch = input.array.shape[0 if self.batch_first else 1]
        for k, h in enumerate(given or ()):
            want = (count, batch, (self.proj_size if k == 0 else 0) or self.hidden_size)
            if h.array.shape != want:
                which = f"hidden[{k}]" if self.mode == "LSTM" else "hidden"
                raise RuntimeError(f"Expected {which} size {want}, got {list(h.array.shape)}")

    def _layers(self, input: Tensor, given: Hidden | None, sizes: Any = None) -> tuple[Tensor, Hidden]:
        batch = input.array.shape[1] if sizes is None else sizes[0]
        if self.mode == "LSTM" and state.autocast is not None:  # one operation in PyTorch, which casts all
            input = M.to(input, state.autocast)
            given = None if given is None else tuple(M.to(h, state.autocast) for h in given)
        suffixes = ("", "_reverse")[: 1 + self.bidirectional]
        ends = [f"_l{k}{suffix}" for k in range(self.num_layers) for suffix in suffixes]
        if given is None:
            wide = [self.proj_size or self.hidden_size] + [self.hidden_size] * (self.mode == "LSTM")
            given = tuple(T.zeros(len(ends), batch, n, dtype=input.dtype) for n in wide)
        starts = list(zip(*[T.unbind(h, 0) for h in given]))
        finals: list[Hidden] = []
        ways = 1 + self.bidirectional
        for layer in counted(range(self.num_layers)):
            several = []
            for k in range(layer * ways, (layer + 1) * ways):
                outputs, final = self._run(input, starts[k], ends[k], sizes)
                several.append(outputs)
                finals.append(final)
            input = several[0] if ways == 1 else T.cat(several, -1)
            if self.dropout and self.training and layer < self.num_layers - 1:
                input = F.dropout(input, self.dropout, True)
        return input, tuple(T.stack(list(hs), 0) for hs in zip(*finals))

    def _run(self, input: Tensor, hidden: Hidden, end: str, sizes: Any = None) -> tuple[Tensor, Hidden]:
        """One layer in one direction."""
        bias_ih, bias_hh = (getattr(self, name + end) if self.bias else None for name in ("bias_ih", "bias_hh"))
        projection = getattr(self, "weight_hr" + end) if self.proj_size else None
        step, weight, call = _STEPS[self.mode], getattr(self, "weight_hh" + end), _call_of(self.mode)
        projected = F.linear(input, getattr(self, "weight_ih" + end), bias_ih)
        back = end.endswith("_reverse")
        if sizes is not None:
            turn = over_rising if back else over_falling
            return turn(M.split(projected, sizes), hidden, lambda ih, h: step(ih, h, weight, bias_hh, projection, call))
        gates = T.unbind(projected, 0)
        outputs = []
        for ih in counted(reversed(gates) if back else gates):
            hidden = step(ih, hidden, weight, bias_hh, projection, call)
            outputs.append(hidden[0])
        stacked: Tensor = T.stack(outputs[::-1] if back else outputs, 0)
        if self.mode == "LSTM" and not self.proj_size and stacked.dtype.name == "float32":
            stacked = lstm_outputs(stacked)
        return stacked, hidden


def _given(hx: Any, lstm: bool) -> Hidden | None:
    """The states of before, of which an LSTM has two. Raises IndexError and TypeError as the subscripts do."""
    return None if hx is None else (hx[0], hx[1]) if lstm else (hx,)


def _check_ranks(given: Hidden, rank: int, lstm: bool) -> None:
    what = "unbatched 2-D" if rank == 2 else "batched 3-D"
    ranks = [h.array.ndim for h in given]
    if ranks == [rank] * len(ranks):
        return
    if lstm:
        raise RuntimeError(
            f"For {what} input, hx and cx should also be {rank}-D but got ({ranks[0]}-D, {ranks[1]}-D) tensors"
        )
    raise RuntimeError(f"For {what} input, hx should also be {rank}-D but got {ranks[0]}-D tensor")


def _no_projection(kind: str, kwargs: dict[str, Any]) -> None:
    if "proj_size" in kwargs:
        raise ValueError("proj_size argument is only supported for LSTM, not RNN or GRU")


class RNN(RNNBase):
    """Elman networks with tanh or relu."""

    __module__ = "torch.nn.modules.rnn"

    forward = renamed(RNNBase.forward, "RNN.forward")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _no_projection("RNN", kwargs)
        if len(args) > 3:
            nonlinearity = args[3]
            args = args[:3] + args[4:]
        else:
            nonlinearity = kwargs.pop("nonlinearity", "tanh")
        if nonlinearity not in ("tanh", "relu"):
            raise ValueError(f"Unknown nonlinearity '{shown(nonlinearity)}'. Select from 'tanh' or 'relu'.")
        self.__dict__["nonlinearity"] = nonlinearity
        super().__init__("RNN_TANH" if nonlinearity == "tanh" else "RNN_RELU", *args, **kwargs)


class LSTM(RNNBase):
    """Long short-term memory."""

    __module__ = "torch.nn.modules.rnn"

    forward = renamed(RNNBase.forward, "LSTM.forward")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__("LSTM", *args, **kwargs)


class GRU(RNNBase):
    """Gated recurrent units."""

    __module__ = "torch.nn.modules.rnn"

    forward = renamed(RNNBase.forward, "GRU.forward")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        _no_projection("GRU", kwargs)
        super().__init__("GRU", *args, **kwargs)


enter(RNNCell, LSTMCell, GRUCell, RNNBase, RNN, LSTM, GRU)
