"""Programs as people bring them: files in the folder of ``--files``, text that goes elsewhere, modules around PyTorch,
and pictures; each prints what Python, PyTorch and Matplotlib print."""

from __future__ import annotations

from pathlib import Path

import pytest
from cli_ask import Answer, ask

#: program -> what it prints, in a folder of its own
FILES = {
    "with open('a.txt', 'w', encoding='utf-8') as f:\n    print(f.write('é\\nb\\n'), f.name, f.mode, f.closed)\n"
    "print(f.closed, open('a.txt').read().split(), open('a.txt', 'rb').read())": (
        "4 a.txt w False\nTrue ['é', 'b'] b'\\xc3\\xa9\\nb\\n'\n"
    ),
    "open('a', 'w').write('x\\r\\ny\\nz')\nprint(open('a').readlines(), open('a', newline='').readlines())\n"
    "with open('a', 'a') as f: f.writelines(['1', '2'])\nwith open('a') as f:\n    next(f)\n    print([*f])": (
        "['x\\n', 'y\\n', 'z'] ['x\\r\\n', 'y\\n', 'z']\n['y\\n', 'z12']\n"
    ),
    "f = open('a', 'w+')\nprint('x', 'y', sep='\\n', file=f)\nf.seek(0)\n"
    "print(repr(f.readline()), f.read(), f.tell())\n"
    "f.truncate(1); f.close(); print(open('a').read())": ("'x\\n' y\n 4\nx\n"),
    "import csv\nwith open('t.csv', 'w', newline='') as f:\n    w = csv.writer(f); w.writerow(['a', 'b']); "
    "w.writerow([1, 'x, y'])\nwith open('t.csv') as f: print(list(csv.DictReader(f)))\n"
    "print(repr(open('t.csv', newline='').read()))": ("[{'a': '1', 'b': 'x, y'}]\n'a,b\\r\\n1,\"x, y\"\\r\\n'\n"),
    "import json\nwith open('c.json', 'w') as f: json.dump({'a': [1, None]}, f, indent=1)\n"
    "print(json.load(open('c.json')), open('c.json').read())": ("{'a': [1, None]} {\n \"a\": [\n  1,\n  null\n ]\n}\n"),
    "from pathlib import Path\np = Path('d') / 'e'; p.mkdir(parents=True)\n(p / 'a.txt').write_text('one\\n')\n"
    "print((p / 'a.txt').read_text(), [str(q) for q in Path('d').rglob('*.txt')], (p / 'a.txt').stat().st_size)\n"
    "(p / 'a.txt').rename(p / 'b.txt'); print([q.name for q in p.iterdir()], Path('x/y').relative_to('x'))": (
        "one\n ['d/e/a.txt'] 4\n['b.txt'] y\n"
    ),
    "import os, shutil, tempfile\nos.makedirs('a/b'); open('a/b/f', 'w').write('12')\nprint(list(os.walk('a')), "
    "os.path.getsize('a/b/f'))\nshutil.copy('a/b/f', 'a'); os.rename('a/f', 'a/g'); print(sorted(os.listdir('a')))\n"
    "shutil.rmtree('a'); print(os.path.exists('a'))\nwith tempfile.NamedTemporaryFile('w+') as t:\n"
    "    t.write('hi'); t.seek(0); print(t.read())\nprint(os.path.exists(t.name))": (
        "[('a', ['b'], []), ('a/b', [], ['f'])] 2\n['b', 'g']\nFalse\nhi\nFalse\n"
    ),
    "import pickle\nwith open('p', 'wb') as f: pickle.dump({'a': 1}, f)\nprint(pickle.load(open('p', 'rb')))\n"
    "with open('t', 'wb') as f: torch.save(torch.ones(2), f)\nprint(torch.load('t'))": ("{'a': 1}\ntensor([1., 1.])\n"),
    "import numpy as np\nnp.savetxt('m', np.arange(4).reshape(2, 2), fmt='%d', header='x y'); print(open('m').read())\n"
    "print(np.loadtxt('m').tolist()); np.save('a', np.ones(2)); print(np.load('a.npy'))\n"
    "np.savez('z', a=np.eye(2)); print(np.load('z.npz').files, np.load('z.npz')['a'].sum())": (
        "# x y\n0 1\n2 3\n\n[[0.0, 1.0], [2.0, 3.0]]\n[1. 1.]\n['a'] 2.0\n"
    ),
    "import logging\nlog = logging.getLogger('t')\nh = logging.FileHandler('l'); "
    "h.setFormatter(logging.Formatter('%(levelname)s %(message)s')); log.addHandler(h)\n"
    "log.error('bad %d', 3); h.close()\n"
    "print(open('l').read())": ("ERROR bad 3\n\n"),
    "try: open('none')\nexcept OSError as e: print(e.errno, e.strerror, e.filename, e)": (
        "2 No such file or directory none [Errno 2] No such file or directory: 'none'\n"
    ),
}

#: program -> what it prints, without a folder
PROGRAMS = {
    "import contextlib, io, sys\nb = io.StringIO()\nwith contextlib.redirect_stdout(b):\n    print('in', 1)\n"
    "print(repr(b.getvalue()))\nold = sys.stdout; sys.stdout = b\nprint('more'); sys.stdout = old\n"
    "print(repr(b.getvalue()), sys.stdout is sys.__stdout__)": ("'in 1\\n'\n'in 1\\nmore\\n' True\n"),
    "import contextlib, io, sys\nwith contextlib.redirect_stderr(io.StringIO()) as e: print('x', file=sys.stderr)\n"
    "with contextlib.redirect_stdout(None): print('nothing')\nprint(repr(e.getvalue()))": ("'x\\n'\n"),
    "import sys\nclass T:\n    def write(self, s): sys.__stdout__.write(f'<{s}>')\nsys.stdout = T()\nprint('a', 1)\n"
    "sys.stdout = sys.__stdout__\nprint(); print('b', file=T())": ("<a>< ><1><\n>\n<b><\n>"),
    "import contextlib, io\ntry:\n    with contextlib.redirect_stdout(io.StringIO()) as o: print('in'); 1 / 0\n"
    "except ZeroDivisionError: print(o.getvalue())": "in\n\n",
    "import io\ns = io.StringIO('a\\nb'); print([*s], s.read(), s.tell()); s.seek(0)\n"
    "s.write('X'); print(s.getvalue())\n"
    "with io.StringIO() as t: t.writelines(['a', 'b']); print(t.getvalue())\nprint(t.closed)": (
        "['a\\n', 'b']  3\nX\nb\nab\nTrue\n"
    ),
    "import uuid\nprint(uuid.uuid5(uuid.NAMESPACE_DNS, 'pytorch.org'), "
    "uuid.uuid4().version, uuid.UUID(int=5).hex[-3:])": (
        "67de9bec-6257-5155-894e-fb857ce745ad 4 005\n"
    ),
    "from unittest.mock import Mock, MagicMock, call, patch\nm = Mock(return_value=3); print(m(1, k=2), m.call_args, "
    "m.call_count, m.call_args == call(1, k=2))\nm.a.b(5); print(m.mock_calls, m.a.b.call_args.args)\n"
    "try: m.assert_called_once_with(2)\nexcept AssertionError as e: print(e)\n"
    "s = Mock(side_effect=[1, ValueError('no')]); print(s())\ntry: s()\nexcept ValueError as e: print(e)\n"
    "g = MagicMock(); g.__len__.return_value = 4; print(len(g), bool(g), list(g))": (
        "3 call(1, k=2) 1 True\n[call(1, k=2), call.a.b(5)] (5,)\nexpected call not found.\nExpected: mock(2)\n"
        "  Actual: mock(1, k=2)\n1\nno\n4 True []\n"
    ),
    "from unittest.mock import patch\nclass A:\n    def f(self): return 1\n"
    "with patch.object(A, 'f', return_value=2) as m: "
    "print(A().f())\nprint(A().f(), m.called)\n@patch.object(A, 'f')\ndef t(m): m.return_value = 5; return A().f()\n"
    "print(t(), A().f())\nd = {}\nwith patch.dict(d, a=1): print(d)\nprint(d)": (
        "2\n1 True\n5 1\n{'a': 1}\n{}\n"
    ),
    "import io\nfrom unittest.mock import patch\nwith patch('sys.stdout', new_callable=io.StringIO) as o: print('x')\n"
    "print(repr(o.getvalue()))": "'x\\n'\n",
    "import textwrap\nprint(textwrap.fill('aaa bbb ccc', 8, initial_indent='* ', subsequent_indent='  '))\n"
    "print(textwrap.TextWrapper(width=5).wrap('a bb ccc'), textwrap.shorten('hello big world', 12))": (
        "* aaa\n  bbb\n  ccc\n['a bb', 'ccc'] hello [...]\n"
    ),
    "import logging, sys\nlogging.basicConfig(level=logging.INFO, stream=sys.stdout, format='%(name)s %(message)s')\n"
    "log = logging.getLogger('a.b'); log.info('x'); log.debug('y'); print(log.parent.name, log.getEffectiveLevel())\n"
    "own = logging.getLogger('o'); own.propagate = False; h = logging.StreamHandler(sys.stdout); h.setLevel('ERROR')\n"
    "own.addHandler(h); own.warning('low'); own.error('high'); own.removeHandler(h); print(own.handlers)": (
        "a.b x\nroot 20\nhigh\n[]\n"
    ),
    "import argparse\np = argparse.ArgumentParser(prog='t', description='d'); p.add_argument('--lr', type=float, "
    "default=0.1, help='rate')\np.print_help()": (
        "usage: t [-h] [--lr LR]\n\nd\n\noptions:\n  -h, --help  show this help message and exit\n  --lr LR     rate\n"
    ),
    "import inspect, base64, secrets, platform, shutil, string, numbers\nfrom fractions import Fraction\n"
    "b = inspect.signature(lambda a, *r, k=1: 0).bind(1, 2); b.apply_defaults(); print(b.arguments, b.args)\n"
    "print(base64.b64encode(b'ab').decode(), len(secrets.token_hex(4)), platform.python_implementation(), "
    "shutil.get_terminal_size((70, 20)).lines > 0)\nprint(string.Template('$a b').substitute(a=1), "
    "isinstance(Fraction(1), numbers.Rational), isinstance(Fraction(1), numbers.Integral))": (
        "{'a': 1, 'r': (2,), 'k': 1} (1, 2)\nYWI= 8 CPython True\n1 b True False\n"
    ),
    "import types, functools\nprint(isinstance(lambda: 0, types.FunctionType), isinstance((i for i in []), "
    "types.GeneratorType))\n@functools.singledispatch\ndef f(x): return 0\n@f.register\ndef _(x: int): return 1\n"
    "print(f('a'), f(2))": "True True\n0 1\n",
}  # fmt: skip

#: program -> how its error begins
REFUSED = {
    "open('a')": "NotImplementedError: there is no folder for files here: with the option --files DIR of run, eval",
    "open('a', 'w')": "NotImplementedError: there is no folder for files here",
    "import numpy as np\nnp.savetxt('a', np.ones(1))": "NotImplementedError: there is no folder for files here",
    "import numpy as np\nnp.savetxt('a', np.ones(1), fmt='%9999999d')": "ValueError: fmt is a format such as",
    "import io\ns = io.StringIO('a' * 10**6)\nfor k in range(9999): s.write(s.getvalue())": "MemoryError",
    "import io\nio.StringIO().seek(10**12)": "MemoryError",
    "import secrets\nsecrets.token_hex(10**12)": "MemoryError",
    "import textwrap\ntextwrap.fill('a', 5, initial_indent=' ' * 9999)": "ValueError: initial_indent is at most 1000",
    "from unittest.mock import patch\npatch('os.remove').start()": "NotImplementedError: patch('os.remove') isn't here",
    "import io\nio.StringIO('a\\n' * 8 * 10**6).readlines()": "MemoryError",
    "import argparse\nargparse.ArgumentParser().add_argument('x', help='%(a)9999s')": "ValueError: a help text's",
    "import uuid\nuuid.uuid1()": "NotImplementedError: uuid.uuid1() isn't here",
    "import inspect\ninspect.getsource(print)": "NotImplementedError: inspect.getsource() isn't here",
    "import sys\nsys.stdout = 3\nprint('x')": "AttributeError: 'int' object has no attribute 'write'",
}


def run(folder: Path, program: str, *options: str) -> Answer:
    """What a program in a file prints, which is what it prints under Python."""
    (folder / "program.py").write_text(program, encoding="utf-8")
    return ask("run", *options, str(folder / "program.py"))


@pytest.mark.parametrize("program", FILES)
def test_files(program: str, tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    answer = run(tmp_path, f"import torch\n{program}\n", "--files", str(inside))
    assert (answer.out, answer.code) == (FILES[program], 0), answer.err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["inside", "program.py"]


@pytest.mark.parametrize("program", PROGRAMS)
def test_prints(program: str, tmp_path: Path) -> None:
    answer = run(tmp_path, f"{program}\n")
    assert (answer.out, answer.code) == (PROGRAMS[program], 0), answer.err


@pytest.mark.parametrize("program", REFUSED)
def test_refuses(program: str) -> None:
    answer = ask("run", "-", stdin=f"{program}\n")
    assert answer.code == 1 and REFUSED[program] in answer.err


def test_a_file_left_open_is_written_when_the_program_ends(tmp_path: Path) -> None:
    program = "f = open('a', 'w')\nf.write('kept')\nopen('b', 'w').write('b'); print(open('b').read())\n1 / 0\n"
    assert ask("run", "--files", str(tmp_path), "-", stdin=program).code == 1
    assert [(tmp_path / name).read_text() for name in "ab"] == ["kept", "b"]


def test_files_are_no_more_and_no_larger_than_the_memory(tmp_path: Path) -> None:
    program = "for k in range(9):\n    open(f'{k}', 'w').write('x' * (1 << 23))\n"
    answer = ask("run", "--memory", "0.05", "--files", str(tmp_path), "-", stdin=program)
    assert answer.code == 1 and "MemoryError" in answer.err
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) <= 0.05 * (1 << 30)


PICTURES = """
import matplotlib.pyplot as plt, matplotlib.colors as mc, matplotlib.patches as mp, numpy as np
from matplotlib.lines import Line2D
from matplotlib.animation import FuncAnimation, PillowWriter
print(mc.Normalize(0, 10)(5.0), mc.LogNorm(1, 100)([10.0]), mc.to_hex('tab:blue'), mc.to_rgb('#336699'))
cm = mc.ListedColormap(['red', 'blue']); print(cm(1)[2], cm.N, plt.cm.viridis(np.linspace(0, 1, 3)).shape)
grad = mc.LinearSegmentedColormap.from_list('g', ['navy', 'white'])
fig, axs = plt.subplots(2, 2, sharex=True, gridspec_kw={'width_ratios': [2, 1]})
im = axs[0, 0].imshow(np.eye(4), cmap=grad, norm=mc.LogNorm(0.1, 1))
cb = fig.colorbar(im, ax=axs, label='shared'); cb.ax.set_title('bar')
n, bins, _ = axs[0, 1].hist([[1, 2, 2], [3, 3, 1, 1]], bins=2, stacked=True, label=['a', 'b']); print(n)
bars = axs[1, 0].bar(['x', 'y'], [1, 2.5]); bars[1].set_color('red')
print([t.get_text() for t in axs[1, 0].bar_label(bars, fmt='%.1f')], bars[1].get_height(), len(axs[1, 0].patches))
axs[1, 1].add_patch(mp.Circle((0, 0), 1)); axs[1, 1].add_line(Line2D([0, 1], [0, 1]))
axs[1, 1].legend(handles=[mp.Patch(color='g', label='G'), Line2D([0], [0], label='L')])
inset = axs[1, 1].inset_axes([0.1, 0.1, 0.3, 0.3]); inset.plot([1, 2])
axs[1, 1].secondary_xaxis('top', functions=(lambda d: d * 2 + 1, lambda r: (r - 1) / 2)).set_xlabel('twice')
fig.savefig('all.svg')
sm = plt.cm.ScalarMappable(norm=plt.Normalize(0, 5), cmap='plasma')
with plt.style.context('ggplot'), plt.rc_context({'lines.linewidth': 7}):
    fig, (a, cax) = plt.subplots(1, 2)
(line,) = a.plot([0, 1], [0, 1]); fig.colorbar(sm, cax=cax); fig.savefig('styled.svg')
print(plt.rcParams['lines.linewidth'], sm.to_rgba(2.0)[3])
def step(k): line.set_ydata([0, k]); print('frame', k)
FuncAnimation(fig, step, frames=2, init_func=lambda: None).save('a.gif', writer=PillowWriter(fps=4))
"""


def test_pictures(tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    from PIL import Image

    answer = ask("run", "--plots", str(tmp_path), "-", stdin=PICTURES)
    assert (answer.code, answer.err) == (0, "")
    assert answer.out == (
        "0.5 [0.5] #1f77b4 (0.2, 0.4, 0.6)\n1.0 2 (3, 4)\n[[1. 2.]\n [3. 4.]]\n['1.0', '2.5'] 2.5 2\n1.5 1.0\n"
        "frame 0\nframe 1\n"
    )
    drawn = (tmp_path / "all.svg").read_text()
    assert all(f">{word}<" in drawn for word in ("shared", "bar", "G", "L", "twice", "2.5"))
    styled = (tmp_path / "styled.svg").read_text()
    assert "#e5e5e5" in styled and "stroke-width: 7" in styled
    with Image.open(tmp_path / "a.gif") as image:
        assert (image.n_frames, image.info["duration"]) == (2, 250)  # type: ignore[attr-defined]


#: program that draws -> how its error begins
NOT_DRAWN = {
    "FuncAnimation(plt.figure(), print, frames=1).save('a.mp4')": "ValueError: an animation is saved as a GIF",
    "FuncAnimation(plt.figure(), print, frames=1).save('../a.gif')": "ValueError: an animation is saved as a GIF",
    "FuncAnimation(plt.figure(), print, frames=1).to_jshtml()": "NotImplementedError: there is no page or player here",
    "FuncAnimation(plt.figure(), lambda k: 0, frames=10**9).save('a.gif')": "MemoryError: an animation has at most 500",
    "plt.gca().secondary_xaxis('top', functions=(lambda x: x * x, None))": "ValueError: functions argument of",
    "plt.gca().bar_label(plt.bar([1], [2]), fmt='%9999d')": "ValueError: bar_label() takes a format such as",
    "plt.style.use('/etc/passwd')": "OSError: '/etc/passwd' is not a valid package style",
    "plt.colorbar(plt.cm.ScalarMappable())": "ValueError: Unable to determine Axes to steal space for Colorbar.",
    "plt.legend(handles=[3])": "TypeError: legend() needs a list of what was drawn",
}


@pytest.mark.parametrize("program", NOT_DRAWN)
def test_what_is_not_drawn(program: str, tmp_path: Path) -> None:
    begun = "import matplotlib.pyplot as plt\nfrom matplotlib.animation import FuncAnimation\n"
    answer = ask("run", "--plots", str(tmp_path), "-", stdin=f"{begun}{program}\n")
    assert answer.code == 1 and NOT_DRAWN[program] in answer.err and not list(tmp_path.iterdir())
