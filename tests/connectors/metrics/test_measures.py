"""Metrics, parameters and plots: which files count, where they are, and what they say."""

import json
from hashlib import md5

import pytest

from catalog.git.named_files import StoredFile
from catalog.git.objects import RawObject
from catalog.schema.tables.dvc import Param
from catalog.schema.tables.metrics import Image, MeasureFile, Metric, Plot, PlotSeries
from catalog.schema.tables.problems import Problem
from connectors.metrics.measures import guesses_file, read_revision, wants_also, wants_file
from support.worlds import Link, World

A = "3e2b31c72181b87149ff995e7202c0e3"
D = "0123456789abcdef0123456789abcdef.dir"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8
HTTP = "[core]\n    remote = r\n['remote \"r\"']\n    url = https://example.com/store/\n"


def world_of(files):
    world = World()
    world.commit({".dvc/config": ""} | files)
    return world


def rows(files, table):
    return [row for row in read_revision(world_of(files).revision()) if isinstance(row, table)]


def files_of(files, role=None):
    found = rows(files, MeasureFile)
    return [(row.file, row.status, row.metafile, row.pipeline_stage) for row in found if role in (None, row.role)]


def metrics(files):
    return [(row.file, row.name, row.number, row.text, row.kind) for row in rows(files, Metric)]


def params(files):
    return [(row.metafile, row.pipeline_stage, row.file, row.name, row.text) for row in rows(files, Param)]


def problems(files):
    return [(row.rule, row.place) for row in rows(files, Problem)]


def test_every_case_of_metrics():
    """The worked example A.5."""
    files = {
        "dvc.yaml": "metrics: [metrics.json, cm, scalar.json, missing.json, bad.json]\n",
        "metrics.json": '{"acc": 0.5, "deep": {"f1": 0.1}, "l": [1], "none": null, "note": "s", "b": true}',
        "cm/.gitignore": "/m.json\n",
        "scalar.json": "3.5",
        "bad.json": "{",
    }
    assert (metrics(files), files_of(files), problems(files)) == (
        [
            ("metrics.json", "acc", 0.5, "0.5", "number"),
            ("metrics.json", "deep.f1", 0.1, "0.1", "number"),
            ("metrics.json", "note", None, "s", "text"),
            ("metrics.json", "b", 1.0, "true", "bool"),
            ("cm/.gitignore", "", None, "/m.json", "text"),
            ("scalar.json", "", 3.5, "3.5", "number"),
        ],
        [
            ("metrics.json", "ok", "dvc.yaml", None),
            ("cm/.gitignore", "ok", "dvc.yaml", None),
            ("scalar.json", "ok", "dvc.yaml", None),
            ("missing.json", "missing", "dvc.yaml", None),
            ("bad.json", "bad", "dvc.yaml", None),
        ],
        [("not-json", "bad.json")],
    )


def test_a_row_of_each_table():
    world = World()
    commit = world.commit(
        {
            "p/.dvc/config": "",
            "p/dvc.yaml": "metrics: [m.json]\nplots: [x.csv: {x: step, title: T}, i.png]\n",
            "p/m.json": '{"acc": 0.5}',
            "p/params.yaml": "lr: 1e-3\n",
            "p/x.csv": "step,loss\n0,1.5\n1,\n",
            "p/i.png": PNG,
        }
    )
    blob = {path.removeprefix("p/"): oid for path, oid in world.revision().files.items()}
    whole = {"commit": commit, "dvc_root": "p"}
    named = {"metafile": "p/dvc.yaml", "pipeline_stage": None}
    file = whole | {"pipeline_stage": None, "status": "ok", "hash": None, "size": None}
    plot = whole | named | dict.fromkeys(("x", "x_file", "x_label", "y_label", "title", "template")) | {"y": ()}
    csv = f"{blob['x.csv']}:csv"
    assert [*read_revision(world.revision())] == [
        MeasureFile(role="metrics", file="p/m.json", metafile="p/dvc.yaml", blob=blob["m.json"], **file),
        Metric(file="p/m.json", name="acc", number=0.5, text="0.5", kind="number", **whole),
        MeasureFile(role="plots", file="p/x.csv", metafile="p/dvc.yaml", blob=blob["x.csv"], **file),
        Plot(
            **plot | {"plot": "p/x.csv", "file": "p/x.csv", "kind": "series", "content": csv, "x": "step", "title": "T"}
        ),
        PlotSeries(content=csv, place=0, field="step", numbers=(0.0, 1.0), texts=None),
        PlotSeries(content=csv, place=1, field="loss", numbers=(1.5, None), texts=None),
        MeasureFile(role="plots", file="p/i.png", metafile="p/dvc.yaml", blob=blob["i.png"], **file),
        Plot(**plot | {"plot": "p/i.png", "file": "p/i.png", "kind": "image", "content": blob["i.png"]}),
        Image(content=blob["i.png"], media_type="image/png", data=PNG),
        MeasureFile(role="params", file="p/params.yaml", metafile=None, blob=blob["params.yaml"], **file),
        Param(
            metafile=None,
            pipeline_stage=None,
            file="p/params.yaml",
            name="lr",
            number=0.001,
            text="0.001",
            kind="number",
            locked=False,
            **whole,
        ),
    ]


@pytest.mark.parametrize(
    ("files", "found"),
    [
        pytest.param(
            {"p/dvc.yaml": "stages:\n  s: {cmd: c, wdir: ../w, metrics: [m.json: {cache: false}]}\n"},
            [("w/m.json", "missing", "p/dvc.yaml", "s")],
            id="of a stage that works elsewhere",
        ),
        pytest.param(
            {"dvc.yaml": "stages:\n  s:\n    foreach: [a, b]\n    do: {cmd: c, metrics: ['${item}.json']}\n"},
            [("a.json", "missing", "dvc.yaml", "s@a"), ("b.json", "missing", "dvc.yaml", "s@b")],
            id="of stages for each item",
        ),
        pytest.param(
            {"dvc.yaml": "stages:\n  s:\n    matrix: {x: [1, 2]}\n    cmd: c\n    metrics: ['${item.x}.json']\n"},
            [("1.json", "missing", "dvc.yaml", "s@1"), ("2.json", "missing", "dvc.yaml", "s@2")],
            id="of a matrix",
        ),
        pytest.param(
            {"dvc.yaml": "stages:\n  s:\n    cmd: c\n    live: {dvclive: {html: true}}\n"},
            [("dvclive", "missing", "dvc.yaml", "s"), ("dvclive.json", "missing", "dvc.yaml", "s")],
            id="of DVCLive in DVC 2",
        ),
        pytest.param(
            {"t.dvc": "cmd: c\nouts:\n- path: auc.metric\n  cache: false\n  metric: {type: json, xpath: AUC}\n"},
            [("auc.metric", "missing", "t.dvc", "t.dvc")],
            id="of DVC 0.x",
        ),
        pytest.param(
            {"dvc.yaml": "metrics: [d]\n", "d/a.json": "1", "d/b/c.json": "2", "d/l": Link("a.json")},
            [("d/a.json", "ok", "dvc.yaml", None), ("d/b/c.json", "ok", "dvc.yaml", None)],
            id="of a folder, without links",
        ),
        pytest.param(
            {"dvc.yaml": "metrics: [l.json]\n", "l.json": Link("/etc/passwd")},
            [("l.json", "missing", "dvc.yaml", None)],
            id="a link is not followed",
        ),
        pytest.param(
            {"dvc.yaml": "metrics: ['s3://b/m.json', '/etc/m.json']\n"},
            [("s3://b/m.json", "missing", "dvc.yaml", None), ("etc/m.json", "missing", "dvc.yaml", None)],
            id="files of elsewhere are not asked for; an absolute path counts from the project",
        ),
        pytest.param(
            {"dvc.yaml": "metrics: ['${m}']\nvars: [v.json]\n", "v.json": '{"m": "m.json"}', "m.json": "1"},
            [("m.json", "ok", "dvc.yaml", None)],
            id="named by a variable of another file",
        ),
        pytest.param(
            {"dvc.yaml": "metrics: [m.json]\nstages:\n  s: {cmd: c, metrics: [m.json]}\n", "m.json": "1"},
            [("m.json", "ok", "dvc.yaml", "s"), ("m.json", "ok", "dvc.yaml", None)],
            id="named by two",
        ),
    ],
)
def test_where_measures_are_looked_for(files, found):
    assert files_of(files) == found


@pytest.mark.parametrize(
    ("file", "text", "found"),
    [
        pytest.param(
            "m.json",
            '{"a": NaN, "b": -Infinity, "c": 1e999}',
            [("a", None, "NaN"), ("b", None, "-Infinity"), ("c", None, "Infinity")],
            id="JSON with numbers that are none",
        ),
        pytest.param("m.json", '{"a": 1%s}' % ("0" * 400), [("a", None, "1" + "0" * 400)], id="a huge whole number"),
        pytest.param("m.json", '{"a": 1, "a": 2}', [("a", 2.0, "2")], id="JSON may say a key twice"),
        pytest.param("m.JSON", '{"a": 1}', [("a", 1.0, "1")], id="suffixes in capitals"),
        pytest.param("m.json", "0", [], id="nothing but a zero is nothing, as for DVC"),
        pytest.param("m.toml", "a = 1\n[b]\nc = 2.5\n", [("a", 1.0, "1"), ("b.c", 2.5, "2.5")], id="TOML"),
        pytest.param("m.py", "A = 1\nB = f()\nclass C:\n    d: float = 2.5\n", [("A", 1.0, "1"), ("C.d", 2.5, "2.5")], id="Python"),
        pytest.param("m", "a: 012\nb: yes\n", [("a", 12.0, "12"), ("b", None, "yes")], id="YAML 1.2 under any name"),
        pytest.param("m.csv", "a,b\n1,2\n", [("", None, "a,b 1,2")], id="a table is YAML text"),
        pytest.param("m.json", '{"a.b": 1, "a": {"b": 2}}', [("a.b", 2.0, "2")], id="two ways to one name"),
    ],
)  # fmt: skip
def test_values_of_metrics(file, text, found):
    said = metrics({"dvc.yaml": f"metrics: [{file}]\n", file: text})
    assert [(name, number, text) for _, name, number, text, _ in said] == found


def test_parameters_are_those_that_stages_name_unless_somebody_names_the_whole_file():
    files = {
        "sub/dvc.yaml": "params: [w.toml]\nstages:\n  s: {cmd: c, params: [lr, {o.json: [a.b, 'z.*', gone]}]}\n"
        "  t: {cmd: c, params: [{o.json: [c], w.toml: [x]}, {p.py: }]}\n",
        "sub/params.yaml": "lr: 1\nunused: 2\n",
        "sub/o.json": '{"a": {"b": {"x": 1, "y": [2]}, "c": 3}, "c": null, "z": {"u": 4, "v": {}}}',
        "sub/w.toml": "x = 1\ny = 2\n",
        "sub/p.py": "class A:\n    l = {2, 1}\n",
        "params.yaml": "whole: {file: 1}\n",
    }
    yaml = "sub/dvc.yaml"
    assert params(files) == [
        (yaml, "s", "sub/params.yaml", "lr", "1"),
        (yaml, "s", "sub/o.json", "a.b.x", "1"),
        (yaml, "s", "sub/o.json", "a.b.y", "[2]"),
        (yaml, "s", "sub/o.json", "z.u", "4"),
        (yaml, "s", "sub/o.json", "z.v", "{}"),
        (yaml, "t", "sub/o.json", "c", None),
        (yaml, None, "sub/p.py", "A.l", "[1,2]"),
        (yaml, None, "sub/w.toml", "x", "1"),
        (yaml, None, "sub/w.toml", "y", "2"),
        (None, None, "params.yaml", "whole.file", "1"),
    ]


def stored(*contents):
    return {path: (md5(data).hexdigest(), data) for path, data in contents}


def in_storage(config=HTTP, kind="hash: md5, "):
    """A world with a file and a folder in DVC's storage, and what the storage has."""
    have = stored(("m.json", b'{"a": 1}'), ("folder/x.csv", b"a\n1\n"))
    listed = json.dumps([{"md5": have["folder/x.csv"][0], "relpath": "x.csv"}]).encode()
    have["folder"] = md5(listed).hexdigest() + ".dir", listed
    world = World()
    world.commit(
        {
            ".dvc/config": config,
            "dvc.yaml": "plots: [folder/x.csv]\nstages:\n  s: {cmd: c, outs: [folder], metrics: [m.json]}\n",
            "dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: c\n    outs:\n    - {{path: m.json, {kind}md5: {have['m.json'][0]}, size: 8}}\n"
            f"    - {{path: folder, {kind}md5: {have['folder'][0]}, size: 4000000, nfiles: 1}}\n",
        }
    )
    return world, have


def test_values_that_templates_draw_from_files_of_variables_are_parameters_of_their_stages():
    files = {
        "dvc.yaml": "vars: [v.yaml, shown.yaml, here: 1]\nmetrics: ['${top}']\nparams: [shown.yaml]\nstages:\n"
        "  s: {cmd: 'c ${a.b} ${l[-1].n} ${here} ${x} ${p}', outs: ['${o}'], desc: '${a.b}'}\n"
        "  t: {foreach: '${l}', do: {cmd: 'c ${item.n}'}}\n",
        "v.yaml": "a: {b: 1e-3, unused: 2}\nl: [{n: 3}, {n: 4}]\no: file\ntop: m.json\n",
        "shown.yaml": "x: 5\n",
        "params.yaml": "p: 6\n",
    }
    assert (params(files), files_of(files, "params")) == (
        [
            ("dvc.yaml", "s", "v.yaml", "a.b", "0.001"),
            ("dvc.yaml", "s", "v.yaml", "l.1.n", "4"),
            ("dvc.yaml", "s", "v.yaml", "o", "file"),
            ("dvc.yaml", "t@0", "v.yaml", "l.0.n", "3"),
            ("dvc.yaml", "t@1", "v.yaml", "l.1.n", "4"),
            ("dvc.yaml", None, "shown.yaml", "x", "5"),
            (None, None, "params.yaml", "p", "6"),
        ],
        [
            ("v.yaml", "ok", "dvc.yaml", "s"),
            ("v.yaml", "ok", "dvc.yaml", "t@0"),
            ("v.yaml", "ok", "dvc.yaml", "t@1"),
            ("shown.yaml", "ok", "dvc.yaml", None),
            ("params.yaml", "ok", None, None),
        ],
    )


def test_what_dvc_stores_is_asked_for_on_the_web_and_then_read():
    world, have = in_storage()
    asked, found = [], []
    for _ in range(3):
        asked.append([*wants_also(world.revision())])
        found.append([(row.file, row.status, row.hash, row.size) for row in _files(world)])
        for each in asked[-1]:
            data = next(data for digest, data in have.values() if digest == each.md5)
            world.objects[f"md5:{each.md5}"] = RawObject("stored", data)
    m, x, folder = (have[path][0] for path in ("m.json", "folder/x.csv", "folder"))
    base = "https://example.com/store/files/md5"
    first = StoredFile(url=f"{base}/{m[:2]}/{m[2:]}", md5=m, size=8)
    assert (asked, found) == (
        [
            [first, StoredFile(url=f"{base}/{folder[:2]}/{folder[2:]}", md5=folder)],
            [first, StoredFile(url=f"{base}/{x[:2]}/{x[2:]}", md5=x)],
            [first, StoredFile(url=f"{base}/{x[:2]}/{x[2:]}", md5=x)],
        ],
        [
            [("m.json", "in-dvc", m, 8), ("folder/x.csv", "in-dvc", folder, None)],
            [("m.json", "fetched", m, 8), ("folder/x.csv", "in-dvc", x, None)],
            [("m.json", "fetched", m, 8), ("folder/x.csv", "fetched", x, None)],
        ],
    )
    assert [row.content for row in read_revision(world.revision()) if isinstance(row, PlotSeries)] == [f"md5:{x}:csv"]


def _files(world):
    return [row for row in read_revision(world.revision()) if isinstance(row, MeasureFile)]


@pytest.mark.parametrize(
    ("config", "url"),
    [
        pytest.param(HTTP, "https://example.com/store/", id="DVC 2 had no folder of its own"),
        pytest.param(HTTP.replace("https://example.com", "remote://o") + "['remote \"o\"']\n    url = http://o.org/a\n", "http://o.org/a/store/", id="a remote by another one"),
        pytest.param(HTTP.replace("https://", "s3://"), None, id="not of S3"),
        pytest.param(HTTP.replace("https://", "https://me:pw@"), None, id="not with a password"),
        pytest.param(HTTP + "    auth = basic\n", None, id="not where one has to be known"),
        pytest.param(HTTP.replace("store/", "store?sig=1"), None, id="not with a token"),
        pytest.param(HTTP + "    version_aware = true\n", None, id="not with versions"),
        pytest.param(HTTP.replace("remote = r", "remote = gone"), None, id="not of a remote that is absent"),
        pytest.param("", None, id="not without a remote"),
    ],
)  # fmt: skip
def test_storage_that_is_asked(config, url):
    world, _ = in_storage(config, kind="")
    found = {each.url[: -len("ab/") - len(each.md5) + 2] for each in wants_also(world.revision())}
    assert found == ({url} if url else set())


def test_what_is_not_pushed_is_not_asked_for():
    files = {".dvc/config": HTTP, "m.dvc": f"outs:\n- {{path: m, md5: {A}, push: false, metric: true}}\n"}
    assert [*wants_also(world_of(files).revision())] == []


def test_a_file_in_a_version_aware_remote_has_a_hash_of_its_own():
    files = {
        "dvc.yaml": "metrics: [d/a.json, d/b.json]\n",
        "d.dvc": f"outs:\n- path: d\n  hash: md5\n  files:\n  - {{relpath: a.json, md5: {A}, size: 2, cloud: {{vs: {{version_id: v}}}}}}\n",
    }
    found = [(row.file, row.status, row.hash, row.size) for row in rows(files, MeasureFile)]
    assert found == [("d/a.json", "in-dvc", A, 2), ("d/b.json", "missing", None, None)]


def test_variables_are_asked_for_first_and_then_what_they_name():
    world = world_of(
        {
            "dvc.yaml": "vars: [v.json]\nmetrics: ['${m}', none.json]\nplots: [d]\n",
            "v.json": '{"m": "sub/m.json"}',
            "sub/m.json": "1",
            "d/x.csv": "2",
            "other.json": "3",
        }
    )
    asked = []
    known, world.objects = world.objects, {oid: raw for oid, raw in world.objects.items() if b"sub/m" not in raw.data}
    asked.append([*wants_also(world.snapshot(wants_file).revision(world.tip()))])
    world.objects = known
    asked.append([*wants_also(world.snapshot(wants_file).revision(world.tip()))])
    assert asked == [["v.json", "d/x.csv"], ["v.json", "sub/m.json", "d/x.csv"]]


def test_a_plot_of_several_files_has_a_row_for_each():
    files = {
        "p/dvc.yaml": "plots:\n- both:\n    x: {a.csv: step}\n    y: {a.csv: acc, ../b.csv: [acc, loss]}\n    template: linear\n"
        "- pairs:\n    x: {a.csv: step, c.csv: t}\n    y: {b.csv: u, d.csv: v}\n- same: {x: step, y: {a.csv: acc}}\n",
        "p/a.csv": "step,acc\n0,1\n",
    }
    found = [(row.plot, row.file, row.x_file, row.x, row.y, bool(row.x_content)) for row in rows(files, Plot)]
    assert found == [
        ("both", "p/a.csv", None, "step", ("acc",), False),
        ("both", "b.csv", "p/a.csv", "step", ("acc", "loss"), True),
        ("pairs", "p/b.csv", "p/a.csv", "step", ("u",), True),
        ("pairs", "p/d.csv", "p/c.csv", "t", ("v",), False),
        ("same", "p/a.csv", None, "step", ("acc",), False),
    ]


def test_in_a_folder_of_plots_the_closest_definition_counts():
    files = {
        "dvc.yaml": "plots: [d: {title: far}, d/sub: {title: near}, d/e.csv: {title: own}]\n",
        "d/a.csv": "x\n1\n",
        "d/e.csv": "x\n1\n",
        "d/sub/b.csv": "x\n1\n",
    }
    found = [(row.plot, row.title) for row in rows(files, Plot)]
    assert found == [("d/a.csv", "far"), ("d/sub/b.csv", "near"), ("d/e.csv", "own")]


def series(file, data, plot=None):
    found = rows({"dvc.yaml": f"plots: [{plot or file}]\n", file: data}, PlotSeries)
    return [(row.field, row.numbers or row.texts) for row in found]


@pytest.mark.parametrize(
    ("file", "data", "found"),
    [
        pytest.param("x.csv", "a,b\n1,x\n2,\n", [("a", (1.0, 2.0)), ("b", ("x", None))], id="CSV"),
        pytest.param("x.tsv", "a\tb\n1\t1e3\n\n-inf\tnan\n", [("a", (1.0, None)), ("b", (1000.0, None))], id="TSV"),
        pytest.param("x.csv", "\ufeffa,b\n1\n1,2,3\n", [("a", (1.0, 1.0)), ("b", (None, 2.0))], id="rows too short or too long"),
        pytest.param("x.json", '[{"a": 1, "b": true}, {"a": null, "b": "x"}]', [("a", (1.0, None)), ("b", ("true", "x"))], id="JSON"),
        pytest.param("x.json", '{"n": 1, "r": [{"f": 0}, {"f": 1}], "o": {"s": [{"g": 2}]}}', [("f", (0.0, 1.0)), ("g", (2.0, None))], id="lists side by side"),
        pytest.param("x.json", '[{"a": 1}, {"b": 2}]', [], id="what has different keys is no table"),
        pytest.param("x.yaml", "- {5: 1}\n- {5: [2]}\n", [("5", ("1", "[2]"))], id="YAML, with values that are none of a plot"),
        pytest.param("x.py", "rows = [{'a': 1}]\n", [("a", (1.0,))], id="Python"),
        pytest.param("x.csv", "", [], id="nothing"),
    ],
)  # fmt: skip
def test_data_of_plots(file, data, found):
    assert series(file, data) == found


def test_a_table_may_have_no_header():
    files = {"dvc.yaml": "stages:\n  s: {cmd: c, plots: [x.csv: {header: false, cache: false}]}\nplots: [x.csv: {y: b}]\n", "x.csv": "1,2\n3,4\n"}  # fmt: skip
    assert [(row.content.partition(":")[2], row.field, row.numbers) for row in rows(files, PlotSeries)] == [
        ("csv-without-header", "0", (1.0, 3.0)),
        ("csv-without-header", "1", (2.0, 4.0)),
        ("csv", "1", (3.0,)),
        ("csv", "2", (4.0,)),
    ]


@pytest.mark.parametrize(
    ("data", "media_type"),
    [
        (PNG, "image/png"),
        (b"\xff\xd8\xff\xe0", "image/jpeg"),
        (b"GIF89a", "image/gif"),
        (b'<?xml version="1.0"?>\n<!-- c -->\n<!DOCTYPE svg PUBLIC "a" "b">\n<svg xmlns="x"/>', "image/svg+xml"),
        (b"\xef\xbb\xbf <svg>", "image/svg+xml"),
    ],
)
def test_an_image_is_what_its_first_bytes_say(data, media_type):
    files = {"dvc.yaml": "plots: [x.png]\n", "x.png": data}
    assert [(row.media_type, row.data) for row in rows(files, Image)] == [(media_type, data)]


@pytest.mark.parametrize(
    ("path", "guessed"),
    [
        ("metrics.json", True),
        ("a/b/Scores.YAML", False),
        ("a/b/scores.YAML", True),
        ("eval/plots/roc.csv", True),
        ("dvclive/plots/metrics/acc.tsv", True),
        ("results/model.pkl", False),
        ("data/table.csv", False),
        ("metrics/readme.md", False),
    ],
)
def test_files_of_common_names_are_fetched_before_anybody_asks_for_them(path: str, guessed: bool):
    assert guesses_file(path) is guessed
