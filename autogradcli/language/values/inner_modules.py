"""Modules of PyTorch in which names are written that programs find in the package around them, too:
``from torch.optim.adam import Adam`` is ``from torch.optim import Adam``."""

from __future__ import annotations

_WITHIN = {
    "torch.nn": {
        "modules": "activation adaptive batchnorm channelshuffle container conv distance dropout flatten fold "
        "instancenorm linear loss module normalization padding pixelshuffle pooling rnn sparse transformer upsampling",
    },
    "torch.optim": {
        "": "adadelta adafactor adagrad adam adamax adamw asgd lbfgs nadam optimizer radam rmsprop rprop sgd "
        "sparse_adam",
    },
    "torch.utils.data": {"": "dataset dataloader sampler"},
    "torch.nn.utils": {"": "clip_grad convert_parameters spectral_norm weight_norm"},
    "torch.autograd": {"": "variable"},
    "torch.distributions": {
        "": "bernoulli beta binomial categorical cauchy chi2 dirichlet distribution exponential gamma geometric gumbel "
        "half_cauchy half_normal independent laplace log_normal mixture_same_family multinomial multivariate_normal "
        "negative_binomial normal one_hot_categorical pareto poisson relaxed_bernoulli relaxed_categorical studentT "
        "transformed_distribution uniform weibull",
    },
}  # fmt: skip

#: A dotted module -> the namespace that has its names.
AROUND = {
    ".".join(filter(None, (package, folder, name))): package
    for package, folders in _WITHIN.items()
    for folder, names in folders.items()
    for name in names.split()
}
