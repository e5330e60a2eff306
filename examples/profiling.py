"""Timing and profiling: what can be printed without the times themselves."""
import time
from contextlib import contextmanager
from functools import wraps

import torch
from torch.profiler import ProfilerActivity, profile, record_function


def timed(function):
    """Decorator: count the calls and the seconds of a function."""

    @wraps(function)
    def wrapper(*args, **kwargs):
        start = time.perf_counter()
        try:
            return function(*args, **kwargs)
        finally:
            wrapper.calls += 1
            wrapper.seconds += time.perf_counter() - start

    wrapper.calls, wrapper.seconds = 0, 0.0
    return wrapper


@contextmanager
def stopwatch(name):
    start = time.time()
    yield
    elapsed = time.time() - start
    print(f"[{name}] took {'less than' if elapsed < 10 else 'more than'} 10 s")


@timed
def matmul_loop(n, size=16):
    """Multiply matrices n times."""
    x = torch.eye(size)
    for _ in range(n):
        x = x @ torch.full((size, size), 1 / size)
    return x


with stopwatch("loop"):
    result = matmul_loop(20)
    matmul_loop(5, size=4)
print(matmul_loop.__name__, "was called", matmul_loop.calls, "times:", matmul_loop.__doc__)
print("it took time:", matmul_loop.seconds > 0)

model = torch.nn.Sequential(torch.nn.Linear(8, 8), torch.nn.ReLU(), torch.nn.Linear(8, 1))
x = torch.randn(4, 8)
with profile(activities=[ProfilerActivity.CPU], record_shapes=True) as prof:
    with record_function("model_inference"):
        model(x)
    with record_function("backward"):
        model(x).sum().backward()
names = {event.key for event in prof.key_averages()}
print("model_inference" in names, "backward" in names, "aten::relu" in names or "relu" in names)
table = prof.key_averages().table(sort_by="cpu_time_total", row_limit=3)
print(type(table).__name__, len(table.splitlines()) > 3, "Self CPU" in table)
inference = [event for event in prof.key_averages() if event.key == "model_inference"][0]
print("count:", inference.count, "time:", inference.cpu_time_total > 0)

with torch.autograd.profiler.profile() as old:
    torch.ones(10).exp().sum()
print("old profiler has events:", len(old.function_events) > 0)

best = min(range(3), key=lambda _: time.perf_counter())
started = time.strftime("%Y")
print(best in range(3), len(started) == 4, time.monotonic() <= time.monotonic())
