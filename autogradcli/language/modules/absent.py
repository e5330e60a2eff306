"""Modules that programs import and that are not here: why, and what to use."""

from __future__ import annotations

_FILES = "programs here reach no files: --load and --save read and write tensors"
_NETWORK = "programs here reach no network"
_PROCESSES = "a program here is one process and one thread"
_TORCH = "a program here has PyTorch's own names only"
_RUNS = "give values with --var NAME=VALUE"

_REASONS: dict[str, str] = {
    _FILES: "os pathlib shutil glob tempfile io pickle csv gzip zipfile tarfile h5py pandas PIL cv2 imageio",
    "a pattern may run for hours: texts have split, find, replace and startswith": "re regex fnmatch",
    "write assert, and run the file": "unittest pytest nose hypothesis doctest",
    "an error's own text is str(error)": "traceback pdb",
    "a program can't look at the machine": "platform psutil resource GPUtil pynvml",
    "time has what programs need": "datetime timeit calendar",
    _NETWORK: "requests urllib http socket ssl ftplib wandb huggingface_hub aiohttp httpx smtplib",
    _PROCESSES: "threading multiprocessing subprocess concurrent asyncio signal queue joblib ray",
    "a program can't look at the language itself": "inspect ast dis importlib ctypes gc types sysconfig code "
    "builtins weakref",
    _RUNS: "argparse getopt optparse click configparser",
    "print() writes": "logging",
    "dictionaries and lists have what programs need": "yaml",
    "compute with torch and math": "scipy sympy jax tensorflow sklearn cupy numba",
    "draw with the command plot": "seaborn plotly bokeh",
    "loop without it": "tqdm",
    _TORCH: "torchvision torchaudio torchtext transformers datasets lightning pytorch_lightning timm tensorboard "
    "torchviz torchsummary torchinfo torchmetrics einops gym gymnasium",
}
_BY_NAME = {name: reason for reason, names in _REASONS.items() for name in names.split()}


def reason(name: str) -> str:
    """Why there is no module of a dotted name; "" where nothing is known of one."""
    return _BY_NAME.get(name.partition(".")[0], "")
