"""Lineage as a tree, for Mermaid and for Graphviz: nothing that a stranger wrote is more than a name."""

from __future__ import annotations

import pytest

from catalog.cli.formats import Format
from catalog.cli.graphs import _NARROWEST, dot, graph, mermaid, tree
from catalog.cli.text import Screen
from catalog.cli.tracing import GraphFormat

PIPE = Screen(width=None, colour=False)


def start(node="m", repo="r"):
    """The row that tells of the version itself."""
    edge = {"kind": None, "from_node": None, "to_node": None}
    return edge | {
        "node": node,
        "what": "version",
        "label": "model.pkl",
        "refs": ["r:m@v1.0.0"],
        "repo": repo,
        "hash": "a" * 32,
    }


def step(before, after, what="data", *, kind="input", down=False, **values):
    """An edge; the row tells of the end that is further away."""
    node = after if down else before
    row = {"node": node, "from_node": before, "to_node": after, "what": what, "kind": kind, "label": node, "refs": []}
    return row | {"repo": "r", "hash": None} | values


DIAMOND = [
    start(),
    step("train", "m", "stage", kind="output"),
    step("clean", "train"),
    step("raw", "train", what="version", refs=["r:raw@v1.0.0"]),
    step("raw", "clean", what="version", refs=["r:raw@v1.0.0"]),
    step("source", "raw", kind="import", repo="data", what="version", refs=["data:raw@v3.0.0"]),
    step("https://x", "source", "url", kind="url", repo=None),
]
TREE = """\
r:m@v1.0.0
└── train  (stage)
    ├── clean
    │   └── raw  = raw@v1.0.0
    │       └── data:source  (import)  = raw@v3.0.0
    │           └── https://x  (url)
    └── raw  = raw@v1.0.0 (as above)
"""
MERMAID = """\
flowchart LR
    n0(["r:m@v1.0.0"])
    n1{{"train  (stage)"}}
    n2["clean"]
    n3(["raw  = raw@v1.0.0"])
    n4(["data:source  (import)  = raw@v3.0.0"])
    n5>"https://x  (url)"]
    n1 --> n0
    n2 --> n1
    n3 --> n1
    n3 --> n2
    n4 --> n3
    n5 --> n4
"""
DOT = """\
digraph lineage {
    rankdir=LR;
    n0 [label="r:m@v1.0.0", shape=box, style=rounded];
    n1 [label="train  (stage)", shape=hexagon];
    n2 [label="clean", shape=box];
    n3 [label="raw  = raw@v1.0.0", shape=box, style=rounded];
    n4 [label="data:source  (import)  = raw@v3.0.0", shape=box, style=rounded];
    n5 [label="https://x  (url)", shape=cds];
    n1 -> n0;
    n2 -> n1;
    n3 -> n1;
    n3 -> n2;
    n4 -> n3;
    n5 -> n4;
}
"""


def test_a_tree_tells_each_branch_once():
    assert tree(graph(DIAMOND, "r:m@v1.0.0", down=False), PIPE) == TREE


@pytest.mark.parametrize(("write", "expected"), [(mermaid, MERMAID), (dot, DOT)])
def test_drawn(write, expected):
    assert write(graph(DIAMOND, "r:m@v1.0.0", down=False)) == expected


def test_downwards_arrows_still_point_from_what_was_there_first():
    rows = [start(), step("m", "report", down=True)]
    assert mermaid(graph(rows, "r:m@v1.0.0", down=True)).splitlines()[-1] == "    n0 --> n1"


def test_a_cycle_ends():
    rows = [start(), step("a", "m"), step("b", "a"), step("a", "b")]
    assert tree(graph(rows, "r:m", down=False), PIPE).splitlines()[-1] == "        └── a (as above)"


def test_a_version_of_several_parts_has_them_below():
    rows = [start("one"), start("two"), step("raw", "one")]
    assert tree(graph(rows, "r:m@v1.0.0", down=False), PIPE).splitlines() == [
        "r:m@v1.0.0",
        "├── model.pkl aaaaaaa  = m@v1.0.0",
        "│   └── raw",
        "└── model.pkl aaaaaaa  = m@v1.0.0",
    ]


def test_nothing_but_the_version():
    assert tree(graph([start()], "r:m@v1.0.0", down=False), PIPE) == "r:m@v1.0.0\n"


def test_a_tree_fits_the_terminal():
    rows = [start(), step("x" * 100, "m", refs=["y" * 100]), step("z", "m", refs=["y" * 100])]
    lines = tree(graph(rows, "m" * 100, down=False), Screen(width=60, colour=False)).splitlines()
    assert [line for line in lines if len(line) > 60] == []
    assert [sum(line.count(letter) for line in lines) for letter in "mxyz"] == [100, 100, 200, 1]


@pytest.mark.parametrize(
    ("length", "lines"),
    [pytest.param(_NARROWEST, 1, id="as long as a line"), pytest.param(_NARROWEST + 1, 2, id="one character more")],
)
def test_a_name_has_some_room_however_narrow_the_screen_is(length, lines):
    text = tree(graph([], "m" * length, down=False), Screen(width=2, colour=False))
    assert len(text.splitlines()) == lines


HOSTILE = 'a"];\nclick n0 href "javascript:x" <b>&`\x1b\\'


@pytest.mark.parametrize(
    ("write", "node"),
    [
        pytest.param(
            mermaid,
            '    n1["a#34;#93;#59;#92;nclick n0 href #34;javascript:x#34; #60;b#62;#38;#96;#92;x1b#92;"]',
            id="Mermaid",
        ),
        pytest.param(
            dot,
            '    n1 [label="a\\"];\\\\nclick n0 href \\"javascript:x\\" <b>&`\\\\x1b\\\\", shape=box];',
            id="Graphviz",
        ),
    ],
)
def test_what_a_stranger_wrote_is_a_label(write, node):
    drawn = write(graph([start(), step("a", "m", label=HOSTILE)], "r:m", down=False))
    assert node in drawn.splitlines()


def test_lineage_is_written_in_every_format_of_rows():
    assert [form for form in GraphFormat if form not in ("tree", "mermaid", "dot")] == list(Format)
