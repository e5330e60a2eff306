"""Which functions PyTorch does on masked tensors, by name."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: On each element of one tensor.
UNARY = _words(
    "abs absolute acos arccos acosh arccosh angle asin arcsin asinh arcsinh atan arctan atanh arctanh bitwise_not "
    "ceil clamp clip conj_physical cos cosh deg2rad digamma erf erfc erfinv exp exp2 expm1 fix floor frac lgamma "
    "log log10 log1p log2 logit i0 isnan nan_to_num neg negative positive pow rad2deg reciprocal round rsqrt "
    "sigmoid sign sgn signbit sin sinc sinh sqrt square tan tanh trunc"
)
#: On each element of two with the same mask, or of one with an ordinary one.
BINARY = _words(
    "add atan2 arctan2 bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift div divide "
    "floor_divide fmod logaddexp logaddexp2 mul multiply nextafter remainder sub subtract true_divide eq ne le ge "
    "greater greater_equal gt less_equal lt less maximum minimum fmax fmin not_equal"
)
#: Over the elements that count.
REDUCTIONS = _words("sum mean amin amax argmin argmax prod all norm var std")
#: The same elements in another order, or some of them.
MOVED = _words(
    "select transpose split t slice __getitem__ expand expand_as view view_as reshape flatten ravel unflatten cat "
    "concat concatenate unsqueeze unfold stack narrow chunk tensor_split swapaxes swapdims hsplit vsplit dsplit "
    "unsafe_split unsafe_chunk"
)
#: In another dtype or memory.
CAST = _words("to float double half int long short bool char type_as cpu contiguous")
#: Told by the data alone.
PLAIN = _words(
    "size dim ndimension numel nelement stride is_contiguous element_size is_floating_point is_complex get_device "
    "storage_offset data_ptr is_signed __len__ __hash__"
)
#: How operators call what PyTorch has by another name.
SAME = {
    "__eq__": "eq",
    "__and__": "bitwise_and",
    "__or__": "bitwise_or",
    "__xor__": "bitwise_xor",
    "__invert__": "bitwise_not",
    "__floordiv__": "floor_divide",
    "__lshift__": "bitwise_left_shift",
    "__rshift__": "bitwise_right_shift",
    "__rdiv__": "reciprocal",
}
#: Arguments that are given by name alone, which PyTorch's masked functions take none of.
NAMED = frozenset({"alpha", "decimals", "rounding_mode", "out"})
OF_DATA = frozenset({"requires_grad", "grad_fn", "is_leaf", "retains_grad", "_version", "output_nr"})
