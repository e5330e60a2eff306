"""More of Matplotlib: norms, maps, legends, insets, settings and animations, with the text that it prints itself."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_ask import ask

#: A program and what it prints in Python with Matplotlib; every one writes ``a.png`` without a note.
PROGRAMS = {
    "norms and colours": (
        """
import numpy as np
import matplotlib.colors as mc
norm = mc.Normalize(vmin=0, vmax=50)
print(norm(25), norm(np.array([0.0, 12.5, 50.0])), norm.vmax)
print(mc.to_hex('red'), mc.to_hex((0.1, 0.5, 0.9)), mc.to_rgb('#336699'), mc.is_color_like('nope'))
plt.imshow(np.eye(3) + 1, norm=mc.LogNorm(1, 2))
""",
        "0.5 [0.   0.25 1.  ] 50.0\n#ff0000 #1a80e6 (0.2, 0.4, 0.6) False\n",
    ),
    "maps": (
        """
import numpy as np
from matplotlib.colors import LinearSegmentedColormap, ListedColormap
own = ListedColormap(['#FF0000', '#0000FF'], name='two')
print(own.N, own.name, plt.cm.viridis(np.linspace(0, 1, 3)).shape, plt.get_cmap('tab10').N)
print([round(float(v), 3) for v in plt.cm.viridis(0.5)])
plt.contourf(np.eye(3), cmap=own)
plt.scatter([0, 1], [1, 2], c=[0, 1], cmap=LinearSegmentedColormap.from_list('x', ['white', 'navy']))
""",
        "2 two (3, 4) 10\n[0.128, 0.567, 0.551, 1.0]\n",
    ),
    "several series": (
        """
n, bins, parts = plt.hist([[1, 2, 2, 3], [2, 3]], bins=2, stacked=True, label=['a', 'b'])
print(n, bins, len(parts))
n, _, parts = plt.hist([1, 2, 2, 3], bins=2, cumulative=True)
parts[0].set_facecolor('gray')
print(n, len(parts))
""",
        "[[1. 3.]\n [1. 5.]] [1. 2. 3.] 2\n[1. 4.] 2\n",
    ),
    "legends of lines and patches": (
        """
from matplotlib.lines import Line2D
from matplotlib.patches import Patch, Wedge
fig, ax = plt.subplots()
line = ax.add_line(Line2D([0, 1], [0, 1], lw=3, color='k'))
ax.add_patch(Wedge((0, 0), 1, 0, 90))
ax.legend(handles=[line, Patch(color='r', label='r')])
print(line.get_linewidth(), len(ax.lines), len(ax.patches))
""",
        "3.0 1 1\n",
    ),
    "bars": (
        """
fig, ax = plt.subplots()
bars = ax.bar(['a', 'b'], [3, 5], width=0.5)
ax.bar_label(bars, fmt='%d', padding=3)
print([(b.get_x(), b.get_width(), b.get_height()) for b in bars])
""",
        "[(-0.25, 0.5, 3), (0.75, 0.5, 5)]\n",
    ),
    "bars of colours": (
        """
import numpy as np
fig, axs = plt.subplots(1, 2)
im = axs[0].imshow(np.eye(3))
fig.colorbar(im, ax=axs, shrink=0.5).set_label('value')
bar = fig.colorbar(plt.cm.ScalarMappable(norm=plt.Normalize(0, 9), cmap='hot'), cax=axs[1].inset_axes([1, 0, 0.1, 1]))
bar.set_ticks([0, 9])
print(len(fig.axes), plt.gca() is axs[1])
""",
        "4 True\n",
    ),
    "insets": (
        """
fig, axd = plt.subplot_mosaic('ab;cc')
axd['a'].plot([0, 1], [0, 1])
axd['a'].indicate_inset_zoom(axd['a'].inset_axes([0.5, 0.5, 0.4, 0.4]))
axd['c'].secondary_xaxis('top', functions=(lambda x: x * 2, lambda x: x / 2)).set_xlabel('twice')
print(sorted(axd), axd['a'].get_yscale())
""",
        "['a', 'b', 'c'] linear\n",
    ),
    "settings": (
        """
plt.rcParams['font.size'] = 14
with plt.style.context('ggplot'), plt.rc_context({'lines.linewidth': 4}):
    print(plt.rcParams['font.size'], plt.rcParams['lines.linewidth'])
    plt.plot([1, 2])
plt.rcdefaults()
print(plt.rcParams['font.size'], plt.rcParams['axes.titlesize'], 'ggplot' in plt.style.available)
""",
        "14.0 4.0\n10.0 large True\n",
    ),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_program(name: str, tmp_path: Path) -> None:
    program, expected = PROGRAMS[name]
    text = f"import matplotlib.pyplot as plt{program}plt.savefig('a.png')\n"
    assert ask("run", "--plots", str(tmp_path), "-", stdin=text) == (0, expected, "")
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_an_animation_is_a_gif_of_its_frames(tmp_path: Path) -> None:
    image = pytest.importorskip("PIL.Image")
    text = """
import matplotlib.pyplot as plt
from matplotlib.animation import FuncAnimation, PillowWriter
fig, ax = plt.subplots()
line, = ax.plot([], [])
seen = []
def update(k):
    seen.append(k)
    line.set_data([0, 1], [0, k])
    ax.set_xlim(0, 1 + k)
FuncAnimation(fig, update, frames=3).save('a.gif', writer=PillowWriter(fps=5))
print(seen)
"""
    assert ask("run", "--plots", str(tmp_path), "-", stdin=text) == (0, "[0, 0, 1, 2]\n", "")
    with image.open(tmp_path / "a.gif") as gif:
        assert gif.n_frames == 3


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("plt.style.use('nosuch')", "is not a valid package style"),
        ("plt.rc_context({'no.such': 1})", "is not a valid rc parameter"),
        ("anim.FuncAnimation(fig, print, frames=501).save('a.gif')", "at most 500 frames"),
        ("anim.FuncAnimation(fig, print, frames=1).save('a.mp4')", "an animation is saved as a GIF"),
        ("ax.secondary_xaxis('top', functions=(lambda x: x * x, lambda x: x))", "only rises or only falls"),
        ("fig.subplot_mosaic('ab;ba')", "non-rectangular"),
    ],
)
def test_refusals(line: str, said: str) -> None:
    text = f"import matplotlib.pyplot as plt\nimport matplotlib.animation as anim\nfig, ax = plt.subplots()\n{line}"
    code, _, error = ask("run", "-", stdin=text)
    assert code == 1 and said in error
