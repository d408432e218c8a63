"""DVC itself as the judge of metafiles: each shape in a small repository, and every revision of the fleet's bundles."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from dvc.ignore import DvcIgnorePatterns
from dvc.scm import Git
from hypothesis import example, given
from hypothesis import strategies as st

from conftest import FLEET
from connectors.dvc.files import roots
from connectors.dvc.ignore import IgnoreFile, is_ignored, parse
from support.dvc_judge import Facts, commits_of, facts_of_dvc, facts_of_ours, facts_of_worktree, snapshot_of
from support.worlds import Link, World

INIT = {".dvc/config": "", ".dvc/.gitignore": "/config.local\n/tmp\n/cache\n"}
A, B, C = "3e2b31c72181b87149ff995e7202c0e3", "c260024d5469c601d1559d9cdaa12ddb", "f3ce62f2dae2662716dfe753d899ce4b"
D = "0123456789abcdef0123456789abcdef.dir"

SHAPES = {
    "a file that was added": {
        "run.sh.dvc": f"outs:\n- md5: {A}\n  size: 10\n  isexec: true\n  hash: md5\n  path: run.sh\n"
    },
    "a folder that was added": {
        "d/data.dvc": f"outs:\n- md5: {D}\n  size: 10\n  nfiles: 2\n  hash: md5\n  path: data\n"
    },
    "a file of DVC 2 has no kind of hash": {"m.dvc": f"outs:\n- md5: {B}\n  size: 209\n  path: m\n"},
    "what was never committed to the cache has no hash": {"m.dvc": "outs:\n- hash: md5\n  path: m\n"},
    "flags and annotations beside the hash": {
        "m.dvc": f"outs:\n- md5: {A}\n  hash: md5\n  path: m\n  cache: false\n  push: false\n  persist: true\n  remote: other\n"
        "  desc: A model\n  type: model\n  labels: [a, b]\n  meta: {framework: lightgbm}\n"
    },
    "several outputs in one file": {"m.dvc": f"outs:\n- path: a\n  md5: {A}\n- path: sub/b\n  md5: {B}\n  hash: md5\n"},
    "a working directory": {"a/m.dvc": f"wdir: ../b\nouts:\n- path: ./m\n  md5: {A}\n"},
    "a stage without outputs": {"m.dvc": "frozen: true\n"},
    "an import at a model's version": {
        "imp.pkl.dvc": f"md5: {B}\nfrozen: true\ndeps:\n- path: models/m.pkl\n  repo:\n    url: ../source\n    rev: m@v1.0.0\n"
        f"    rev_lock: 6cda9a796dd96961b51f862ad28268074c01fa59\nouts:\n- md5: {C}\n  size: 3\n  hash: md5\n  path: imp.pkl\n"
    },
    "an import that was never run": {
        "imp.dvc": "frozen: true\ndeps:\n- path: data\n  repo:\n    url: https://example.com/r\nouts:\n- hash: md5\n  path: imp\n"
    },
    "an import with settings of its own": {
        "imp.dvc": f"deps:\n- path: data\n  repo:\n    url: https://example.com/r\n    config: {{core: {{remote: x}}}}\n    remote: {{url: /x}}\nouts:\n- md5: {A}\n  path: imp\n"
    },
    "an import of a URL": {
        "u.dvc": f"frozen: true\ndeps:\n- checksum: '\"5ae8-56\"'\n  size: 12\n  path: http://example.com/data.csv\nouts:\n- md5: {A}\n  size: 12\n  hash: md5\n  path: data.csv\n"
    },
    "an import of a path on some machine": {
        "u.dvc": f"deps:\n- md5: {C}\n  hash: md5\n  size: 12\n  path: /srv/data.csv\nouts:\n- md5: {A}\n  hash: md5\n  path: data.csv\n"
    },
    "an import of a file beside it": {
        "u.dvc": f"deps:\n- md5: {C}\n  path: raw/data.csv\nouts:\n- md5: {A}\n  path: data.csv\n"
    },
    "an import that has yet to be downloaded": {
        "u.dvc": "frozen: true\ndeps:\n- checksum: abc\n  size: 3\n  path: http://example.com/x\nouts:\n- hash: md5\n  path: x\n"
    },
    "an import of a table": {
        "t.dvc": f"frozen: true\ndeps:\n- db:\n    connection: warehouse\n    table: customers\n    file_format: csv\nouts:\n- md5: {A}\n  hash: md5\n  path: t.csv\n"
    },
    "an import of a query": {
        "t.dvc": f"deps:\n- db:\n    connection: warehouse\n    query: select 1\n    file_format: csv\nouts:\n- md5: {A}\n  hash: md5\n  path: t.csv\n"
    },
    "a file in a version-aware remote": {
        "m.dvc": f"outs:\n- md5: {A}\n  size: 2\n  hash: md5\n  path: m\n  cloud:\n    vs:\n      etag: b026324c6904b2a9\n      version_id: 5cea9e91\n"
    },
    "a folder in a version-aware remote": {
        "data.dvc": "outs:\n- hash: md5\n  path: data\n  files:\n"
        "  - {relpath: sub/ü, md5: 26ab0db90d72e28ad0ba1e22ee510510, size: 2, cloud: {vs: {version_id: b}}}\n"
        "  - {relpath: a, md5: b026324c6904b2a9cb4b88d6d61c81d1, size: 2, cloud: {vs: {etag: xyz, version_id: c}}}\n"
    },
    "two projects in one repository": {
        "sub/.dvc/config": "",
        "m.dvc": f"outs:\n- path: m\n  md5: {A}\n",
        "sub/m.dvc": f"outs:\n- path: m\n  md5: {B}\n",
        "sub/deep/dvc.yaml": "stages:\n  s:\n    cmd: c\n    outs: [o]\n",
    },
    "folders whose names begin with a dot are looked into": {".x/m.dvc": f"outs:\n- path: m\n  md5: {A}\n"},
    "other names are nobody's": {"dvc.yml": "stages: {}\n", "a.yaml": "x", "x.dvcx": "y"},
    "an empty pipeline": {"dvc.yaml": ""},
    "a pipeline that never ran": {
        "dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [m]\n"
    },
    "a pipeline with all flags": {
        "dvc.yaml": "stages:\n  train:\n    cmd: [python train.py, 'echo ok']\n    desc: Trains\n    frozen: true\n    always_changed: true\n"
        "    deps: [train.py, data]\n    outs:\n    - m:\n        remote: models\n        push: false\n        desc: A model\n        type: model\n        labels: [x]\n        meta: {a: b}\n"
        "    - n\n    metrics:\n    - metrics.json: {cache: false}\n    plots:\n    - roc.csv: {cache: false, x: fpr, y: tpr}\n    - img\n",
        "dvc.lock": f"schema: '2.0'\nstages:\n  train:\n    cmd: [python train.py, 'echo ok']\n    deps:\n    - {{path: data, hash: md5, md5: {D}, size: 9, nfiles: 3}}\n    - {{path: train.py, hash: md5, md5: {A}, size: 1}}\n"
        f"    outs:\n    - {{path: m, hash: md5, md5: {B}, size: 7, isexec: true}}\n    - {{path: metrics.json, hash: md5, md5: {C}, size: 2}}\n    - {{path: img, hash: md5, md5: {D}, size: 2, nfiles: 1}}\n",
    },
    "a lock of DVC 2": {
        "dvc.yaml": "stages:\n  s:\n    cmd: c\n    deps: [d]\n    outs: [o]\n",
        "dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: c\n    deps: [{{path: d, md5: {A}, size: 1}}]\n    outs: [{{path: o, md5: {B}, size: 2}}]\n",
    },
    "a lock that is out of date": {
        "dvc.yaml": "stages:\n  s:\n    cmd: new\n    deps: [d2]\n    outs: [o, o2]\n",
        "dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: old\n    deps: [{{path: d, md5: {A}}}]\n    outs: [{{path: o, md5: {B}, size: 2}}, {{path: gone, md5: {A}}}]\n  gone:\n    cmd: c\n    outs: [{{path: x, md5: {A}}}]\n",
    },
    "a stage that works elsewhere": {
        "p/dvc.yaml": "stages:\n  s:\n    cmd: c\n    wdir: ../src\n    deps: [in/d]\n    outs: [../out/o]\n    params: [lr]\n",
        "p/dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: c\n    deps: [{{path: in/d, md5: {A}}}]\n    outs: [{{path: ../out/o, md5: {B}}}]\n    params: {{params.yaml: {{lr: 0.1}}}}\n",
    },
    "parameters of all kinds": {
        "dvc.yaml": "stages:\n  s:\n    cmd: c\n    params:\n    - a\n    - train.lr\n    - other.json: [x]\n    - whole.toml:\n",
        "dvc.lock": "schema: '2.0'\nstages:\n  s:\n    cmd: c\n    params:\n      params.yaml: {a: [1, {b: 2}], train.lr: 1e-3}\n      other.json: {x: true}\n      whole.toml: {n: null, t: 'yes', m: {deep: {er: 7}, l: []}, e: {}, f: 2.5}\n",
    },
    "foreach of values": {
        "dvc.yaml": "stages:\n  s:\n    foreach: [a, 2, true]\n    do:\n      cmd: c ${item}\n      outs: ['o${item}']\n",
        "dvc.lock": f"schema: '2.0'\nstages:\n  s@a:\n    cmd: c a\n    outs: [{{path: oa, md5: {A}}}]\n  s@true:\n    cmd: c true\n    outs: [{{path: otrue, md5: {B}}}]\n",
    },
    "foreach of maps in a list": {
        "dvc.yaml": "stages:\n  s:\n    foreach: [{x: 1, y: [p, q]}, 5]\n    do:\n      cmd: c\n      desc: none\n",
    },
    "foreach of a map of the parameters": {
        "params.yaml": "models: {us: {epochs: 3}, eu: {epochs: 4}}\n",
        "dvc.yaml": "stages:\n  s:\n    foreach: ${models}\n    do:\n      cmd: c --n ${item.epochs} ${key}\n      outs:\n      - '${key}/m': {cache: false}\n",
    },
    "a matrix": {
        "params.yaml": "sizes: [1, 2]\n",
        "dvc.yaml": "stages:\n  mat:\n    matrix:\n      model: [cnn, {deep: true}]\n      size: ${sizes}\n    cmd: c ${item.size} ${key}\n    outs: ['o-${key}']\n",
    },
    "variables of the file, of another file and of the stage": {
        "params.yaml": "a: 1\nnested: {x: 1}\n",
        "sub/params.yaml": "b: two\nunused: 3\n",
        "dvc.yaml": "vars:\n- sub/params.yaml:b\n- c: {d: [x, y]}\n- nested: {y: 2}\nstages:\n  s:\n    vars:\n    - own: o\n    cmd: run ${a} ${b} ${c.d[1]} ${nested.x}${nested.y} ${own} \\${HOME}\n    outs: ['${own}.txt']\n",
    },
    "a map in a command stands for options": {
        "params.yaml": "o: {lr: 0.1, deep: {er: a b}, yes: true, no: false, l: [1, x y]}\n",
        "dvc.yaml": "stages:\n  s:\n    cmd: python t.py ${o}\n",
    },
    "values may name the working directory": {
        "params.yaml": "w: sub\n",
        "dvc.yaml": "stages:\n  s:\n    wdir: ${w}\n    cmd: c\n    outs: [o]\n",
    },
    "a dependency on a dataset": {
        "dvc.yaml": "datasets:\n- {name: d, type: dvc, url: ../r, path: x}\nstages:\n  s:\n    cmd: c\n    deps: ['ds://d', 'http://example.com/x']\n",
        "dvc.lock": "schema: '2.0'\ndatasets:\n- {name: d, type: dvc, url: ../r, path: x, rev_lock: 6cda9a7}\nstages:\n  s:\n    cmd: c\n    deps:\n    - {path: 'ds://d', dataset: {name: d, type: dvc, url: ../r, path: x, rev_lock: 6cda9a7}}\n"
        "    - {path: 'http://example.com/x', checksum: abc, size: 3}\n",
    },
    "locked folders whose files are listed": {
        "dvc.yaml": "stages:\n  s:\n    cmd: c\n    deps: [d]\n    outs: [o]\n",
        "dvc.lock": "schema: '2.0'\nstages:\n  s:\n    cmd: c\n    deps:\n    - path: d\n      hash: md5\n      files: [{relpath: x, md5: b026324c6904b2a9cb4b88d6d61c81d1}]\n"
        "    outs:\n    - path: o\n      hash: md5\n      files: [{relpath: y, md5: b026324c6904b2a9cb4b88d6d61c81d1, size: 2, cloud: {vs: {version_id: v}}}]\n",
    },
}


@pytest.mark.slow
@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in SHAPES.items()])
def test_a_shape_means_to_us_what_it_means_to_dvc(files: dict[str, str], tmp_path: Path) -> None:
    world = World()
    commit = world.commit(INIT | files)
    revision = world.revision()
    judged = facts_of_dvc(world.write(tmp_path), commit, tmp_path, roots=roots(revision.files))
    assert (facts_of_ours(revision), {}) == judged


IGNORED = {
    "nothing": {},
    "a name at any depth": {".dvcignore": "# comment\n\nx\n"},
    "a folder only": {".dvcignore": "x/\n"},
    "what is anchored": {".dvcignore": "/a/x\n"},
    "all but one": {".dvcignore": "a/*\n!a/x\n"},
    "a file below": {"a/.dvcignore": "x\n!m.dvc\n", ".dvcignore": "m.dvc\n"},
    "with stars": {".dvcignore": "a/**/m.dvc\n"},
    "a folder that holds a project": {".dvcignore": "sub\n", "sub/.dvc/config": "", "sub/s.dvc": "outs:\n- path: s\n"},
    "DVC's own folder": {".dvc/tmp/exps/m.dvc": "outs:\n- path: inside\n", "x/.dvc/m.dvc": "outs:\n- path: inside\n"},
    "a link to a folder": {"linked": Link("x")},
    "a folder that is an output": {"o.dvc": "outs:\n- path: a\n", "z/o.dvc": "outs:\n- path: ../x\n"},
    "a lock": {".dvcignore": "dvc.lock\n", "dvc.yaml": "stages:\n  s:\n    cmd: c\n    outs: [o]\n"}
    | {"dvc.lock": f"schema: '2.0'\nstages:\n  s:\n    cmd: c\n    outs: [{{path: o, md5: {A}}}]\n"},
}


@pytest.mark.one_in(4)
@pytest.mark.parametrize("files", [pytest.param(files, id=name) for name, files in IGNORED.items()])
def test_what_is_ignored_is_what_dvc_ignores_in_a_checkout(files: dict[str, str], tmp_path: Path) -> None:
    world = World()
    world.commit(
        INIT
        | {
            f"{folder}m.dvc": f"outs:\n- path: m-{number}\n"
            for number, folder in enumerate(("", "x/", "a/", "a/x/", "a/x/y/", "b/a/x/"))
        }
        | files
    )
    facts, refused = facts_of_worktree(world, tmp_path)
    ours = facts_of_ours(world.revision(), without=refused, root="")
    assert ours.outputs == facts.outputs


NAMES = st.sampled_from(["a", "b", "ab", "a.b", "A"])
PATHS = st.lists(NAMES, min_size=1, max_size=4).map("/".join)
GLOBS = st.sampled_from(["a", "b", "*", "**", "a*", "*b", "?", "[ab]", "[!a]", "[^b]", "a?b", "\\a", "*.*"])
LINES = st.tuples(
    st.sampled_from(["", "!"]),
    st.sampled_from(["", "/"]),
    st.lists(GLOBS, min_size=1, max_size=3).map("/".join),
    st.sampled_from(["", "/"]),
).map("".join)


@example(["a", "!/a"], "a/a", False)
@example(["*/"], "a", True)
@example(["/*/"], "a", True)
@example(["**/*/"], "b/a", True)
@example(["a/**"], "a", True)
@given(st.lists(LINES, max_size=4), PATHS, st.booleans())
def test_patterns_match_what_they_match_in_dvc(lines: list[str], path: str, is_folder: bool) -> None:
    sources = [IgnoreFile(folder="", patterns=parse("\n".join(lines).encode()))]
    parts = path.split("/")
    above = any(is_ignored("/".join(parts[:depth]), sources, is_folder=True) for depth in range(1, len(parts)))
    folder, _, name = path.rpartition("/")
    judge = DvcIgnorePatterns(lines, "/", "/")
    assert (above or is_ignored(path, sources, is_folder=is_folder)) == judge.matches("/" + folder, name, is_folder)


BUNDLES = sorted(FLEET.glob("*/*.bundle"))


@pytest.mark.slow
@pytest.mark.skipif(not BUNDLES, reason="the bundles of real repositories are not here")
@pytest.mark.parametrize("bundle", [pytest.param(bundle, id=bundle.stem) for bundle in BUNDLES])
def test_a_real_repository_means_to_us_what_it_means_to_dvc(bundle: Path, tmp_path: Path) -> None:
    """Each revision with other metafiles; without the files that DVC 3 refuses."""
    path = tmp_path / "bare"
    subprocess.run(["git", "clone", "--quiet", "--mirror", str(bundle), str(path)], check=True)
    snapshot, scm = snapshot_of(path), Git(str(path))
    revisions = {
        tuple(revision.files.items()): revision
        for commit in commits_of(path)
        for revision in [snapshot.revision(commit)]
    }
    differences: dict[str, tuple[Facts, Facts]] = {}
    for revision in revisions.values():
        theirs, refused = facts_of_dvc(path, revision.commit.oid, tmp_path, roots=roots(revision.files), scm=scm)
        ours = facts_of_ours(revision, without=refused)
        if ours != theirs:
            differences[revision.commit.oid] = ours, theirs
    scm.close()
    assert differences == {}
