"""Modules, and names of modules, that programs ask for and that are not here: why, and what to use."""

from __future__ import annotations

#: Why nothing here reads or writes a file.
FILES = "a program's open() reaches files, those of the folder of --files"
_NETWORK = "programs here reach no network"
_PROCESSES = "a program here is one process and one thread"
_TORCH = "a program here has PyTorch's own names only"
_ITSELF = "a program can't look at the language itself"
_DEVICE = "a program here runs on the processor alone"
_TABLES = "tables are read by --var x=@FILE.csv:COLUMN, and torch has means, deviations and quantiles"
_LEARNERS = "write the model with torch.nn and fit it with torch.optim"
_EXAMPLES = "make data with torch.randn and torch.linspace, or read it with --load and --var x=@FILE"
_GRAPHS = "autogradcli graph draws the graph of a program, and :graph does at the prompt"
_MODULES = "print(model) shows the layers, and model.named_parameters() has their shapes"
_ODES = "write the steps of Euler's or of Runge and Kutta's method: gradients go through them"
_COMPILED = "a program here is run as it stands: torch.compile(f) gives f"
_QUANTIZED = "tensors here hold floating-point numbers, complex numbers, integers and booleans"
_CHAINS = "torch.distributions has log_prob and rsample, out of which a sampler is made"

#: Why a module isn't here: a reason, and dotted names; what stands below one of them isn't either.
_REASONS: dict[str, str] = {
    FILES: "gzip zipfile tarfile bz2 lzma zlib h5py joblib imageio "
    "fileinput sqlite3 shelve safetensors msgpack pyarrow torch.serialization torch.package mmap fnmatch toml tomllib",
    "programs here reach no files: an image is read as an array by --var x=@FILE.npy": "PIL cv2 skimage",
    _TABLES: "pandas polars statsmodels",
    _NETWORK: "requests urllib http socket ssl ftplib wandb huggingface_hub aiohttp httpx smtplib mlflow kaggle boto3 "
    "neptune comet_ml clearml",
    _PROCESSES: "multiprocessing subprocess asyncio signal queue ray mpi4py sched "
    "torch.multiprocessing torch.distributed torch.futures torch.nn.parallel accelerate deepspeed horovod dask",
    _ITSELF: "ast dis importlib ctypes sysconfig code builtins weakref pdb cProfile pstats "
    "tracemalloc linecache token tokenize pkgutil runpy site atexit resource locale getpass torch._C "
    "torch._dynamo torch.fx",
    "operations have no dispatcher below them here: torch.overrides.TorchFunctionMode sees every function that is "
    "called": "torch.utils._python_dispatch",
    "a program here prints no reports on itself: time.perf_counter() measures": "memory_profiler line_profiler psutil",
    "give values with --var NAME=VALUE": "getopt optparse click configparser hydra omegaconf fire absl tyro dotenv",
    "text has find, replace, split and strip": "regex",
    "datetime has dates, and time has time() and perf_counter()": "calendar zoneinfo dateutil",
    "dictionaries and lists have what programs need": "yaml attr attrs pydantic array",
    "a seed is a number: torch.manual_seed(0)": "hmac",
    "torch has its functions, torch.linalg, torch.special, torch.fft and torch.optim.LBFGS": "scipy",
    "autogradcli derive gives a gradient as a formula": "sympy",
    "torch.func has grad, vmap and jacrev": "jax autograd functorch.compile haiku flax optax equinox",
    "the language is PyTorch's: torch.tensor, torch.nn, torch.optim": "tensorflow keras theano mxnet paddle tinygrad "
    "chainer mindspore",
    "a program here computes on arrays: torch's functions go over all elements at once": "numba cupy cython",
    _LEARNERS: "sklearn xgboost lightgbm catboost pytorch_lightning lightning ignite fastai skorch torch_geometric dgl "
    "torch_scatter torch_sparse e3nn timm transformers diffusers sentence_transformers peft monai "
    "segmentation_models_pytorch",
    _EXAMPLES: "torchvision torchaudio torchtext datasets gym gymnasium tensorflow_datasets nltk spacy tokenizers",
    "permute, reshape and einsum do what it does: x.permute(1, 0, 2), torch.einsum('bhd->hbd', x)": "einops",
    _GRAPHS: "torchviz graphviz networkx pydot hiddenlayer netron",
    _MODULES: "torchsummary torchinfo ptflops thop fvcore",
    _ODES: "torchdiffeq torchsde diffrax torchode",
    _CHAINS: "pyro numpyro pymc gpytorch botorch hamiltorch",
    "torch.func has functional_call and grad: an inner step is w - lr * grad(w)": "higher learn2learn torchopt",
    "torch.autograd.grad(model(x).sum(), x) gives what a model looks at": "captum shap",
    "torch.func.vmap over grad gives the gradient of each example": "opacus backpack",
    "print and plot as the program runs: matplotlib.pyplot draws": "tensorboard tensorboardX torch.utils.tensorboard "
    "visdom seaborn plotly bokeh altair IPython ipywidgets",
    "loop over the values that you want to try": "optuna hyperopt nevergrad",
    "print() writes, with f-strings for columns": "rich tabulate termcolor colorama loguru prettytable",
    "a mean over batches is a line of its own": "torchmetrics torcheval",
    "a picture is drawn once, at the end: plt.subplots and plt.plot": "matplotlib.widgets",
    _COMPILED: "torch._inductor torch.export torch.library torch.utils.cpp_extension triton torch._export torch_xla",
    "a program here goes nowhere else: autogradcli export writes it as Python for PyTorch": "torch.onnx onnx "
    "onnxruntime",
    _QUANTIZED: "torch.quantization torch.ao torch.nn.quantized torch.nn.qat torch.nn.intrinsic torch.nn.quantizable "
    "bitsandbytes torchao",
    "pad sequences of different lengths: torch.nn.utils.rnn.pad_sequence": "torch.nested",
    "the bytes of a tensor are its elements: x.tolist(), x.view(torch.uint8)": "torch.storage",
    "timeit.timeit(f, number=100) measures a function": "torch.utils.benchmark torch.utils.bottleneck",
    "torch.cuda.is_available() is False: " + _DEVICE: "torch.cuda.graphs torch.cuda.nvtx torch.cuda.streams pynvml",
    "polynomials are sums of powers: numpy.polyfit and numpy.polyval": "numpy.polynomial",
    "a mask is an array of booleans: x[x > 0]": "numpy.ma",
    "a program here calls no code from elsewhere": "numpy.ctypeslib numpy.f2py cffi pybind11",
}
_BY_NAME = {name: reason for reason, names in _REASONS.items() for name in names.split()}

#: Why a name of a module isn't here, and what is.
_NAMES: dict[str, dict[str, str]] = {
    "torch": {
        "set_default_tensor_type": "torch.set_default_dtype(torch.float64) does that",
        "quantize_per_tensor": _QUANTIZED, "FloatStorage": "x.tolist() has the elements of a tensor",
        "UntypedStorage": "x.tolist() has the elements of a tensor", "Stream": _DEVICE, "Event": _DEVICE,
        "symeig": "it was removed from PyTorch: torch.linalg.eigh", "eig": "it was removed: torch.linalg.eig",
        "solve": "it was removed from PyTorch: torch.linalg.solve(A, b)",
        "lstsq": "it was removed from PyTorch: torch.linalg.lstsq(A, b)",
        "ifft": "it is torch.fft.ifft(x)", "rfft": "it is torch.fft.rfft(x)", "irfft": "it is torch.fft.irfft(x)",
        "export": _COMPILED, "cond": "an if on a tensor's value does that: a program here is run as it stands",
        **dict.fromkeys(
            ("float8_e8m0fnu", "float4_e2m1fn_x2"), "torch.float8_e4m3fn and torch.float8_e5m2 are the shortest here"
        ),
        **dict.fromkeys(("qint8", "quint8", "qint32", "bits8"), _QUANTIZED),
        "lobpcg": "torch.linalg.eigh gives all eigenvalues", "typename": "type(x) or x.dtype",
    },
    "torch.nn": {
        "DataParallel": _PROCESSES, "SyncBatchNorm": _PROCESSES,
        "Buffer": "self.register_buffer('name', tensor)",
    },
    "torch.autograd.profiler": {"emit_nvtx": _DEVICE, "emit_itt": _DEVICE},
    "torch.utils": {"tensorboard": "print and plot as the program runs: matplotlib.pyplot draws"},
    "torch.utils.data": {"DistributedSampler": _PROCESSES},
    "numpy": {
        "fromfile": FILES, "memmap": FILES, "object_": "arrays here hold numbers and booleans",
        "matrix": "an array of two dimensions and @ do that", "mat": "an array of two dimensions and @ do that",
        "frompyfunc": "numpy.vectorize(f) does that", "nditer": "for value in x.flat goes over the elements",
        "float": "it was removed from NumPy: float or numpy.float64", "int": "it was removed: int or numpy.int64",
        "bool": "it is numpy.bool_", "string_": "arrays here hold numbers and booleans",
    },
    "numpy.random": {"PCG64": "numpy.random.default_rng(seed) is made with it"},
    "matplotlib.ticker": {
        "FuncFormatter": "a file is drawn after the program: ax.set_xticks(places, labels) says what stands there",
    },
    "os": {
        **dict.fromkeys(
            ("chdir", "scandir"),
            FILES,
        ),
        "system": _PROCESSES, "popen": _PROCESSES, "fork": _PROCESSES, "kill": _PROCESSES, "getpid": _PROCESSES,
    },
    "os.path": dict.fromkeys(("realpath", "getmtime"), FILES),
    "logging": dict.fromkeys(
        ("Handler", "Filter", "LoggerAdapter"), "a logging.StreamHandler writes into any object that has a write method"
    ),
    "sys": {
        "path": "programs here import what is there by its name",
        "stdin": "--var NAME=VALUE gives values", "executable": _PROCESSES, "settrace": _ITSELF,
    },
    "time": {"sleep_until": "time.sleep(seconds)"},
    "typing": {"get_type_hints": _ITSELF},
    "types": dict.fromkeys(("CodeType", "FrameType"), _ITSELF),
    "gc": dict.fromkeys(("get_objects", "get_referrers"), _ITSELF),
}  # fmt: skip


def reason(name: str) -> str:
    """Why there is no module of a dotted name, by the longest part of it that is known; "" where nothing is."""
    while name:
        if name in _BY_NAME:
            return _BY_NAME[name]
        name = name.rpartition(".")[0]
    return ""


def of_name(module: str, name: str) -> str:
    """Why a module has no such name; "" where nothing is known."""
    return _NAMES.get(module, {}).get(name, "") or reason(f"{module}.{name}")
