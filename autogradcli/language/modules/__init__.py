"""Modules that programs import, Python's own and NumPy, each as a closed table of names, loaded when a program asks.

What is in a table is written for the language: it takes the language's values, what it makes is charged to the budget,
and no object of Python's own comes out of it.
"""

from __future__ import annotations


def load(name: str) -> None:
    """Enter the names of a module into ``NAMESPACES``, if there is one of that name here."""
    match name:
        case "abc":
            from . import abc_module  # noqa: F401
        case "argparse":
            from . import argparse_module  # noqa: F401
        case "base64":
            from . import base64_module  # noqa: F401
        case "bisect":
            from . import bisect_module  # noqa: F401
        case "cmath":
            from . import cmath_module  # noqa: F401
        case "collections":
            from . import collections_module  # noqa: F401
        case "concurrent":
            from . import futures_module  # noqa: F401
        case "contextlib":
            from . import contextlib_module  # noqa: F401
        case "copy":
            from . import copy_module  # noqa: F401
        case "csv":
            from . import csv_module  # noqa: F401
        case "dataclasses":
            from . import dataclasses_module  # noqa: F401
        case "datetime":
            from . import datetime_module  # noqa: F401
        case "decimal":
            from . import decimal_module  # noqa: F401
        case "enum":
            from . import enum_module  # noqa: F401
        case "fractions":
            from . import fractions_module  # noqa: F401
        case "functools":
            from . import functools_module  # noqa: F401
        case "gc":
            from . import gc_module  # noqa: F401
        case "glob":
            from . import glob_module  # noqa: F401
        case "hashlib":
            from . import hashlib_module  # noqa: F401
        case "heapq":
            from . import heapq_module  # noqa: F401
        case "inspect":
            from . import inspect_module  # noqa: F401
        case "io":
            from . import io_module  # noqa: F401
        case "itertools":
            from . import itertools_module  # noqa: F401
        case "json":
            from . import json_module  # noqa: F401
        case "logging":
            from . import logging_module  # noqa: F401
        case "numbers":
            from . import numbers_module  # noqa: F401
        case "numpy":
            from . import numpy_module  # noqa: F401
        case "operator":
            from . import operator_module  # noqa: F401
        case "os":
            from . import os_module  # noqa: F401
        case "pickle":
            from . import pickle_module  # noqa: F401
        case "pprint":
            from . import pprint_module  # noqa: F401
        case "pylab":
            from . import pylab_module  # noqa: F401
        case "pytest":
            from . import pytest_module  # noqa: F401
        case "pathlib":
            from . import pathlib_module  # noqa: F401
        case "platform":
            from . import platform_module  # noqa: F401
        case "random":
            from . import random_module  # noqa: F401
        case "re":
            from . import re_module  # noqa: F401
        case "secrets":
            from . import secrets_module  # noqa: F401
        case "shutil":
            from . import shutil_module  # noqa: F401
        case "statistics":
            from . import statistics_module  # noqa: F401
        case "string":
            from . import string_module  # noqa: F401
        case "struct":
            from . import struct_module  # noqa: F401
        case "sys":
            from . import sys_module  # noqa: F401
        case "tempfile":
            from . import tempfile_module  # noqa: F401
        case "textwrap":
            from . import textwrap_module  # noqa: F401
        case "threading":
            from . import threading_module  # noqa: F401
        case "time":
            from . import time_module  # noqa: F401
        case "timeit":
            from . import timeit_module  # noqa: F401
        case "torch.types":
            from . import torch_types_module  # noqa: F401
        case "tqdm":
            from . import tqdm_module  # noqa: F401
        case "traceback":
            from . import traceback_module  # noqa: F401
        case "types":
            from . import types_module  # noqa: F401
        case "typing" | "typing_extensions":
            from . import typing_module  # noqa: F401
        case "unittest":
            from . import mock_patches, unittest_runner  # noqa: F401
        case "unicodedata":
            from . import unicodedata_module  # noqa: F401
        case "uuid":
            from . import uuid_module  # noqa: F401
        case "warnings":
            from . import warnings_module  # noqa: F401


#: Their names, for suggestions.
NAMES = (
    "abc", "argparse", "base64", "bisect", "cmath", "collections", "concurrent.futures", "contextlib", "copy",
    "csv", "dataclasses", "datetime", "decimal", "enum", "fractions", "functools", "gc", "glob", "hashlib", "heapq",
    "inspect", "io", "itertools", "json", "logging", "numbers", "numpy", "operator", "os", "pathlib", "pickle",
    "platform", "pprint", "pylab", "pytest", "random", "re", "secrets", "shutil", "statistics", "string", "struct",
    "sys", "tempfile", "textwrap", "threading", "time", "timeit", "tqdm", "traceback", "types", "typing",
    "typing_extensions", "unicodedata", "unittest", "unittest.mock", "uuid", "warnings",
)  # fmt: skip
