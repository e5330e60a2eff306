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


FURTHER = """
import matplotlib.pyplot as plt
from matplotlib import cm, ticker
from mpl_toolkits.mplot3d import Axes3D
import numpy as np
plt.rcParams['figure.figsize'] = (5, 4)
plt.style.use('ggplot')
fig, ax = plt.subplots(2, 2)
ax[0, 0].errorbar([1, 2], [3, 4], yerr=[.1, .2], fmt='o', capsize=3)
note = ax[0, 0].annotate('here', xy=(1, 3), xytext=(1.5, 3.5), arrowprops=dict(arrowstyle='->', color='r'))
for each in ax[:, 1]:
    each.set_xticks([]); each.spines['top'].set_visible(False)
for k, tone in zip(range(3), cm.rainbow(np.linspace(0, 1, 3))):
    ax[1, 0].scatter([k], [k], color=tone, edgecolors='k', lw=0.5)
line, = ax[0, 1].plot([1, 2], [1, 2]); line.set_data([1, 2, 3], [3, 2, 1]); line.set_color('r')
counts, _, _, image = ax[1, 1].hist2d(np.arange(10.0), np.arange(10.0), bins=5)
print(counts.sum(), line.get_color(), [a.tolist() for a in line.get_data()])
plt.colorbar(image, ax=ax[1, 1])
ax[0, 1].twinx().plot([1, 2], [10, 20], 'g')
ax[1, 0].xaxis.set_major_locator(ticker.MultipleLocator(1))
ax[1, 0].text(0.5, 0.9, 'top', transform=ax[1, 0].transAxes, bbox=dict(boxstyle='round', facecolor='w'))
plt.savefig('flat.png')
solid = plt.figure().add_subplot(111, projection='3d')
X, Y = np.meshgrid(np.linspace(-1, 1, 5), np.linspace(-1, 1, 5))
surface = solid.plot_surface(X, Y, X ** 2, cmap=cm.coolwarm, linewidth=0)
solid.set_zlabel('z'); solid.scatter(X, Y, X, c='r'); solid.view_init(30, 40)
plt.colorbar(surface, shrink=0.5)
plt.savefig('solid.png')
plt.ion(); plt.cla(); plt.pause(0.1); plt.ioff()
plt.figure(); plt.plot([]); plt.xticks([0, 1], ['a', 'b'], rotation=45); plt.axis([0, 2, 0, 1])
print(plt.gca().get_xlim(), plt.isinteractive(), plt.get_backend())
plt.setp(plt.legend(['one'], loc=(1.01, 0.3)).get_texts(), color='k')
plt.close('all')
"""
#: What Python prints with Matplotlib 3.11.2, drawing with Agg.
FURTHER_PRINTED = """\
10.0 r [[1.0, 2.0, 3.0], [3.0, 2.0, 1.0]]
(0.0, 2.0) False agg
"""


def test_what_is_handed_on_to_matplotlib(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    answer = ask("run", "--plots", str(tmp_path / "pics"), "-", stdin=FURTHER)
    assert (answer.code, answer.out, answer.err) == (0, FURTHER_PRINTED, "")
    assert sorted(path.name for path in (tmp_path / "pics").iterdir()) == ["flat.png", "solid.png"]


GRIDS = """
import numpy as np, torch
import matplotlib.pyplot as plt
import matplotlib.gridspec as gridspec
fig = plt.figure(figsize=(6, 6))
gs = gridspec.GridSpec(3, 3)
gs.update(wspace=0.05)
fig.add_subplot(gs[0, :]).plot([1, 2])
plt.subplot(gs[1:, 0:2]); plt.imshow(torch.eye(3))
plt.subplot(gs[5]).plot([3, 1])
plt.savefig('out/grid.png', bbox_inches='tight')
fig = plt.figure()
gs = gridspec.GridSpec(2, 2, figure=fig, width_ratios=[2, 1], height_ratios=[1, 3])
for cell in gs:
    fig.add_subplot(cell).plot([2, 1])
plt.savefig('./ratios.svg')
fig = plt.figure()
fig.add_subplot(fig.add_gridspec(2, 3)[-1, :-1]).plot([2, 1])
fig.add_subplot(2, 3, (1, 3)).plot([1, 3])
plt.subplot2grid((3, 3), (2, 0), colspan=3)
fig.savefig('out/sub/spans.png')
X, Y = np.meshgrid(np.linspace(-1, 1, 20), np.linspace(-1, 1, 20))
plt.figure()
plt.clabel(plt.contour(X, Y, X ** 2 + Y, 6), inline=1, fontsize=8)
plt.savefig('labels.png')
_, axs = plt.subplots(2, 3)
axs[np.unravel_index(4, (2, 3))].plot([1, 2])
axs[np.int64(1)][torch.tensor(2)].plot([2, 1])
print(len(plt.gcf().axes), gs.nrows, gs.ncols)
ax = plt.figure().add_subplot(131, frameon=False, facecolor='w', title='t')
plt.subplot(132, frameon=True, xlabel='x'); plt.axes([0.1, 0.1, 0.2, 0.2], facecolor='k')
ax.fill_between(x=[0, 1], y1=[0, 1], y2=0.5, alpha=.3); ax.scatter(x=[1], y=[2], s=3); ax.bar(x=[1], height=[2])
ax.hist(x=[1, 2, 3], bins=2); ax.imshow(X=np.eye(2)); ax.barh(y=[1], width=[2]); ax.set_xticks(ticks=[0, 1])
ax.text(x=0, y=0, s='a'); ax.hlines(y=1, xmin=0, xmax=1); ax.violinplot(dataset=[[1., 2., 3.]]); ax.axis('off')
plt.savefig('named.png')
for bad in (lambda: gs[3, 0], lambda: gs[9], lambda: gs[0:0, 1], lambda: gs[1, 2, 3],
            lambda: gridspec.GridSpec(2, 2, width_ratios=[1])):
    try:
        bad()
    except (IndexError, ValueError) as e:
        print(type(e).__name__, e)
"""
#: What Python prints with Matplotlib 3.11.2, drawing with Agg.
GRIDS_PRINTED = """\
6 2 2
IndexError index 3 is out of bounds for axis 0 with size 2
IndexError index 9 is out of bounds for GridSpec with size 4
IndexError GridSpec slice would result in no space allocated for subplot
ValueError Unrecognized subplot spec
ValueError Expected the given number of width ratios to match the number of columns of the grid
"""


def test_cells_of_grids_and_folders_of_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    answer = ask("run", "--plots", str(tmp_path / "pics"), "-", stdin=GRIDS)
    assert (answer.code, answer.out, answer.err) == (0, GRIDS_PRINTED, "")
    made = sorted(str(path.relative_to(tmp_path / "pics")) for path in (tmp_path / "pics").rglob("*.*"))
    assert made == ["labels.png", "named.png", "out/grid.png", "out/sub/spans.png", "ratios.svg"]


READ_BACK = """
import numpy as np
import matplotlib.pyplot as plt
fig, (a, b) = plt.subplots(1, 2)
a.plot([1, 2], label='one'); a.scatter([1], [2], label='two'); a.set_title('t'); a.set_xlabel('x')
h, l = a.get_legend_handles_labels(); print(len(h), l); a.legend(h, l)
print(len(a.get_lines()), len(a.lines), a.get_title(), a.get_xlabel(), repr(a.get_ylabel()))
cb = fig.colorbar(b.imshow(np.eye(2)), ax=b); cb.set_label('size')
print(fig.number, plt.fignum_exists(1), plt.get_fignums())
fig.supxlabel('X'); fig.supylabel('Y'); fig.set_dpi(90)
fig.savefig('q.jpg')
fig.delaxes(a); b.remove()
fig.clf(); print(len(fig.axes)); plt.close(); print(plt.get_fignums(), plt.fignum_exists('a'))
plt.plot([1]); plt.box(False); plt.rcdefaults(); plt.switch_backend('agg')
plt.gca().set_prop_cycle(color=['r', 'g']); plt.savefig('w.eps'); plt.delaxes(); print(len(plt.gcf().axes))
"""
#: What Python prints with Matplotlib 3.11.2, drawing with Agg.
READ_BACK_PRINTED = """\
2 ['one', 'two']
1 1 t x ''
1 True [1]
0
[] False
0
"""


def test_what_figures_and_axes_tell(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    answer = ask("run", "--plots", str(tmp_path / "pics"), "-", stdin=READ_BACK)
    assert (answer.code, answer.out, answer.err) == (0, READ_BACK_PRINTED, "")
    assert sorted(path.name for path in (tmp_path / "pics").iterdir()) == ["q.jpg", "w.eps"]


SHAPES = """
import matplotlib.pyplot as plt
import matplotlib.patches as mpatches
from matplotlib.patches import Rectangle, Ellipse
import torch
fig, ax = plt.subplots()
ax.add_patch(plt.Circle((0, 0), 1, color='r', fill=False))
ax.add_patch(mpatches.Rectangle((0.1, 0.2), width=1, height=torch.tensor(2.), facecolor='b', alpha=0.3))
ax.add_artist(plt.Rectangle(xy=(1, 1), width=.5, height=.5, angle=30, ec='k'))
ax.add_patch(Ellipse((0, 0), 3, 1, angle=45, fill=False))
ax.add_patch(plt.Polygon([[0, 0], [1, 0], [0, -1]], color='g'))
ax.set_xlim(-2, 3); ax.set_ylim(-2, 3); ax.set_aspect('equal')
plt.savefig('shapes.png')
for bad in (lambda: plt.Circle(), lambda: Rectangle((0, 0), 1), lambda: plt.Circle((0, 0), 1, url='x'),
            lambda: ax.add_patch(3)):
    try: bad()
    except Exception as e: print(type(e).__name__)
"""


def test_shapes(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    answer = ask("run", "--plots", str(tmp_path / "pics"), "-", stdin=SHAPES)
    assert (answer.code, answer.out, answer.err) == (0, "TypeError\nTypeError\nTypeError\nTypeError\n", "")
    assert [path.name for path in (tmp_path / "pics").iterdir()] == ["shapes.png"]


def test_no_picture_leaves_the_folder(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    (tmp_path / "pics").mkdir()
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "pics" / "link").symlink_to(tmp_path / "elsewhere")
    program = "import matplotlib.pyplot as plt\nplt.plot([1])\nplt.savefig('link/a.png')"
    answer = ask("run", "--plots", str(tmp_path / "pics"), "-", stdin=program)
    assert answer.code == 0
    assert "'link/a.png' leads out of the folder" in answer.err
    assert list((tmp_path / "elsewhere").iterdir()) == []


#: Programs that are refused: what they try, and words of the error.
REFUSED = {
    "plt.savefig('../a.png')": "takes the name of a file below",
    "plt.savefig('/tmp/a.png')": "takes the name of a file below",
    "plt.savefig('a/../../b.png')": "takes the name of a file below",
    "plt.savefig('.a.png')": "takes the name of a file below",
    "plt.savefig('a.png\\0')": "takes the name of a file below",
    "plt.text(0, 0, 'a', fontproperties='/a.ttf')": "unexpected keyword argument 'fontproperties'",
    "plt.text(0, 0, 'a', usetex=True)": "unexpected keyword argument 'usetex'",
    "plt.text(0, 0, 'a', bbox={'url': 'x'})": "'url' in a dictionary, which can't be drawn",
    "plt.text(0, 0, 'a', size=10 ** 9)": "needs a number from -1200 to 1200",
    "plt.hist2d([1], [1], bins=10 ** 9)": "needs a number up to 10000",
    "plt.annotate('a', torch)": "annotate() can't draw module objects",
    "plt.gca().plot_surface([[1]], [[1]], [[1]])": "give the axes projection='3d'",
    "plt.cm.get_cmap('none')": "is not a valid value for cmap",
    "plt.imread('a.png')": "programs here reach no files",
    "import re\nre.match('(a+)+b', 'a' * 40)": "a repetition within a repetition could take forever",
    "import re\nre.search('a*a*a*d', 'a' * 10 ** 5)": "a text for this pattern has at most",
    "import io\nio.open('a')": "with the option --files DIR",
    "from pathlib import Path\nPath('a').open()": "with the option --files DIR",
    "torch.load('/etc/hostname')": "programs read no files",
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
    "plt.gca().plot.__self__": "has no attribute '__self__'",
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
