"""DVC itself as the judge of metrics, parameters and plots: each rule in a small repository, and the fleet's bundles."""

from __future__ import annotations

import json
import subprocess
from hashlib import md5
from pathlib import Path

import pytest
from dvc.scm import Git

from catalog.git.objects import RawObject
from conftest import FLEET
from connectors.dvc.files import roots
from support.dvc_judge import commits_of, snapshot_of
from support.measures_judge import Measures, measures_of_dvc, measures_of_ours
from support.worlds import World

INIT = {".dvc/config": "", ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n"}
A = "3e2b31c72181b87149ff995e7202c0e3"
D = "0123456789abcdef0123456789abcdef.dir"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 8

WORLDS: dict[str, dict[str, str | bytes]] = {
    "every case of metrics": {
        "dvc.yaml": "metrics: [metrics.json, cm, scalar.json, missing.json, bad.json]\n",
        "metrics.json": '{"acc": 0.5, "deep": {"f1": 0.1, "none": null}, "l": [1], "e": {}, "note": "s", "b": true}',
        "cm/.gitignore": "/m.json\n",
        "scalar.json": "3.5",
        "bad.json": "{",
    },
    "metrics of all formats": {
        "sub/dvc.yaml": "metrics: [a.yaml, b.toml, c.py, d.txt, E.JSON, zero.json, '../up.json']\n",
        "sub/a.yaml": "a: 1e-3\nb: yes\nc: 012\nd: 2024-01-01\n5: five\n",
        "sub/b.toml": "x = 1\n[a.b]\nc = inf\n",
        "sub/c.py": "import os\nX = 1\nY = os.getcwd()\nclass A:\n    z: float = 1.5\n    def __init__(self):\n        self.w = 'w'\n        v = 2\n",
        "sub/d.txt": "0.75\n",
        "sub/E.JSON": '{"a": NaN, "b": -Infinity, "c": 1e999, "d": 123456789012345678901234567890}',
        "sub/zero.json": "0",
        "up.json": '{"up": 1}',
    },
    "metrics of stages": {
        "params.yaml": "models: {us: {n: 1}, eu: {n: 2}}\nname: m\n",
        "p/dvc.yaml": "stages:\n  s:\n    cmd: c\n    wdir: ../w\n    metrics: [m.json: {cache: false}, 'gone.json']\n",
        "dvc.yaml": "metrics: ['${name}.yaml']\nstages:\n  each:\n    foreach: ${models}\n    do: {cmd: c, metrics: ['${key}.json': {cache: false}]}\n"
        "  mat:\n    matrix: {a: [x, y]}\n    cmd: c\n    metrics: ['m-${item.a}.json': {cache: false}]\n",
        "w/m.json": '{"a": 1}',
        "us.json": '{"a": 2}',
        "eu.json": '{"a": 3}',
        "m-x.json": '{"a": 4}',
        "m.yaml": "a: 5\n",
    },
    "metrics in DVC's storage": {
        "dvc.yaml": "metrics: [m.json, folder, folder/in.json, d/other.json]\nstages:\n  s:\n    cmd: c\n    outs: [folder, d]\n    metrics: [m.json]\n",
        "dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: c\n    outs:\n    - {{path: m.json, hash: md5, md5: {A}, size: 5}}\n"
        f"    - {{path: folder, hash: md5, md5: {D}, size: 5, nfiles: 1}}\n",
    },
    "parameters of stages and files": {
        "params.yaml": "lr: 1e-3\nunused: [1, {a: b}]\n",
        "other.json": '{"a": {"b": 1, "c": [1, 2]}, "list": [{"x": 1}, {"x": 2}], "d": null, "e": {}, "f": true}',
        "whole.toml": "[t]\nx = 1\n",
        "sub/params.yaml": "k: 1\nn: 2\n",
        "p.py": "LR = 0.1\nclass Train:\n    epochs = 3\n    layers = [1, 2]\n",
        "dvc.yaml": "stages:\n  s:\n    cmd: c\n    params:\n    - lr\n    - other.json: [a.b, d, gone]\n    - whole.toml:\n    - p.py: [Train]\n"
        "  t:\n    cmd: c\n    params: [other.json: [f, 'a.c']]\n",
        "sub/dvc.yaml": "params: [missing.yaml]\nstages:\n  s:\n    cmd: c\n    params: [k]\n",
    },
    "parameters by stars": {
        "o.yaml": "a: {x: {k: 1, l: 2}, y: {k: 3}}\nb: {k: 4}\n",
        "dvc.yaml": "stages:\n  s: {cmd: c, params: [o.yaml: ['a.*.k', 'b*']]}\n",
    },
    "parameter files that are no maps": {
        "dvc.yaml": "params: [list.json, text.yaml, empty.yaml, bad.toml]\n",
        "list.json": "[1, 2]",
        "text.yaml": "just text\n",
        "empty.yaml": "",
        "bad.toml": "x = ",
    },
    "the parameters at the root, which nobody names": {"params.yaml": "a: {b: 1}\n", "sub/params.yaml": "c: 1\n"},
    "variables from other files": {
        "params.yaml": "a: 1\n",
        "conf/v.json": '{"b": {"c": "m.json"}, "unused": 1}',
        "conf/w.toml": "d = 'n.json'\n",
        "conf/x.py": "E = 'o.json'\n",
        "dvc.yaml": "vars: [conf/v.json, 'conf/w.toml:d', conf/x.py]\nmetrics: ['${b.c}', '${d}', '${E}']\n",
        "m.json": '{"a": 1}',
        "n.json": '{"a": 2}',
        "o.json": '{"a": 3}',
    },
    "values that templates draw from other files": {
        "params.yaml": "a: 1\n",
        "conf/v.json": '{"b": {"c": "x", "l": [{"n": 5}, {"n": 6}], "t": true, "z": null}, "unused": 1, "o": {"lr": 0.5}}',
        "conf/w.toml": "d = 'n'\ne = 1\n",
        "conf/x.py": "E = 2\n",
        "sub/params.yaml": "k: 3\nu: 4\nm: {x: 1}\n",
        "w/own.yaml": "mine: 7\nb: {more: 8}\n",
        "dvc.yaml": "vars: [conf/v.json, 'conf/w.toml:d', conf/x.py, inline: 9]\nstages:\n"
        "  s:\n    cmd: c ${a} ${b.c} ${b.l[-1].n} ${ b.t } ${inline} ${o} ${b.z}\n    outs: ['${d}-${E}']\n"
        "  t:\n    wdir: w\n    vars: [own.yaml, more: 1]\n    cmd: c ${mine} ${b.more} ${b.l.0.n} ${more}\n",
        "sub/dvc.yaml": "vars: [m: {y: 2}]\nstages:\n  s:\n    cmd: c ${k} ${m.x} ${m.y}\n",
    },
    "values that templates draw from files which are shown anyway": {
        "params.yaml": "a: 1\n",
        "v.yaml": "b: 1\nc: 2\n",
        "w.yaml": "d: 1\n",
        "dvc.yaml": "vars: [v.yaml, w.yaml]\nparams: [w.yaml]\nstages:\n  s:\n    cmd: c ${b} ${d}\n    params: [v.yaml: [c]]\n",
    },
    "values that templates draw through items": {
        "v.yaml": "models: {us: {n: 1, l: [7, 8]}, eu: {n: 2, l: [9]}}\nsizes: [10, 20]\nk: {deep: {er: 3}}\nplain: [p, q]\nkey: 4\n",
        "dvc.yaml": "vars: [v.yaml, models: {asia: {n: 5}}]\nstages:\n"
        "  one: {foreach: '${models}', do: {cmd: 'c ${item.n} ${key}'}}\n"
        "  two: {foreach: ['${plain[1]}', x], do: {cmd: 'c ${item} ${key}'}}\n"
        "  three: {foreach: {a: {n: '${k.deep}', m: 1}, b: {n: {er: 'b${key}'}}}, do: {cmd: 'c ${item.n.er} ${key}'}}\n"
        "  four: {matrix: {s: '${sizes}', x: [y, '${models.us}']}, cmd: 'c ${item.s} ${key}'}\n"
        "  five: {matrix: {x: [{d: 1, l: '${models.eu.l}'}]}, cmd: 'c ${item.x.d} ${item.x.l[0]}'}\n",
    },
    "plots of files": {
        "dvc.yaml": "plots:\n- roc.csv: {x: fpr, y: tpr, title: ROC, x_label: X, y_label: Y, template: linear}\n- plain.tsv\n- more.json: {y: [a, b]}\n- img.png\n- gone.csv\n- d\n- d/sub: {title: closer}\n"
        "stages:\n  s:\n    cmd: c\n    plots: [st.csv: {cache: false, x: a}, plain2.json: {cache: false}]\n",
        "roc.csv": "fpr,tpr,threshold\n0,0,1\n1,1,0\n",
        "plain.tsv": "step\tloss\n0\t1.5\n1\tnan\n",
        "more.json": '[{"a": 1, "b": 2}, {"a": 3, "b": 4}]',
        "img.png": PNG,
        "d/x.csv": "a\n1\n",
        "d/sub/y.csv": "b\n1\n",
        "st.csv": "a,b\n1,x\n",
        "plain2.json": '[{"a": 1}]',
    },
    "plots of several files": {
        "p/dvc.yaml": "plots:\n- both:\n    x: step\n    y:\n      a.csv: acc\n      ../b.csv: [acc, loss]\n    title: T\n- crossed:\n    x: {a.csv: step}\n    y: {../b.csv: loss}\n",
        "p/a.csv": "step,acc\n0,1\n",
        "b.csv": "step,acc,loss\n0,1,2\n",
    },
    "paths as they are written on Windows": {
        "dvc.yaml": "metrics: ['d\\m.json', '.\\d\\..\\top.json', 'd\\gone.json']\nparams: ['d\\p.yaml']\nplots: ['d\\a.csv', two: {y: {'d\\a.csv': a}}]\n"
        "stages:\n  s:\n    cmd: c\n    params: ['d\\q.yaml': [k]]\n    outs: ['d\\m.pkl']\n    metrics: ['d\\s.json': {cache: false}]\n"
        "    plots: ['d\\b.csv': {cache: false}]\n",
        "p/dvc.yaml": "metrics: ['..\\d\\m2.json', '\\own.json']\nstages:\n  s:\n    cmd: c\n    wdir: w\\x\n    metrics: [n.json: {cache: false}]\n",
        "d/m.json": '{"a": 1}',
        "top.json": '{"b": 1}',
        "d/m2.json": '{"c": 1}',
        "p/own.json": '{"d": 1}',
        "d/s.json": '{"e": 1}',
        "p/w/x/n.json": '{"f": 1}',
        "d/p.yaml": "lr: 1\n",
        "d/q.yaml": "k: 2\nother: 3\n",
        "d/a.csv": "a\n1\n",
        "d/b.csv": "b\n1\n",
    },
    "paths from the root of the project": {
        "dvc.yaml": "metrics: [/m.json]\nparams: [/d/p.yaml]\nplots: [/a.csv]\n",
        "p/dvc.yaml": "plots: [two: {y: {/a.csv: a}, x: {/d/b.csv: b}}]\n",
        "sub/dvc.yaml": "metrics: [//m2.json, '/d\\m3.json']\nplots: [/d/c.csv]\n",
        "m.json": '{"a": 1}',
        "m2.json": '{"b": 1}',
        "d/m3.json": '{"c": 1}',
        "d/p.yaml": "lr: 1\n",
        "a.csv": "a\n1\n",
        "d/b.csv": "b\n1\n",
        "d/c.csv": "c\n1\n",
    },
    "paths from the root of a project in a folder": {
        "proj/.dvc/config": "",
        "proj/sub/dvc.yaml": "plots: [/d/a.csv]\n",
        "proj/d/a.csv": "a\n1\n",
        "d/a.csv": "b\n1\n2\n",
    },
    "two projects in one repository": {
        "sub/.dvc/config": "",
        "sub/params.yaml": "a: 1\n",
        "sub/dvc.yaml": "metrics: [m.json]\nplots: [x.csv]\n",
        "sub/m.json": '{"sub": 1}',
        "sub/x.csv": "a\n1\n",
        "dvc.yaml": "metrics: [m.json]\n",
        "m.json": '{"root": 1}',
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in WORLDS.items()])
def test_measures_are_to_us_what_they_are_to_dvc(files: dict[str, str | bytes], tmp_path: Path) -> None:
    world = World()
    commit = world.commit(INIT | files)
    revision = world.revision()
    judged = measures_of_dvc(world.write(tmp_path), commit, tmp_path, roots=roots(revision.files))
    assert (measures_of_ours(revision), set(), set()) == judged


@pytest.mark.slow
def test_what_dvc_stores_is_read_as_dvc_reads_it(tmp_path: Path) -> None:
    world = World()
    stored = {"m.json": b'{"a": 1}', "folder/in.json": b'{"b": 2}', "folder/deep/x.json": b'{"c": 3}'}
    hashes = {path: md5(data).hexdigest() for path, data in stored.items()}
    manifest = json.dumps(
        [
            {"md5": hashes[path], "relpath": path.removeprefix("folder/")}
            for path in ("folder/deep/x.json", "folder/in.json")
        ]
    ).encode()
    digest = md5(manifest).hexdigest() + ".dir"
    commit = world.commit(
        INIT
        | {
            "dvc.yaml": "metrics: [folder]\nstages:\n  s:\n    cmd: c\n    outs: [folder]\n    metrics: [m.json]\n",
            "dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: c\n    outs:\n    - {{path: m.json, hash: md5, md5: {hashes['m.json']}, size: 8}}\n"
            f"    - {{path: folder, hash: md5, md5: {digest}, size: 16, nfiles: 2}}\n",
        }
    )
    for digits, data in [(hashes[path], data) for path, data in stored.items()] + [(digest, manifest)]:
        file = tmp_path / "cache" / "files" / "md5" / digits[:2] / digits[2:]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)
        world.objects[f"md5:{digits}"] = RawObject("stored", data)
    judged = measures_of_dvc(_bare(world, tmp_path), commit, tmp_path)
    assert (measures_of_ours(world.revision()), set(), set()) == judged


def _bare(world: World, tmp_path: Path) -> Path:
    kept = dict(world.objects)
    world.objects = {oid: raw for oid, raw in kept.items() if not oid.startswith("md5:")}
    path = world.write(tmp_path / "bare")
    world.objects = kept
    return path


BUNDLES = sorted(FLEET.glob("*/*.bundle"))


@pytest.mark.slow
@pytest.mark.skipif(not BUNDLES, reason="the bundles of real repositories are not here")
@pytest.mark.parametrize("bundle", [pytest.param(bundle, id=bundle.stem) for bundle in BUNDLES])
def test_the_measures_of_a_real_repository_are_to_us_what_they_are_to_dvc(bundle: Path, tmp_path: Path) -> None:
    """Each revision with other metafiles; without the files that DVC 3 refuses."""
    path = tmp_path / "bare"
    subprocess.run(["git", "clone", "--quiet", "--mirror", str(bundle), str(path)], check=True)
    snapshot, scm = snapshot_of(path), Git(str(path))
    revisions = {
        tuple(revision.files.items()): revision
        for commit in commits_of(path)
        for revision in [snapshot.revision(commit)]
    }
    differences: dict[str, tuple[Measures, Measures]] = {}
    for revision in revisions.values():
        judged = measures_of_dvc(path, revision.commit.oid, tmp_path, roots=roots(revision.files), scm=scm)
        ours = measures_of_ours(revision, without=judged.refused).seen(judged.blind)
        theirs = judged.measures.seen(judged.blind)
        if ours != theirs:
            differences[revision.commit.oid] = ours, theirs
    scm.close()
    assert differences == {}
