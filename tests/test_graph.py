"""``graph``: every form of the picture, of programs whose graph is known."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from cli_ask import ROOT, ask

from autogradcli import recorded
from autogradcli.cli import graphs
from autogradcli.session import Session
from autogradcli.show.graph import answer

SCHEMA: dict[str, Any] = json.loads((ROOT / "docs" / "schema" / "events.schema.json").read_text())
VALIDATOR = jsonschema.Draft202012Validator(SCHEMA)

X = "import torch\nx = torch.tensor([1., 2.], requires_grad=True)\n"
NN = "import torch\nfrom torch import nn\ntorch.manual_seed(0)\n"
MLP = NN + (
    "layers = [m for k in range(12) for m in (nn.Linear(4, 4), nn.ReLU())]\n"
    "net = nn.Sequential(*layers, nn.Linear(4, 1))\n"
    "loss = (net(torch.ones(5, 4)) ** 2).mean()\nloss"
)
BLOCKS = NN + (
    "class Block(nn.Module):\n"
    "    def __init__(self):\n        super().__init__()\n"
    "        self.a = nn.Linear(4, 4)\n        self.b = nn.Linear(4, 4)\n"
    "    def forward(self, x):\n        return x + self.b(torch.relu(self.a(x)))\n"
    "blocks = [Block() for k in range({count})]\n"
    "x = torch.ones(1, 4, requires_grad=True)\ny = x\n"
    "for block in blocks: y = block(y)\n"
    "y.sum() * 2"
)
RNN = (
    "W = torch.eye(2).requires_grad_()\nb = torch.ones(2, requires_grad=True)\nh = torch.zeros(2)\n"
    "for k in range(6): h = torch.tanh(W @ h + b)\nh.sum()"
)
CUTS = X + (
    "h = x.exp()\nh.register_hook(lambda g: g * 2)\nwith torch.no_grad():\n    k = h.mean() * 3\n"
    "loss = (h * h.detach() / (k + 1)).sum()\nloss"
)
ATTENTION = (
    "torch.manual_seed(0)\nX = torch.randn(3, 4)\n"
    "Wq, Wk, Wv = [torch.randn(4, 4, requires_grad=True) for k in range(3)]\n"
    "q, k, v = X @ Wq, X @ Wk, X @ Wv\nout = torch.softmax(q @ k.T / 2, -1) @ v\n"
    "n = (out - out.mean(-1, keepdim=True)) / (out.var(-1, keepdim=True) + 1e-5).sqrt()\nparts = n.unbind(1)\n"
    "(n ** 2).sum() + (parts[0] * parts[2]).sum() + (Wq * Wq).sum() + (Wk * Wk).sum()"
)
#: Many edges over many rows.
WOVEN = (
    "ys = [tensor(1., requires_grad=True)]\n"
    "for i in range({count}): ys.append(ys[i // 2] * ys[i * 2 // 3] + ys[i])\nys[-1]"
)
#: Names that mean something in every form.
HOSTILE = (
    "d = {'<b>\"&`\\n#;%\\\\': tensor(2., requires_grad=True)}\n"
    "e = [v for v in d.values()]\n"
    "e[0] * len('<i>\"</i>`--> %% \\\\')"
)


def tree(program: str, *options: str) -> list[str]:
    done = ask("graph", program, *options)
    assert done.code == 0, done.err
    return done.out.splitlines()


def drawn(program: str, *options: str, path: Path) -> str:
    done = ask("graph", program, *options, str(path))
    assert (done.code, done.out) == (0, ""), done.err
    return path.read_text(encoding="utf-8")


# -- the tree ------------------------------------------------------------------------------------------------

TREES: dict[str, tuple[tuple[str, ...], str]] = {
    "values": (
        ("a*a + a", "a=2", "--values"),
        """
                           value  gradient
a*a + a = AddBackward0 []  6      1
├─ MulBackward0 []         4      1
│  ├─ a []                 2      1 + 2 + 2 = 5
│  └─ a
└─ a
""",
    ),
    "lines, hooks, cuts": (
        (CUTS,),
        """
loss = SumBackward0 []                                        line 7: loss = (h * h.detach() / (k + 1)).sum()
└─ DivBackward0 [2]                                           line 7
   ├─ MulBackward0 [2]                                        line 7
   │  ├─ h = ExpBackward0 [2] hook (line 4)                   line 3: h = x.exp()
   │  │  └─ x [2]
   │  └─ a value [2] cut off: no gradient goes on to h
   └─ a value [] cut off in line 6: no gradient goes on to h  line 7
""",
    ),
    "shared without a name": (
        ("(y := x.exp() * 2, y := y + y, 0)[1]", "x=1"),
        """
(y := x.exp() * 2, y := y + y, 0)[1] = AddBackward0 []
├─ #1 MulBackward0 []
│  └─ ExpBackward0 []
│     └─ x []
└─ #1 (above)
""",
    ),
    "several results": (
        ("top, at = x.max(0); low, at = x.min(0); top * low", "x=[1, 3]"),
        """
top * low = MulBackward0 []
├─ top = MaxBackward0 []
│  └─ x [2]
└─ low = MinBackward0 []
   └─ x
""",
    ),
    "forty sines": (
        ("y = x; [y := y.sin() for i in range(40)]; y * 2", "x=1"),
        "\ny * 2 = MulBackward0 []\n└─ y = SinBackward0 x 40 []\n   └─ x []\n",
    ),
    "a recurrent network": (
        (RNN,),
        """
h.sum() = SumBackward0 []                                           line 5: h.sum()
└─ h = 6 x MvBackward0, AddBackward0, TanhBackward0 [2]             line 4: for k in range(6): h = torch.tanh(W @ h + b)
   ├─ b [2]
   └─ W [2, 2]
""",
    ),
    "layers": (
        (MLP,),
        """
loss = MeanBackward0 []                                                line 6: loss = (net(torch.ones(5, 4)) ** 2).me...
└─ PowBackward0 [5, 1]                                                 line 6
   └─ AddmmBackward0 [5, 1]                                            net[24]: Linear, line 6
      ├─ net[24].bias [1]
      ├─ 12 x Linear, ReLU [5, 4] with net[0].bias ... net[22].weight  net: Sequential, line 6
      └─ TBackward0 [4, 1]                                             net[24]: Linear, line 6
         └─ net[24].weight [1, 4]
""",
    ),
    "a changed part, a leaf that has another name": (
        (X + "y = x * 2\ny[0] = y[1]\nx = 3\ny.sum()",),
        """
y.sum() = SumBackward0 []            line 6: y.sum()
└─ y = CopySlices [2]                line 4: y[0] = y[1]
   ├─ #1 MulBackward0 [2]            line 3: y = x * 2
   │  └─ an earlier x [2]
   └─ SelectBackward0 []             line 4
      └─ #1 (above)
""",
    ),
    "not deeper": (
        ("x.exp().sin().cos().tanh()", "x=1", "--depth", "2"),
        """
x.exp().sin().cos().tanh() = TanhBackward0 []
└─ CosBackward0 []
   └─ SinBackward0 []
      └─ ...
... 2 more nodes: deeper than --depth 2
""",
    ),
    "a leaf": (("x", "x=[1, nan, 3]", "--values"), "\n       value        gradient\nx [3]  [1, nan, 3]  [1, 1, 1]\n"),
}


@pytest.mark.parametrize("name", TREES)
def test_trees(name: str) -> None:
    arguments, expected = TREES[name]
    done = ask("graph", *arguments)
    found = done.out.splitlines()
    wanted = expected.strip("\n").splitlines()
    if name == "a leaf":
        found = found[:2]  # the rest says that the gradient starts from ones
    assert [re.sub(r"  +", "  ", line) for line in found] == [re.sub(r"  +", "  ", line) for line in wanted], done.out


def test_what_is_rolled_up() -> None:
    for program, title in (
        (BLOCKS.format(count=6), "6 x Block"),
        ("y = x; [y := (y * 2).sin() for i in range(9)]; y", "9 x MulBackward0, SinBackward0"),
        ("y = x; [y := y * x for i in range(9)]; y", "MulBackward0 x 8"),
        (
            "w = [tensor(2., requires_grad=True) for k in range(9)]; y = x; [y := y * v for v in w]; y",
            "MulBackward0 x 9",
        ),
    ):
        given = [] if "Block" in program else ["x=1"]
        text = "\n".join(tree(program, *given))
        assert title in text, text
        assert title not in "\n".join(tree(program, *given, "--full"))


@pytest.mark.parametrize(
    "kept",
    [
        "y = x.sin().sin().sin(); z = y.sin().sin(); z + y",  # another way leads into the middle
        "y = x.sin().sin().sin(); y.register_hook(lambda g: g); y.sin().sin().sin()",
        "a = x.sin(); b = a.sin(); c = b.sin(); d = c.sin(); e = d.sin(); e.sin()",  # all have names
        "x.sin().cos().sin().exp().sin().tanh()",
    ],
)
def test_what_is_not_rolled_up(kept: str) -> None:
    assert not [line for line in tree(kept, "x=1") if " x " in line.partition(" = ")[2]]


def test_a_tree_fits_the_screen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graphs, "WIDTH", 60)
    lines = tree("y = x\nfor i in range(40): y = (y.sin() * x).exp() if i % 3 else y.cos() + y\ny", "x=1", "--full")
    assert max(map(len, lines)) <= 60
    below = [line for line in lines if line.endswith("(below)")]
    assert below and all(any(other.startswith(line.split()[-2]) for other in lines) for line in below)


# -- other forms ---------------------------------------------------------------------------------------------

PROGRAMS = {
    "small": "x = tensor([1., 2.], requires_grad=True)\n(x * x + x).sum()",
    "layers": MLP,
    "blocks": BLOCKS.format(count=2),
    "many blocks": BLOCKS.format(count=7),
    "attention": ATTENTION,
    "recurrent": RNN,
    "cuts": CUTS,
    "hostile": HOSTILE,
    "woven": WOVEN.format(count=40),
}


def nodes_of(program: str) -> dict[str, Any]:
    [line] = ask("graph", program, "--values", "--format", "json").out.splitlines()
    event: dict[str, Any] = json.loads(line)
    VALIDATOR.validate(event)
    return event


@pytest.mark.parametrize("name", PROGRAMS)
def test_json(name: str) -> None:
    event = nodes_of(PROGRAMS[name])
    count = len(event["nodes"])
    for k, node in enumerate(event["nodes"]):
        assert all(k < way["node"] < count or event["nodes"][way["node"]]["kind"] for way in node["inputs"])
        assert node["module"] is None or node["module"] < len(event["modules"])
        if node["kind"] in ("operation", "leaf"):
            assert node["value"]["shape"] in node["shapes"]
    reached, pending = {0}, [0]
    while pending:
        for way in event["nodes"][pending.pop()]["inputs"]:
            if way["node"] not in reached:
                reached.add(way["node"])
                pending.append(way["node"])
    assert len(reached) == count


@pytest.mark.parametrize("name", PROGRAMS)
def test_dot(name: str) -> None:
    text = "\n".join(tree(PROGRAMS[name], "--dot"))
    bare = re.sub(r'"(?:[^"\\]|\\.)*"', '""', text)
    assert '"' not in bare.replace('""', "") and bare.count("{") == bare.count("}")
    declared = re.findall(r"^ *n(\d+) \[label=", bare, re.M)
    assert len(declared) == len(set(declared))
    for line in bare.splitlines()[4:-1]:
        assert re.fullmatch(
            r' *(n\d+( -> n\d+)?( \[[a-z]+=[^\n]*\])?;|subgraph cluster_\d+ \{|\}|label="";( [a-z]+="";)*)', line
        ), line
    ends = {number for pair in re.findall(r"n(\d+) -> n(\d+)", bare) for number in pair}
    assert ends <= set(declared) and len(declared) == len(nodes_of(PROGRAMS[name])["nodes"])


@pytest.mark.parametrize("name", PROGRAMS)
def test_mermaid(name: str) -> None:
    head, *lines = tree(PROGRAMS[name], "--mermaid")
    assert head == "flowchart TD"
    declared = set()
    for line in lines:
        text = line.strip()
        node = re.fullmatch(r'(n\d+)(\[|\(\[|\[\[|\{\{)"([^"`<>]|<br/>)*"(\]|\]\)|\]\]|\}\})', text)
        if node:
            declared.add(node[1])
        else:
            edge = r"n\d+ (-->|-\.->)(\|\d+\|)? n\d+"
            module = r'subgraph m\d+\["[^"`<>]*"\]|end|classDef marked [^\n]*|class [n\d,]+ marked|%% [^\n]*'
            assert re.fullmatch(f"{edge}|{module}", text), line
            assert set(re.findall(r"\bn\d+\b", re.sub(r"%%.*", "", text))) <= declared or text.startswith("subgraph")
    assert len(declared) == len(nodes_of(PROGRAMS[name])["nodes"])


# -- bounds and errors -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("form", "most"), [((), 410), (("--dot",), 1500), (("--mermaid",), 1500), (("--full",), 410)])
def test_large_graphs_are_bounded(form: tuple[str, ...], most: int) -> None:
    lines = tree(WOVEN.format(count=3000), *form)
    assert len(lines) < most
    said = "\n".join(lines)
    assert re.search(r"\.\.\. [\d,]{5,} more nodes; the \d+ nearest to the result are drawn, --depth N", said), said[
        -300:
    ]


def test_large_drawings_are_bounded(tmp_path: Path) -> None:
    text = drawn(WOVEN.format(count=3000), "--svg", path=tmp_path / "a.svg")
    assert text.count('class="node"') < 500 and "more nodes" in text


def test_a_long_program_is_not_written_down(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answer, "MOST_OPERATIONS", 10)
    monkeypatch.setattr(graphs, "MOST_OPERATIONS", 10)
    lines = tree("y = x\nfor i in range(30): y = y.sin()\ny", "x=1", "--values")
    assert [line.split()[:4] for line in lines[1:3]] == [["y", "=", "SinBackward0", "x"], ["└─", "x", "[]", "1"]]
    assert lines[3].startswith("more than") and "no shapes" in lines[3]


def test_what_is_too_long_for_formulas() -> None:
    program = recorded.play(
        Session(), ["y = x = tensor(1., requires_grad=True)\nfor i in range(9): y = y.sin()"], "y", limit=5
    )
    with pytest.raises(recorded.NoFormula, match="more than 5 operations"):
        recorded.Reading(program)


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("x.long()", "x=1"), 1, "does not require grad"),
        (("3", "x=1"), 1, "TypeError: the expression gives an int"),
        (("x * nope", "x=1"), 1, "NameError"),
        (("x * x", "x=1", "--svg", "no/such/folder/a.svg"), 1, "no/such/folder/a.svg: No such file or directory"),
        (("x * x", "x=1", "--dot", "--html", "a.html"), 2, "different forms of one picture"),
        (("x * x", "x=1", "--dot", "--format", "json"), 2, "a form of its own"),
        (("x * x", "x=1", "--depth", "-1"), 2, "--depth is a number of levels"),
        (("x * x", "x=[1, 2]", "--values", "--gradient", "[1, 2, 3]"), 1, "a gradient of the shape [2] is needed"),
    ],
)
def test_errors(
    arguments: tuple[str, ...], code: int, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    done = ask("graph", *arguments)
    assert done.code == code and said in done.err and not list(tmp_path.iterdir())


def test_gradients_are_those_of_backward() -> None:
    event = nodes_of(ATTENTION)
    program = ATTENTION.rpartition("\n")
    names = ("Wq", "Wk", "Wv")
    session, found = Session(), []
    text = f"{program[0]}\n({program[2]}).backward()\n[w.grad.tolist() for w in ({', '.join(names)})]"
    session.run(text, lambda event: found.append(event))
    expected = dict(zip(names, found[-1].value, strict=True))
    leaves = {node["name"]: node["gradient"]["data"] for node in event["nodes"] if node["kind"] == "leaf"}
    for name in names:
        assert [round(v, 4) for row in leaves[name] for v in row] == [
            round(v, 4) for row in expected[name] for v in row
        ]


def test_a_pass_that_fails_costs_only_the_gradients() -> None:
    lines = tree(X + "h = x.exp()\nloss = (h * h).sum()\nwith torch.no_grad(): h.zero_()\nloss", "--values")
    assert lines[1].startswith("loss = SumBackward0 []") and "no gradients: backward() fails by now" in lines[-1]


MORE_TREES = {
    "a Function of the program": (
        "class F(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a): return a * 2\n"
        "    @staticmethod\n    def backward(ctx, g): return g * 2\n"
        "y = F.apply(x)\ny.sin()",
        ["└─ y = FBackward [] 4"],
    ),
    "a gradient's own graph": (
        "y = x ** 3\ng, = torch.autograd.grad(y, x, create_graph=True)\ng * 2",
        ["└─ g = MulBackward0 [] 12 2 line 2: g, = torch.autograd.grad(y, x, create_graph=True)", "└─ x [] 2 24"],
    ),
    "every kind of hook": (
        "x.register_post_accumulate_grad_hook(lambda p: None)\ny = x.exp()\ny.retain_grad()\n"
        "y.grad_fn.register_hook(lambda a, b: None)\ny.grad_fn.register_prehook(lambda a: None)\ny * 2",
        [
            "└─ y = ExpBackward0 [] hook before the node (line 5), hook after the node (line 4), keeps its gradient",
            "└─ x [] hook after accumulation (line 1) 2 14.78",
        ],
    ),
    "the meta device": (
        "torch.ones(3, device='meta', requires_grad=True) * x",
        ["no values: tensors of the meta device have no numbers"],
    ),
    "a module that is called twice": (
        "from torch import nn; torch.manual_seed(0)\nlin = nn.Linear(1, 1)\nlin(lin(x.reshape(1, 1)))",
        ["├─ lin.bias [1]", "│ ├─ lin.bias", "AddmmBackward0 [1, 1]", "lin: Linear, line 3"],
    ),
}


@pytest.mark.parametrize("name", MORE_TREES)
def test_special_nodes(name: str) -> None:
    program, parts = MORE_TREES[name]
    text = re.sub(r" +", " ", "\n".join(tree(program, "x=2", "--values")))
    assert all(part in text for part in parts), text


def test_hooks_that_print_are_not_heard() -> None:
    assert tree("x.register_hook(lambda g: print('heard'))\nx * 2", "x=1", "--values")[0].split() == [
        "value",
        "gradient",
    ]


@pytest.mark.parametrize(
    ("line", "cut"),
    [
        ("d = x.detach()", "d [] cut off: no gradient goes on to x"),
        ("d = x.data * 2", "d [] cut off: no gradient goes on to x"),
        ("d = torch.tensor(x)", "d [] cut off: no gradient goes on to x"),
        ("d = (x > 1).float()", "d [] cut off in line 3: no gradient goes on to x"),
        ("d = torch.where(x > 0, w, 1.)", ""),
    ],
)
def test_a_leaf_that_was_cut_off_is_marked(line: str, cut: str) -> None:
    program = f"x = torch.tensor(2., requires_grad=True)\nw = torch.tensor(3., requires_grad=True)\n{line}\nw * d"
    text = re.sub(r" +", " ", "\n".join(tree(program)))
    assert (cut in text) if cut else ("cut off" not in text), text


def test_a_long_graph_is_rolled_up_in_one_pass() -> None:
    """What rolling up costs grows with the links, and not with how far leaves are."""
    from time import process_time

    from autogradcli.explain.graph.boxes import Known, Limits, read

    def seconds(turns: int) -> float:
        session = Session()
        session.run(f"x = torch.tensor(1., requires_grad=True)\ny = x\nfor k in range({turns}): y = y.sin() * x", print)
        began = process_time()
        picture = read(session.variables["y"], "y", Known(None, {}, {}), Limits(200))
        assert picture.boxes[0].title == f"{turns:,} x SinBackward0, MulBackward0"
        return process_time() - began

    few = min(seconds(5_000) for _ in range(3))
    assert seconds(50_000) < 25 * few
