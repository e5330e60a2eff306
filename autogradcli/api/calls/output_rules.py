"""What each function with ``out=`` asks of the tensor that it writes into: its dtype, its memory, its history.

Everything not named here is like ``exp``: the result's dtype must be one that ``out`` can hold, no element may share
memory with another or with part of an operand, and nothing may require grad.
"""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> dict[str, str]:
    return dict(pair.split("=") for pair in text.split())


# -- dtypes ------------------------------------------------------------------------------------------------
#
# A text with the dtypes in it: ``{have}`` and ``{want}`` are the names of the result's and of out's, ``{c_have}``
# and ``{c_want}`` those of C++, ``{name}`` the function's.

_SAME = "Expected out tensor to have dtype {c_have}, but got {c_want} instead"
_FOUND = "Found dtype {want} but expected {have}"
_SAFELY = "{name}: Expected result to be safely castable from {have} dtype, but got result with dtype {want}"
_CAT = "torch.cat(): input types can't be cast to the desired output type {want}"
_BOOL_RESULT = "{name} only supports bool tensor for result, got: {want}"
_NO_KERNEL = "not implemented for '{want}'"

#: Texts for functions whose out must have the very dtype of the result.
EXACT: dict[str, str] = {}
#: Texts for functions whose out may have any dtype that the result's can be cast to.
CASTABLE: dict[str, str] = {}


def _texts(table: dict[str, str], text: str, names: str) -> None:
    for name in names.split():
        table[name] = text


_texts(
    EXACT, _SAME,
    "alias_copy detach_copy t_copy squeeze_copy msort tril triu diag inverse mm matmul take_along_dim cross "
    "addmm addmv "
    "baddbmm bmm aminmax diagonal_copy gather index_add index_copy index_reduce isin log_softmax softmax qr renorm "
    "scatter scatter_add scatter_reduce select_copy slice_copy svd transpose_copy permute_copy expand_copy "
    "unsqueeze_copy triangular_solve linalg_cholesky linalg_cross linalg_det linalg_eigh linalg_eigvalsh linalg_inv "
    "linalg_lu linalg_matmul linalg_polar linalg_qr linalg_slogdet linalg_solve linalg_svd linalg_svdvals "
    "linalg_vector_norm norm "
    "max min sort topk linalg_cholesky_ex linalg_inv_ex linalg_ldl_factor linalg_lu_factor linalg_lu_factor_ex argmax "
    "argmin argsort matrix_power linalg_matrix_power",
)  # fmt: skip
_texts(
    EXACT, _FOUND,
    "abs absolute ceil fix floor frac neg negative round sgn sign trunc conj_physical hardshrink bitwise_not "
    "special_round lerp gelu softplus softshrink clamp_number clip_number clamp_min_number clamp_max_number",
)  # fmt: skip
_texts(EXACT, "{name} expects a complex output tensor, but got {want}", "fft_fft fft_ifft fft_fftn fft_rfft fft_rfftn "
       "fft_ihfft fft_ihfftn")  # fmt: skip
_texts(EXACT, "fft_fftn expects a complex output tensor, but got {want}", "fft_fft2 fft_ifft2 fft_ifftn")
_texts(EXACT, "{name} does not support non-boolean outputs.", "isneginf isposinf signbit")
_texts(EXACT, "Expected object of scalar type {have} but got scalar type {want} for argument 'out'", "complex polar")
_texts(
    EXACT, "Expected the dtype for input and out to match, but got {have} for input's dtype and {want} for "
    "out's dtype.",
    "amax amin",
)  # fmt: skip
_texts(EXACT, "expected scalar_type {have} but found {want}", "cummax cummin logcumsumexp")
_texts(EXACT, "result dtype {want} does not match input dtype {have}", "dot vdot")
_texts(EXACT, "{name}(): self and result must have the same scalar type", "index_select masked_select")
_texts(EXACT, "expected scalar type {have} but found {want}", "logsigmoid log_sigmoid linalg_solve_triangular")
_texts(EXACT, "{dotted} expected out tensor dtype {have} but got: {want}", "linalg_matrix_norm linalg_norm")
_texts(
    EXACT, "multi_dot(): expected out tensor to have dtype {c_have} but got {c_want}", "linalg_multi_dot chain_matmul"
)
_texts(
    EXACT, "tensordot: Expected the output tensor to have dtype {have}, but got an output tensor with dtype {want}",
    "inner tensordot",
)  # fmt: skip
_texts(
    EXACT, "torch.searchsorted(): output tensor's dtype is wrong, it can only be Int(int32) or Long(int64) "
    "depending on "
    "whether out_int32 flag is True, but we got output tensor's dtype {want} and out_int32 flag is {is_int}",
    "bucketize searchsorted",
)  # fmt: skip
_texts(EXACT, "quantile() out tensor must be same dtype as the input tensor", "quantile nanquantile")
EXACT |= {
    "fft_rfft2": "fft_rfftn expects a complex output tensor, but got {want}",
    "fft_ihfft2": "fft_ihfftn expects a complex output tensor, but got {want}",
    "nan_to_num": "nan_to_num: dtype of out: {want} should be same as input: {have}",
    "nonzero": "nonzero: Expected out tensor to have scalar type Long but got scalar type{want}",
    "histc": "torch.histogram: input tensor and hist tensor should have the same dtype, but got input "
    "{c_have} and hist "
    "{c_want}",
    "float_power": "the output given to float_power has dtype {want} but the operation's result requires dtype {have}",
    "addbmm": "self and mat2 must have the same dtype, but got {want} and {have}",
    "mv": "addmv input tensors must have the same dtype, but got {want}, {have}, and {have}",
    "take": "take(): self and out expected to have the same dtype, but got self.dtype = {have} and out.dtype = {want}",
    "multinomial": "multinomial expects Long tensor out, got: {want}",
    "narrow_copy": "Expected self.dtype() == output.dtype() to be true, but got false.  (Could this error message be "
    "improved?  If so, please report an enhancement request to PyTorch.)",
    "where": "Expected out type to be {have} but got {want}",
    "linalg_vecdot": "linalg.vecdot: Expected out of dtype{have} but found {want}",
    "heaviside": "heaviside is not yet implemented for tensors with different dtypes.",
    "kthvalue": "output values must be of same type as input",
    "mode": "expected scalar type '{have}' but got '{want}' for values output",
    "frexp": "torch.frexp() expects mantissa to have dtype {c_have} but got {c_want}",
    "linalg_eig": "torch.linalg.eig: Expected eigenvalues to be safely castable from {have} dtype, but got eigenvalues "
    "with dtype {want}",
    "linalg_eigvals": "torch.linalg.eigvals: Expected eigenvalues to be safely castable from {have} dtype, but got "
    "eigenvalues with dtype {want}",
}

#: The same for the second of two results, where PyTorch has another text for it.
EXACT_SECOND = {
    "kthvalue": "output indices must be of scalar type Long",
    "mode": "expected scalar type 'Long' but got '{want}' for indices output",
    "median": "Expected tensor for argument #1 'indices' to have scalar type Long; but got torch.{want}Tensor instead "
    "(while checking arguments for median)",
    "frexp": "torch.frexp() expects exponent to have int dtype but got {c_want}",
}

_texts(CASTABLE, _CAT, "cat concat concatenate stack hstack vstack row_stack dstack column_stack")
_texts(CASTABLE, _SAFELY, "cholesky cholesky_inverse cholesky_solve")
_texts(CASTABLE, _SAFELY.replace("{name}", "{bare}"), "linalg_tensorinv linalg_tensorsolve")
_texts(CASTABLE, _SAFELY.replace("{name}", "{dotted}"), "linalg_cond linalg_pinv")
_texts(CASTABLE, _SAFELY.replace("{name}", "torch.{dotted}"), "linalg_householder_product linalg_matrix_rank")
_texts(
    CASTABLE, "{name} expects a floating point output tensor, but got {want}", "fft_hfft fft_irfft fft_irfftn fft_hfftn"
)
_texts(
    CASTABLE, "{dotted}: Expected result to be safely castable from {have} dtype, but got result with dtype {want}",
    "geqrf",
)  # fmt: skip
CASTABLE |= {
    "fft_irfft2": "fft_irfftn expects a floating point output tensor, but got {want}",
    "fft_hfft2": "fft_hfftn expects a floating point output tensor, but got {want}",
    "geqrf": "torch.geqrf: Expected a to be safely castable from {have} dtype, but got a with dtype {want}",
    "ldexp": "ldexp can't be cast to the desired output type {want}",
    "logsumexp": "logsumexp(): Expected floating point type for result tensor, but got: {want}",
    "max_all": "Expected canCast( typeMetaToScalarType(self.dtype()), typeMetaToScalarType(out.dtype())) to be "
    "true, but "
    "got false.  (Could this error message be improved?  If so, please report an enhancement request to PyTorch.)",
    "mvlgamma": "mvlgamma: result type {have} can't be cast to the desired output type {have}",
}

CASTABLE["min_all"] = CASTABLE["max_all"]

#: Errors of this type where not RuntimeError.
TYPE_ERRORS = _words("cat concat concatenate stack hstack vstack row_stack dstack column_stack")

#: Look at dtypes before they look at sizes.
DTYPES_FIRST = TYPE_ERRORS - {"stack"}

#: Bool results that may go into uint8, too, and nothing else.
BOOL_OR_BYTE = _words("all any")

#: Functions that compute in the dtype of ``out``, unless they are given one, and then out must have it.
IN_OUTS_DTYPE = _words("sum nansum prod cumsum cumprod mean nanmean")

#: The same for those that make a tensor of nothing: the dtype that they are given is checked in other words.
CREATING = _words("arange empty eye full linspace logspace normal ones rand randint randn randperm zeros")

#: Leave ``out`` its shape where it has as many elements as they fill.
SHAPE_KEPT = _words("arange linspace logspace")

#: Draws into ``out`` of whatever dtype.
ANY_DTYPE = _words("bernoulli")

# -- memory ------------------------------------------------------------------------------------------------

#: May share memory with their operands: the result is computed beside it, or PyTorch does not look.
OVERLAP_UNSEEN = _words(
    "alias_copy detach_copy t_copy squeeze_copy tril triu inverse cholesky mm matmul inner special_ndtr bmm "
    "cholesky_inverse cholesky_solve log_softmax softmax matrix_power mvlgamma threshold transpose_copy permute_copy "
    "chain_matmul tensordot logsigmoid log_sigmoid linalg_cholesky linalg_householder_product linalg_inv linalg_matmul "
    "linalg_matrix_power linalg_pinv linalg_solve linalg_solve_triangular linalg_tensorinv addmm addmv baddbmm"
)

#: May not even write over the operand itself.
OVERLAP_NEVER = _words(
    "take_along_dim cross gather index_select linalg_cross cat concat concatenate stack hstack vstack row_stack dstack "
    "column_stack"
)

#: Write into an expanded tensor, too.
EXPANDED = _words(
    "tril triu histc bmm amax amin argmax argmin all any mv empty ones zeros full eye narrow_copy prod sum nansum "
    "randperm std var threshold linalg_vecdot"
)

#: Look at dimensions and dtypes before they ask what requires grad.
HISTORY_LAST = _words("softmax log_softmax")

# -- history -----------------------------------------------------------------------------------------------

#: What the error about gradients calls a function: the operation that it comes down to.
CALLED = _pairs(
    "absolute=abs arccos=acos arccosh=acosh arcsin=asin arcsinh=asinh arctan=atan arctanh=atanh fix=trunc negative=neg "
    "square=pow msort=sort inverse=linalg_inv_ex nanmean=nansum arctan2=atan2 divide=div multiply=mul subtract=sub "
    "true_divide=div float_power=pow clip=clamp kron=mul take_along_dim=gather cross=linalg_cross "
    "special_digamma=digamma special_erf=erf special_erfc=erfc special_erfinv=erfinv special_exp2=exp2 "
    "special_expit=sigmoid special_expm1=expm1 special_gammaln=lgamma special_i0=i0 special_log1p=log1p "
    "special_logit=logit special_psi=digamma special_round=round special_sinc=sinc special_gammainc=igamma "
    "special_gammaincc=igammac special_xlogy=xlogy fft_fft=_fft_r2c fft_fft2=_fft_c2c fft_fftn=_fft_c2c "
    "fft_ifft2=_fft_c2c fft_ifftn=_fft_c2c fft_rfft=_fft_r2c fft_rfft2=_fft_r2c fft_rfftn=_fft_r2c fft_ihfft2=_fft_c2c "
    "fft_ihfftn=_fft_c2c fft_hfft=_fft_c2r fft_irfft=_fft_c2r fft_irfft2=_fft_c2r fft_irfftn=_fft_c2r "
    "fft_hfft2=_fft_c2r fft_hfftn=_fft_c2r argsort=sort hstack=cat vstack=cat row_stack=cat dstack=cat "
    "column_stack=cat "
    "concat=cat concatenate=cat diff=sub ger=mul outer=mul matrix_power=matmul qr=linalg_qr svd=_linalg_svd "
    "chain_matmul=mm lerp_number=lerp max_all=max min_all=min normalize=div logsigmoid=log_sigmoid_forward "
    "log_sigmoid=log_sigmoid_forward "
    "linalg_cholesky=linalg_cholesky_ex linalg_det=_linalg_det linalg_eigh=_linalg_eigh linalg_eigvalsh=_linalg_eigh "
    "linalg_inv=linalg_inv_ex linalg_lu_factor=linalg_lu_factor_ex linalg_matmul=matmul linalg_matrix_power=matmul "
    "linalg_multi_dot=mm linalg_slogdet=_linalg_slogdet linalg_solve=_linalg_solve_ex linalg_svd=_linalg_svd "
    "linalg_svdvals=_linalg_svd linalg_vecdot=sum norm=linalg_vector_norm clamp_number=clamp clip_number=clamp "
    "clamp_min_number=clamp_min clamp_max_number=clamp_max normal_of_tensors=normal"
)

#: Composites: the result has its history, and is copied into ``out`` with it.
COPIED = _words(
    "inner special_ndtr fft_ifft fft_ihfft quantile nanquantile tensordot linalg_cond linalg_eigvals linalg_ldl_factor "
    "linalg_matrix_norm linalg_norm linalg_tensorinv linalg_tensorsolve"
)

#: Nothing that they compute has a derivative: nobody asks what requires grad.
UNTRACKED = _words(
    "isneginf isposinf logical_not signbit all any nonzero histc eq ge greater greater_equal gt le less less_equal "
    "logical_and logical_or logical_xor lt ne not_equal special_airy_ai special_bessel_j0 special_bessel_j1 "
    "special_bessel_y0 special_bessel_y1 special_modified_bessel_i0 special_modified_bessel_i1 "
    "special_modified_bessel_k0 special_modified_bessel_k1 special_scaled_modified_bessel_k0 "
    "special_scaled_modified_bessel_k1 special_spherical_bessel_j0 special_chebyshev_polynomial_t "
    "special_chebyshev_polynomial_u special_chebyshev_polynomial_v special_chebyshev_polynomial_w "
    "special_shifted_chebyshev_polynomial_t special_shifted_chebyshev_polynomial_u "
    "special_shifted_chebyshev_polynomial_v special_shifted_chebyshev_polynomial_w special_hermite_polynomial_h "
    "special_hermite_polynomial_he special_laguerre_polynomial_l special_legendre_polynomial_p argmax argmin bucketize "
    "searchsorted isin multinomial linalg_matrix_rank"
)

#: Have no derivative as functions with ``out``; the error has another name for them, and is about leaves.
NO_FORMULA = _words(
    "conj_physical alias_copy detach_copy t_copy squeeze_copy diag heaviside floor_divide arange diagonal_copy ones "
    "zeros full eye linspace logspace log_softmax softmax normal rand randint randperm select_copy slice_copy "
    "transpose_copy permute_copy expand_copy unsqueeze_copy"
)
NO_FORMULA_CALLED = {"diag": "diagonal_copy"}
