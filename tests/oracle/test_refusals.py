"""DVC as the judge of whole files: where it refuses one, there is a problem; where it takes one, there is none."""

from __future__ import annotations

import pytest
from dvc.fs import GitFileSystem
from dvc.repo import Repo
from dvc.scm import Git
from dvc.stage.exceptions import StageNotFound
from dvc.utils.strictyaml import YAMLSyntaxError, YAMLValidationError

from catalog.schema.tables.problems import Problem
from connectors.artifacts.annotations import CONNECTOR as ANNOTATIONS
from connectors.dvc.metafiles import CONNECTOR as METAFILES
from support.worlds import World

INIT = {".dvc/config": "", ".dvc/.gitignore": "/tmp\n"}
MD5 = "3e2b31c72181b87149ff995e7202c0e3"
PIPELINE = "stages: {s: {cmd: c, outs: [o]}}"

TOPS = """\
{}
stages: {}, x: 1
stages:
stages: [a]
stages: {s: }
stages: {s: echo}
stages: {s: [cmd]}
stages: {1: {cmd: c}}
stages: {a@b: {cmd: c}}
stages: {'a:b': {cmd: c}}
vars:
vars: {a: 1}
vars: [1]
vars: [{a: 1}]
params:
params: p.yaml
params: [1]
params: [p.yaml]
metrics:
metrics: m.json
metrics: [{m.json: {cache: false}}]
plots:
plots: a.csv
plots: [a.csv, {b.csv: {x: a}}, {c.csv: }]
plots: [{b.csv: {x: a, color: red}}]
plots: [{b.csv: {header: false}}]
plots: [{b.csv: {y: 1}}]
plots: [{b.csv: {y: [a, b], title: t}}]
plots: [{b.csv: {x: [a]}}]
plots: [{b: {x: {c.csv: k}, y: {a.csv: [f], d.csv: g}}}]
plots: [{b: {y: {a.csv: }}}]
plots: [{}]
artifacts: {m: {path: x, labels: [a], meta: 1}}
artifacts: {m: {type: model}}
artifacts: {m: }
artifacts: {m: {path: x, foo: 1}}
artifacts: [m]
datasets:
datasets: [{name: x, type: url, url: 'http://e.example/x', k: 1}]
""".splitlines()

BODIES = """\
cmd: c, outs: [o], desc: text, frozen: true, meta: 1, vars: [{a: b}], always_changed: false, wdir: w
outs: [o]
cmd:
cmd: 1
cmd: [1, a]
cmd: ''
cmd: {a: b}
cmd: c, foo: 1
cmd: c, locked: true
cmd: c, outs: {o: {cache: false}}
cmd: c, outs: o
cmd: c, outs:
cmd: c, outs: [1]
cmd: c, outs: [{o: {foo: 1}}]
cmd: c, outs: [{o: }]
cmd: c, outs: [{o: {cache: 'no'}}]
cmd: c, outs: [{o: {cache: }}]
cmd: c, outs: [{o: {remote: 1}}]
cmd: c, outs: [{o: {checkpoint: true, persist: true, push: false, type: t, labels: [l]}}]
cmd: c, outs: [{o: {cache: false}, p: {cache: false}}]
cmd: c, outs: [{path: o, cache: false}]
cmd: c, outs: [{o: {labels: [1]}}]
cmd: c, deps: {d: }
cmd: c, deps: d
cmd: c, deps: [{d: {}}]
cmd: c, deps:
cmd: c, params: lr
cmd: c, params: {p.yaml: [lr]}
cmd: c, params: [1]
cmd: c, params: [lr, {p.yaml: [lr]}, {q.yaml: }]
cmd: c, params: [{p.yaml: lr}]
cmd: c, params: [{p.yaml: {a: b}}]
cmd: c, metrics: [{m.json: {type: json}}]
cmd: c, metrics: [{m.json: {xpath: a}}]
cmd: c, metrics: {m.json: {cache: false}}
cmd: c, plots: [p, {m.json: {x: a, y: b, x_label: c, header: false, template: t, cache: false}}]
cmd: c, plots: [{m.json: {color: red}}]
cmd: c, plots: [{m.json: [{x: a}, {y: b}]}]
cmd: c, plots: [{m.json: {y: [a, b]}}]
cmd: c, plots: [{m.json: }]
cmd: c, wdir:
cmd: c, wdir: [a]
cmd: c, frozen: 'yes'
cmd: c, frozen:
cmd: c, frozen: '${x}'
cmd: c, desc: 1
cmd: c, desc:
cmd: c, always_changed: 1
cmd: c, vars: {a: b}
cmd: c, vars: [1]
foreach: [1]
do: {cmd: c}
foreach: [1], do: {cmd: c}
foreach: 3, do: {cmd: c}
foreach: , do: {cmd: c}
foreach: [], do: {cmd: c}
foreach: [1], do: {cmd: c}, cmd: x
foreach: [1], do: {outs: [o]}
foreach: [1], do: {cmd: c, foo: 1}
foreach: [1], do:
matrix: {a: [1]}, cmd: c
matrix: [a], cmd: c
matrix: {a: 1}, cmd: c
matrix: {a: {b: c}}, cmd: c
matrix: {1: [a]}, cmd: c
matrix: , cmd: c
""".splitlines()

LOCKS = """\
schema: '2.0'
schema: '2.0', stages: {}, datasets: []
schema: '3.0', stages: {}
schema: 2.0, stages: {}
stages: {}
schema: '2.0', stages:
schema: '2.0', stages: {}, foo: 1
schema: '2.0', stages: {s: }
schema: '2.0', stages: {1: {cmd: c}}
schema: '2.0', stages: {another: {foo: 1}}
""".splitlines()

LOCKED = f"""\
cmd: [c, d], deps: [], outs: [{{path: o, md5: {MD5}, size: 1, hash: md5, isexec: true, nfiles: 2}}]
outs: [{{path: o, md5: {MD5}}}]
cmd:
cmd: 1
cmd: c, foo: 1
cmd: c, outs:
cmd: c, outs: {{o: {MD5}}}
cmd: c, outs: [o]
cmd: c, outs: [{{path: o, md5: {MD5}, foo: 1}}]
cmd: c, outs: [{{md5: {MD5}}}]
cmd: c, outs: [{{path: 1}}]
cmd: c, outs: [{{path: o, md5: ab}}]
cmd: c, outs: [{{path: o, md5: [a]}}]
cmd: c, outs: [{{path: o, md5: }}]
cmd: c, outs: [{{path: o, md5: {MD5}, size: '1'}}]
cmd: c, outs: [{{path: o, md5: {MD5}, size: }}]
cmd: c, outs: [{{path: o, md5: {MD5}, size: 1.5}}]
cmd: c, outs: [{{path: o, md5: {MD5}, isexec: 1}}]
cmd: c, outs: [{{path: o, md5: {MD5}, version_id: 1}}]
cmd: c, outs: [{{path: o, cloud: {{a: {{version_id: x}}}}}}]
cmd: c, outs: [{{path: o, cloud: {{a: {{version_id: x}}, b: {{version_id: y}}}}}}]
cmd: c, outs: [{{path: o, files: x}}]
cmd: c, outs: [{{path: o, files: [{{md5: {MD5}}}]}}]
cmd: c, outs: [{{path: o, files: [{{relpath: f, md5: {MD5}}}]}}]
cmd: c, params:
cmd: c, params: [a]
cmd: c, params: {{p.yaml: }}
cmd: c, params: {{p.yaml: {{1: a}}}}
cmd: c, params: {{p.yaml: {{a: }}}}
""".splitlines()

SINGLES = f"""\
outs: [{{path: m, md5: {MD5}, size: 1, hash: md5, cache: true, persist: false, desc: d, type: t, labels: [l], meta: 1}}], wdir:
outs: [{{path: m, md5: {MD5}}}], foo: 1
outs: , deps: , md5: {MD5}, locked: true, frozen: true, meta: 1
outs: {{path: m}}
outs: [m]
outs: [{{path: m, foo: 1}}]
outs: [{{path: m, md5: ab}}]
outs: [{{path: m, md5: ''}}]
outs: [{{path: m, size: big}}]
outs: [{{path: m, cache: x}}]
outs: [{{path: m, remote: 1}}]
outs: [{{path: m, persist: 1}}]
outs: [{{path: m, fs_config: x}}]
outs: [{{path: m, hash: }}]
outs: [{{path: m, cloud: }}]
outs: [{{path: m, cloud: {{r: {{foo: 1}}}}}}]
outs: [{{path: m, files: {{a: b}}}}]
outs: [{{path: m, files: [{{relpath: a, md5: {MD5}, foo: 1}}]}}]
outs: [{{path: m}}], md5: [1]
outs: [{{path: m}}], desc: 1
outs: [{{path: m}}], frozen: x
outs: [{{path: m}}], deps: [{{path: x, foo: 1}}]
outs: [{{path: m}}], deps: [{{path: x, repo: {{rev: a}}}}]
outs: [{{path: m}}], deps: [{{path: x, repo: {{url: 'https://e.example/r', foo: 1}}}}]
outs: [{{path: m}}], deps: [{{path: x, repo: {{url: 'https://e.example/r', rev: 1}}}}]
outs: [{{path: m}}], deps: [{{path: x, repo: {{url: 'https://e.example/r', remote: {{a: b}}, config: {{a: b}}}}}}]
outs: [{{path: m}}], deps: [{{path: x, repo: }}]
outs: [{{path: m}}], deps: [{{db: {{connection: x, foo: y}}}}]
outs: [{{path: m}}], deps: [{{path: p.yaml, params: {{a: 1}}}}]
""".splitlines()

FILES = [
    *({"dvc.yaml": f"{{{top}}}" if top != "{}" else top} for top in TOPS),
    *({"dvc.yaml": f"stages: {{s: {{{body}}}}}", "params.yaml": "x: true"} for body in BODIES),
    *({"dvc.yaml": PIPELINE, "dvc.lock": f"{{{lock}}}"} for lock in LOCKS),
    *({"dvc.yaml": PIPELINE, "dvc.lock": f"{{schema: '2.0', stages: {{s: {{{body}}}}}}}"} for body in LOCKED),
    *({"m.dvc": f"{{{single}}}"} for single in SINGLES),
]


def is_refused(world, commit, scratch):
    """Whether DVC reads nothing of the project."""
    scm = Git(str(world.write(scratch / "bare")))
    config = {"cache": {"dir": str(scratch / "cache")}, "core": {"site_cache_dir": str(scratch / "site")}}
    repo = Repo(root_dir="/", fs=GitFileSystem(scm=scm, rev=commit), scm=scm, uninitialized=True, config=config)
    try:
        _ = repo.index.data, repo.index.metric_keys, repo.index.plot_keys, repo.index.param_keys, repo.artifacts.read()
    except (YAMLValidationError, YAMLSyntaxError, StageNotFound, ValueError, TypeError):
        return True
    except Exception as error:
        if type(error).__name__ != "ResolveError":  # of a template, or the items of a group
            raise
        return True
    finally:
        scm.close()
    return False


@pytest.mark.slow
@pytest.mark.parametrize("files", [pytest.param(files, id=[*files.values()][-1]) for files in FILES])
def test_there_is_a_problem_where_dvc_refuses_the_project(files, tmp_path):
    world = World()
    commit = world.commit(INIT | files)
    revision = world.revision()
    rows = [row for connector in (METAFILES, ANNOTATIONS) for row in connector.read_revision(revision)]
    assert any(isinstance(row, Problem) for row in rows) == is_refused(world, commit, tmp_path)
