"""``run --dask``: what a Dask cluster runs looks like what ``--jobs`` runs, whatever becomes of its workers."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from cli_ask import COMMAND, ENVIRON, ask, run

distributed = pytest.importorskip("distributed", reason="the extra autogradcli[dask] isn't installed")

#: A cluster in a process of its own, so that none of its threads is beside a fork of the tests'. It says where it is,
#: and ends with its standard input.
CLUSTER = """
import sys
from distributed import LocalCluster

if __name__ == "__main__":
    with LocalCluster(n_workers=2, threads_per_worker=1, dashboard_address=None) as cluster:
        print(cluster.scheduler_address, flush=True)
        sys.stdin.read()
"""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    script = tmp_path_factory.mktemp("cluster") / "cluster.py"
    script.write_text(CLUSTER)
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "stderr": subprocess.DEVNULL}
    # A task is given up when its second worker is lost: there are few here to lose.
    environ = {**ENVIRON, "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "1"}
    with subprocess.Popen([sys.executable, script], text=True, env=environ, start_new_session=True, **pipes) as process:  # type: ignore[call-overload]
        yield process.stdout.readline().strip()
        os.killpg(process.pid, signal.SIGKILL)  # an orderly end of a cluster takes long, and proves nothing here


@pytest.fixture(autouse=True)
def _folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def without_times(text: str) -> str:
    return re.sub(
        r'in [\d.]+ s$|(?<=seconds)("|&quot;): [\d.e-]+|time="[\d.]+"|time=[\d.]+ms', "TIME", text, flags=re.M
    )


@pytest.mark.parametrize("options", [["--keep-going"], ["--fail-fast"], ["--keep-going=line", "--format", "json"]])
def test_a_cluster_changes_nothing(address: str, options: list[str]) -> None:
    """To the byte, on both streams and in the report: also what the processes that run it can't survive."""
    for k in range(50):
        Path(f"f{k:02}.ag").write_text(f"print('é', {k})\n{k} + 1\n" + "nope\nprint('after')\n" * (k == 40))
    Path("f03.ag").write_text("for i in range(2000): print('x' * 1000)\n")
    Path("f05.py").write_text("print('begun')\nwhile True: pass\n")
    Path("f06.py").write_text("print('begun')\nx = torch.ones(5000, 5000)\nwhile True: y = x @ x @ x\n")
    files = [*sorted(map(str, Path().glob("f*"))), "nosuch.py"]
    if "--fail-fast" in options:
        files = [file for file in files if not file.endswith(".py")]
    seen = []
    for who in (["--jobs", "2"], ["--dask", address]):
        report = f"{len(who[0])}.xml"
        done = run("run", *options, *who, "--timeout", "1.5", "--junit", report, *files, timeout=120)
        seen.append((done.returncode, *map(without_times, (done.stdout, done.stderr, Path(report).read_text()))))
    for mine, theirs in zip(*seen, strict=True):
        assert mine == theirs
    assert seen[0][0] == 1 and "nope" in seen[0][2 if "json" not in options else 1]


def test_results_go_to_files(address: str) -> None:
    Path("sub").mkdir()
    for k in range(5):
        Path(f"sub/{k}.ag").write_text(f"{k} + 1")
    assert run("run", "--dask", address, "--output", "out", "sub").returncode == 0
    assert [Path(f"out/sub/{k}.ag.out").read_text() for k in range(5)] == [f"{k + 1}\n" for k in range(5)]


def workers(address: str) -> dict[str, int]:
    """The workers' addresses and processes."""
    with distributed.Client(address, set_as_default=False) as client:
        return dict(client.run(os.getpid))


def test_what_a_lost_worker_had_is_run_again_and_said(address: str) -> None:
    for k in range(20):
        Path(f"f{k:02}.py").write_text(f"import time\nprint({k})\ntime.sleep(0.3)\nprint('done')\n")
    alive = workers(address)
    arguments = [*COMMAND, "run", "--dask", address, "."]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRON) as process:
        assert process.stdout is not None
        first = process.stdout.readline()  # results come as they are there, not at the end
        assert process.poll() is None
        lost, pid = next(iter(alive.items()))
        os.kill(pid, signal.SIGKILL)
        assert process.stderr is not None
        out, err = process.stdout.read(), process.stderr.read()
    assert (process.returncode, first + out) == (0, "".join(f"{k}\ndone\n" for k in range(20)))
    assert re.fullmatch(rf"autogradcli run: the worker {lost} was lost; \d+ files? (is|are) run again\n", err)


def test_a_program_that_costs_several_workers_has_failed(address: str) -> None:
    Path("bad.py").write_text("import time\ntime.sleep(100)\n")
    Path("good.py").write_text("print('good')\n")
    arguments = [*COMMAND, "run", "--keep-going", "--dask", address, "good.py", "bad.py"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRON) as process:
        assert process.stdout is not None and process.stdout.readline() == "good\n"
        until = time.monotonic() + 60
        with distributed.Client(address, set_as_default=False) as client:
            # Whoever runs the long one is ended, until nobody is given it any more.
            while process.poll() is None and time.monotonic() < until:
                busy = [worker for worker, keys in client.processing().items() if keys]
                for worker, pid in client.run(os.getpid, on_error="ignore").items():
                    if worker in busy:
                        os.kill(pid, signal.SIGKILL)
                time.sleep(0.5)
        _, err = process.communicate(timeout=60)
    assert process.returncode == 1
    assert "bad.py: RuntimeError: the workers of the cluster that ran it were lost one after another\n" in err


def test_ctrl_c_ends_what_the_cluster_runs(address: str) -> None:
    Path("long.py").write_text("print('begun')\nwhile True: pass\n")
    Path("first.py").write_text("print('first')\n")
    arguments = [*COMMAND, "run", "--dask", address, "first.py", "long.py"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRON) as process:
        assert process.stdout is not None and process.stdout.readline() == "first\n"
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130 and "Traceback" not in err
    # The workers are there for others at once.
    Path("next.py").write_text("print('next')\n")
    assert run("run", "--dask", address, "next.py", "next.py").stdout == "next\nnext\n"
    with distributed.Client(address, set_as_default=False) as client:
        assert not any(client.processing().values())


def test_a_cluster_on_this_machine() -> None:
    Path("a.ag").write_text("1 + 1")
    done = run("run", "--dask", "local", "--jobs", "1", "--format", "json", "a.ag", timeout=120)
    assert (done.returncode, done.stderr) == (0, "")
    assert [json.loads(line)["event"] for line in done.stdout.splitlines()] == ["begin", "value", "end"]


def test_what_can_not_be() -> None:
    Path("a.ag").write_text("1")
    for arguments, said in (
        (["--dask", "tcp://127.0.0.1:1", "a.ag"], "there is no Dask scheduler at tcp://127.0.0.1:1"),
        (["--dask", "what://ever", "a.ag"], "there is no Dask scheduler at what://ever"),
        (["--dask", "local", "-"], "--dask takes files that the cluster can read"),
        (["--dask", "tcp://127.0.0.1:1", "--jobs", "2", "a.ag"], "--jobs is for this machine"),
    ):
        code, out, err = ask("run", *arguments)
        assert (code, out) == (2, "") and said in err


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("a.ag").write_text("1")
    monkeypatch.setitem(sys.modules, "distributed", None)
    code, out, err = ask("run", "--dask", "local", "a.ag")
    assert (code, out) == (2, "") and "pip install 'autogradcli[dask]'" in err
