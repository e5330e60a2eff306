"""PyTorch's files as modules: ``torch.distributions.normal`` has the ``Normal`` of ``torch.distributions``.

Programs import names from the file that defines them as often as from the package that shows them. A row says which
names a file has, each found in the package that is said above it; nothing is entered anywhere, so a file costs nothing
until a program names one.
"""

from __future__ import annotations

#: package -> (the package whose files these are, a file and its names a line).
_ROWS: dict[str, tuple[str, str]] = {
    "torch.distributions": (
        "torch.distributions",
        """
bernoulli Bernoulli
beta Beta
binomial Binomial
categorical Categorical
cauchy Cauchy
chi2 Chi2
constraint_registry ConstraintRegistry biject_to transform_to
continuous_bernoulli ContinuousBernoulli
dirichlet Dirichlet
distribution Distribution
exp_family ExponentialFamily
exponential Exponential
fishersnedecor FisherSnedecor
gamma Gamma
generalized_pareto GeneralizedPareto
geometric Geometric
gumbel Gumbel
half_cauchy HalfCauchy
half_normal HalfNormal
independent Independent
inverse_gamma InverseGamma
kumaraswamy Kumaraswamy
laplace Laplace
lkj_cholesky LKJCholesky
log_normal LogNormal
logistic_normal LogisticNormal
lowrank_multivariate_normal LowRankMultivariateNormal
mixture_same_family MixtureSameFamily
multinomial Multinomial
multivariate_normal MultivariateNormal
negative_binomial NegativeBinomial
normal Normal
one_hot_categorical OneHotCategorical OneHotCategoricalStraightThrough
pareto Pareto
poisson Poisson
relaxed_bernoulli LogitRelaxedBernoulli RelaxedBernoulli
relaxed_categorical ExpRelaxedCategorical RelaxedOneHotCategorical
studentT StudentT
transformed_distribution TransformedDistribution
uniform Uniform
von_mises VonMises
weibull Weibull
wishart Wishart
""",
    ),
    "torch.nn.modules": (
        "torch.nn",
        """
activation Threshold ReLU RReLU Hardtanh ReLU6 Sigmoid Hardsigmoid Tanh SiLU Mish Hardswish ELU CELU SELU GLU GELU
activation Hardshrink LeakyReLU LogSigmoid Softplus Softshrink MultiheadAttention PReLU Softsign Tanhshrink Softmin
activation Softmax Softmax2d LogSoftmax
batchnorm BatchNorm1d BatchNorm2d BatchNorm3d
channelshuffle ChannelShuffle
container Sequential ModuleList ModuleDict ParameterList ParameterDict
conv Conv1d Conv2d Conv3d ConvTranspose1d ConvTranspose2d ConvTranspose3d
distance PairwiseDistance CosineSimilarity
dropout Dropout Dropout1d Dropout2d Dropout3d AlphaDropout FeatureAlphaDropout
flatten Flatten Unflatten
fold Fold Unfold
instancenorm InstanceNorm1d InstanceNorm2d InstanceNorm3d
linear Identity Linear Bilinear
loss L1Loss NLLLoss PoissonNLLLoss GaussianNLLLoss KLDivLoss MSELoss BCELoss BCEWithLogitsLoss HingeEmbeddingLoss
loss MultiLabelMarginLoss SmoothL1Loss HuberLoss SoftMarginLoss CrossEntropyLoss MultiLabelSoftMarginLoss
loss CosineEmbeddingLoss MarginRankingLoss MultiMarginLoss TripletMarginLoss TripletMarginWithDistanceLoss CTCLoss
module Module
normalization LocalResponseNorm LayerNorm GroupNorm RMSNorm
padding CircularPad1d CircularPad2d CircularPad3d ConstantPad1d ConstantPad2d ConstantPad3d ReflectionPad1d
padding ReflectionPad2d ReflectionPad3d ReplicationPad1d ReplicationPad2d ReplicationPad3d ZeroPad1d ZeroPad2d ZeroPad3d
pixelshuffle PixelShuffle PixelUnshuffle
pooling MaxPool1d MaxPool2d MaxPool3d MaxUnpool1d MaxUnpool2d MaxUnpool3d AvgPool1d AvgPool2d AvgPool3d LPPool1d
pooling LPPool2d LPPool3d AdaptiveMaxPool1d AdaptiveMaxPool2d AdaptiveMaxPool3d AdaptiveAvgPool1d AdaptiveAvgPool2d
pooling AdaptiveAvgPool3d
rnn RNNBase RNN LSTM GRU RNNCell LSTMCell GRUCell
sparse Embedding EmbeddingBag
transformer Transformer TransformerEncoder TransformerDecoder TransformerEncoderLayer TransformerDecoderLayer
upsampling Upsample UpsamplingNearest2d UpsamplingBilinear2d
""",
    ),
    "torch.nn.utils": (
        "torch.nn.utils",
        """
clip_grad clip_grad_norm_ clip_grad_value_
convert_parameters parameters_to_vector vector_to_parameters
spectral_norm spectral_norm remove_spectral_norm
weight_norm weight_norm remove_weight_norm
""",
    ),
    "torch.optim": (
        "torch.optim",
        """
adadelta Adadelta
adagrad Adagrad
adam Adam
adamax Adamax
adamw AdamW
asgd ASGD
lbfgs LBFGS
nadam NAdam
optimizer Optimizer
radam RAdam
rmsprop RMSprop
rprop Rprop
sgd SGD
sparse_adam SparseAdam
""",
    ),
    "torch.utils.data": (
        "torch.utils.data",
        """
dataloader DataLoader Dataset IterableDataset Sampler SequentialSampler RandomSampler BatchSampler default_collate
dataset Dataset IterableDataset TensorDataset StackDataset ConcatDataset ChainDataset Subset random_split
sampler Sampler SequentialSampler RandomSampler SubsetRandomSampler WeightedRandomSampler BatchSampler
_utils.collate default_collate default_convert
_utils.worker get_worker_info
""",
    ),
    "torch": (
        "torch",
        "functional atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors cartesian_prod "
        "cdist chain_matmul einsum istft lu meshgrid norm pca_lowrank split stft svd_lowrank tensordot unique "
        "unique_consecutive unravel_index",
    ),
    "torch.autograd": ("torch.autograd", "anomaly_mode detect_anomaly set_detect_anomaly\nvariable Variable"),
    "torch._functorch": (
        "torch.func",
        """
eager_transforms grad grad_and_value hessian jacfwd jacrev jvp linearize vjp
functional_call functional_call stack_module_state
apis grad grad_and_value vmap
""",
    ),
}


#: What the package had that torch.func was before it was PyTorch's own.
_OLDER = "grad grad_and_value hessian jacfwd jacrev jvp vjp vmap"


def _files() -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for package, (home, rows) in _ROWS.items():
        for row in rows.split("\n"):
            if row:
                file, *names = row.split()
                found.setdefault(f"{package}.{file}", {}).update(dict.fromkeys(names, home))
    layers = [names for file, names in found.items() if file.startswith("torch.nn.modules.")]
    found["torch.nn.modules"] = {name: home for names in layers for name, home in names.items()}
    found["torch._functorch"] = {}
    found["functorch"] = dict.fromkeys(_OLDER.split(), "torch.func")
    return found


#: A file, dotted -> its names -> the package in which each is found.
FILES = _files()
