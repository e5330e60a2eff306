"""Programs that draw with pyplot: the same text as under Matplotlib, pictures in one folder, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_ask import ask

from autogradcli.events import Drawn, Event, Failed
from autogradcli.session import Session

PROGRAM = """
import torch
import matplotlib
matplotlib.use('Agg')
import matplotlib.pyplot as plt
from matplotlib import pyplot
x = torch.linspace(-3, 3, 50, requires_grad=True)
y = torch.sin(x)
y.sum().backward()
plt.figure(figsize=(6, 4))
plt.plot([1 / (k + 1) for k in range(20)], 'r--o', label='loss $x$')
line, = plt.semilogy([1, 10, 100], color='C1', lw=2)
plt.title('Loss $'); plt.xlabel('step'); plt.ylabel('value'); plt.legend(loc='upper right'); plt.grid(True, alpha=0.3)
plt.savefig('loss.png')
plt.close()
fig, axs = pyplot.subplots(2, 2, figsize=(8, 6))
print(len(axs), axs.shape)
axs[0, 0].plot(x.detach(), y.detach().numpy(), label='sin')
axs[0, 0].plot(x.detach(), x.grad, label='cos')
axs[0, 0].set_title('both')
axs[0, 0].legend()
axs[0, 1].scatter(torch.arange(10.), torch.arange(10.) ** 2, c=list(range(10)), s=20)
n, bins, _ = axs[1, 0].hist(torch.linspace(0, 1, 100) ** 2, bins=5)
print(n, bins)
X, Y = torch.meshgrid(torch.linspace(-1, 1, 20), torch.linspace(-1, 1, 30), indexing='xy')
cs = axs[1, 1].contourf(X, Y, X ** 2 + Y ** 2, levels=10, cmap='viridis')
fig.colorbar(cs, ax=axs[1, 1])
fig.suptitle('four')
fig.tight_layout()
fig.savefig('four.svg')
for ax in axs.flat:
    ax.axhline(0, color='k', ls=':')
plt.show()
plt.bar(['a', 'b'], [1, 2])
plt.fill_between([0, 1], [0, 1], 0.5, alpha=.2)
plt.xlim(-1, 2); plt.ylim(0, 3); plt.axvline(1)
plt.savefig('bar.pdf')
plt.close('all')
plt.subplot(1, 2, 1); plt.imshow(torch.eye(3)); plt.subplot(122); plt.contour(torch.eye(3)); plt.loglog([1, 2], [3, 4])
try:
    plt.plot([1, 2], [1, 2, 3])
except ValueError as error:
    print(error)
try:
    plt.plot(x)
except RuntimeError as error:
    print(error)
plt.show()
print('done')
"""
#: What Python prints with Matplotlib 3.11.2 and PyTorch 2.13.0, drawing with Agg.
PRINTED = """\
2 (2, 2)
[45. 18. 14. 12. 11.] [0.         0.2        0.40000001 0.60000002 0.80000001 1.        ]
x and y must have same first dimension, but have shapes (2,) and (3,)
Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.
done
"""


def test_text_is_that_of_matplotlib(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    answer = ask("run", "--plots", str(tmp_path / "pics"), "-", stdin=PROGRAM)
    assert (answer.code, answer.out, answer.err) == (0, PRINTED, "")
    made = {path.name: path.read_bytes()[:8] for path in (tmp_path / "pics").iterdir()}
    png = b"\x89PNG\r\n\x1a\n"
    assert made == {
        "loss.png": png, "four.svg": b"<?xml ve", "bar.pdf": b"%PDF-1.4", "figure-1.png": png, "figure-2.png": png,
    }  # fmt: skip
    assert "sin" in (tmp_path / "pics" / "four.svg").read_text()
    assert [path.name for path in tmp_path.iterdir()] == ["pics"]


def test_without_a_folder_nothing_is_written_and_a_note_says_what_to_type(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    answer = ask("run", "-", stdin=PROGRAM)
    assert answer.out == PRINTED and list(tmp_path.iterdir()) == []
    assert answer.err == "note: loss.png is not written: autogradcli run --plots DIR puts it into a folder\n"


def test_a_terminal_shows_figures_as_text() -> None:
    pytest.importorskip("plotille")
    shown = ask(
        "run", "-", stdin="plt.plot([1, 4, 9], label='squares'); plt.title('growth'); plt.show()", terminal=True
    )
    assert "growth" in shown.out and max(shown.out) > "⠁" and shown.code == 0
    assert ask("run", "-", stdin="plt.plot([1, 4, 9]); plt.show()").out == ""


def test_a_library_that_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "matplotlib", None)
    answer = ask("run", "--plots", str(tmp_path), "-", stdin="plt.plot([1, 2]); plt.savefig('a.png'); print(1)")
    assert (answer.code, answer.out) == (0, "1\n") and "pip install 'autogradcli[plot]'" in answer.err


#: Programs that are refused: what they try, and words of the error.
REFUSED = {
    "plt.savefig('../a.png')": "takes the name of a file alone",
    "plt.savefig('/tmp/a.png')": "takes the name of a file alone",
    "plt.savefig('a/../../b.png')": "takes the name of a file alone",
    "plt.savefig('.a.png')": "takes the name of a file alone",
    "plt.savefig('a.png\\0')": "takes the name of a file alone",
    "plt.savefig('a.exe')": "Format 'exe' is not supported",
    "plt.savefig('a.png', format='svg')": "Format 'svg' is not supported",
    "plt.plot([1], picker=True)": "unexpected keyword argument 'picker'; it can draw alpha, color,",
    "plt.plot(torch)": "needs numbers, not module",
    "plt.plot(lambda: 1)": "needs numbers, not function",
    "plt.plot([[1], [1, 2]])": "lists of the same length",
    "plt.plot([1j])": "needs numbers, not complex",
    "plt.plot([1], 'zz')": "is not a valid format string",
    "plt.scatter([1], [1], marker='$x$')": "is not a valid value for marker",
    "plt.plot([1], color='url(x)')": "is not a valid value for color",
    "plt.imshow(torch.eye(2), cmap='a;b')": "needs a name of Matplotlib's",
    "plt.plot(range(10 ** 9))": "can draw at most",
    "plt.plot(torch.zeros(1).expand(10 ** 9))": "can draw at most",
    "x = [0.]\nfor k in range(40): x = [x]\nplt.plot(x)": "lists so deep in one another",
    "plt.hist([1], bins=10 ** 9)": "a whole number from 1 to 10000",
    "plt.subplots(99, 99)": "at most 100 axes",
    "plt.figure(figsize=(1e5, 1e5))": "two numbers from 0.5 to 50",
    "for k in range(99): plt.figure()": "50 figures are open",
    "for k in range(99): plt.plot(range(10 ** 6))": "numbers are drawn in figures that are open",
    "plt.gca().plot.__class__": "has no attribute '__class__'",
    "plt.subplots(2)[1][plt]": "only integers are valid indices",
}


@pytest.mark.parametrize("program", REFUSED)
def test_refusals(program: str, tmp_path: Path) -> None:
    answer = ask("run", "--plots", str(tmp_path / "pics"), "-", stdin=program)
    assert answer.code == 1 and REFUSED[program] in answer.err
    assert list(tmp_path.iterdir()) == []


def test_sessions_have_figures_of_their_own() -> None:
    first, second = Session(), Session()
    events: list[Event] = []
    first.run("plt.plot([1, 2])", events.append)
    second.run("plt.show()", events.append)
    first.run("plt.show()", events.append)
    assert [len(event.figures) for event in events if isinstance(event, Drawn)] == [1]
    assert not any(isinstance(event, Failed) for event in events)


def test_what_matplotlib_refuses_is_a_note(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    answer = ask(
        "run", "--plots", str(tmp_path), "-", stdin="plt.imshow(torch.eye(2), cmap='nosuch'); plt.savefig('a.png')"
    )
    assert answer.code == 0 and "note: the figure of line 1: it can't be drawn: " in answer.err
