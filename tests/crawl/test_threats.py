"""One repository that has every row of the table of threats from files at once, through a real crawl and build.

The crawl runs in a process whose audit hook (https://docs.python.org/3/library/audit_events.html) tells what Python was made
to do. What is dangerous must not happen, what is bad must cost itself and be a problem, and what is good must be read.
"""

from __future__ import annotations

import json
import pickle
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from catalog.database import database
from support.worlds import Link, Submodule, World

SECRET = "hunter2"
BOMB = "a0: &a0 [x, x]\n" + "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 40))
CRAWL = """
import sys
told = []
forbidden = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pickle.find_class", "socket.connect")
def hook(event, arguments):
    if event in forbidden or (event == "open" and str(arguments[0]).startswith(sys.argv[2])):
        told.append(f"{event} {arguments}")
sys.addaudithook(hook)
from catalog.cli import main
code = main(["crawl", "--debug", "--config", sys.argv[1]])
print(code, *told, file=sys.stderr)
"""

pytestmark = pytest.mark.slow  # a crawl and a site in a process of their own


class Evil:
    """What runs a command when somebody unpickles it."""

    def __reduce__(self):
        return exec, ("raise SystemExit('unpickled')",)


def config(outside: Path) -> str:
    return f"""[core]
    remote = dav
    site_cache_dir = {outside}/site
[cache]
    dir = {outside}/cache
[hydra]
    enabled = true
    plugins_path = {outside}
[plots]
    html_template = {outside}/page.html
['remote "dav"']
    url = webdavs://127.0.0.1:1/x
    bearer_token_command = touch {outside}/pwned
    password = {SECRET}
['remote "inside"']
    url = http://169.254.169.254/latest
['remote "host"']
    url = {outside}
['remote "login"']
    url = ssh://me:{SECRET}@host/x
['machine "m"']
    startup_script = touch {outside}/pwned
"""


def files(outside: Path) -> dict[str, object]:
    """The files of the commit; `outside` is a folder that nobody may look into."""
    climb = "../../../../../../../../../.." + str(outside)
    metric = '{"accuracy": 0.9, "nan": NaN, "endless": Infinity}'
    return {
        ".dvc/config": config(outside),
        ".dvc/plots/evil.json": '{"data": {"url": "http://169.254.169.254/"}, "mark": "bar", "title": "<DVC_METRIC_DATA>"}',
        ".dvcignore": "(a+)+$\n" + "*a" * 100 + "\n" + "[" * 900 + "\n",
        "dvc.yaml": f"""stages:
  train:
    cmd: touch {outside}/pwned
    params: [{{params.py: }}]
    outs: [model.bin]
    metrics: [good.json: {{cache: false}}]
plots:
- good.csv: {{template: evil}}
- drawn.svg
metrics: [linked.json, sub, enormous.json, deep.json, huge.json, stored.json, far.json, dav.json]
artifacts:
  good: {{path: model.bin, desc: "<script>alert(1)</script>", labels: ["<img src=x onerror=alert(1)>"]}}
""",
        "good.json": metric,
        "good.csv": "step,loss\n0,1\n1,0.5\n",
        "drawn.svg": "<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        "params.py": f"import os\nos.system('touch {outside}/pwned')\nrate = 0.1\n",
        "linked.json": Link(f"{outside}/secret.json"),
        "sub": Submodule("1" * 40),
        "enormous.json": " " * (3 << 20) + "1",
        "deep.json": "[" * 50_000,
        "huge.json": "9" * 5_000,
        "stored.json.dvc": f"outs:\n- {{path: stored.json, md5: {climb}/secret.json, hash: md5, remote: host}}\n",
        "far.json.dvc": f"outs:\n- {{path: far.json, md5: {'b' * 32}, hash: md5, remote: inside}}\n",
        "dav.json.dvc": f"outs:\n- {{path: dav.json, md5: {'c' * 32}, hash: md5}}\n",
        "taken.dvc": f"deps:\n- path: {outside}/secret.json\nouts:\n- {{path: taken, md5: {'a' * 32}, hash: md5, remote: inside}}\n",
        "climb/x.dvc": f"wdir: {climb}\nouts:\n- path: secret.json\n",
        "bomb/dvc.yaml": f"{BOMB}artifacts: {{m: {{path: m, meta: *a39}}}}\n",
        "brackets/dvc.yaml": "[" * 50_000,
        "twice/dvc.yaml": "stages:\nstages:\n",
        "many/dvc.yaml": f"vars: [all: [{'x,' * 50_000}]]\nstages: {{s: {{foreach: '${{all}}', do: {{cmd: 'echo ${{item}}'}}}}}}\n",
    }


def world(outside: Path) -> World:
    made = World()
    made.commit(files(outside))
    made.tag("good@v1.0.0", message="<script>alert(1)</script>")
    baseline = made.tip()
    tried = made.commit(
        {".dvc/tmp/repro.dat": pickle.dumps(Evil()), "good.json": '{"accuracy": 1}'},
        branch="tried",
        parents=(baseline,),
    )
    del made.refs["refs/heads/tried"]
    made.refs[f"refs/exps/{baseline[:2]}/{baseline[2:]}/evil-fox"] = tried
    return made


@pytest.fixture(scope="module")
def crawled(tmp_path_factory):
    """What the crawl said, the folder that nobody may look into, and the output."""
    folder = tmp_path_factory.mktemp("threats")
    outside = folder / "outside"
    outside.mkdir()
    (outside / "secret.json").write_text(json.dumps({"found": SECRET}))
    world(outside).write(folder / "r.git")
    file = folder / "repos.toml"
    file.write_text(f"[crawl]\nfetch_remote_metrics = true\n[[repo]]\nname = 'r'\nurl = '{folder / 'r.git'}'\n")
    command = [sys.executable, "-c", CRAWL, str(file), str(outside)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stderr, outside, folder / "output"


def test_nothing_runs_nobody_is_called_and_no_file_of_ours_is_read(crawled):
    said, outside, _ = crawled
    assert (said.splitlines()[-1], [file.name for file in outside.rglob("*")]) == ("0", ["secret.json"])


SHOWN = {
    "what is good is read": ("select name, text from version_metrics order by all", [("accuracy", "0.9"), ("endless", "Infinity"), ("nan", "NaN")]),
    "a pickle is no part of its experiment": ("select m.name, text from metrics m join experiments using (repo, commit)", [("accuracy", "1")]),
    "parameters of Python are literals": ("select distinct name, text from params where file = 'params.py'", [("rate", "0.1")]),
    "links and submodules are not followed, remotes that are not the public's not asked": (
        "select distinct file, status from measure_files where role = 'metrics' and file <> 'good.json' order by all",
        [("dav.json", "in-dvc"), ("deep.json", "bad"), ("enormous.json", "bad"), ("far.json", "in-dvc"), ("huge.json", "ok"),
         ("linked.json", "missing"), ("stored.json", "missing"), ("sub", "missing")],
    ),
    "a hash that is a path is none": ("select distinct hash from outputs where path = 'stored.json'", [(None,)]),
    "of a remote there is where it is, and which keys were left out": (
        "select distinct remote, url, secrets from remotes where remote <> 'host' order by all",
        [("dav", "webdavs://127.0.0.1:1/x", ["bearer_token_command", "password"]), ("inside", "http://169.254.169.254/latest", []),
         ("login", "ssh://host/x", ["url"])],
    ),
    "a drawing is kept as an image and not shown": ("select distinct media_type from images", [("image/svg+xml",)]),
    "a template that loads something is not kept": ("select count(*) from plot_templates", [(0,)]),
    "what is bad is a problem": (
        "select distinct place, rule from problems order by all",
        [(".dvc/plots/evil.json: data", "bad-plot-template"), ("bomb/dvc.yaml", "too-big"), ("brackets/dvc.yaml", "too-deep"), ("climb/x.dvc: wdir", "outside"), ("deep.json", "too-deep"),
         ("enormous.json", "too-big"), ("huge.json", "too-big"), ("many/dvc.yaml: stages.s", "too-big"),
         ("stored.json.dvc: outs[0].md5", "bad-hash"), ("twice/dvc.yaml", "duplicate-key")],
    ),
}  # fmt: skip


@pytest.mark.parametrize(("query", "expected"), SHOWN.values(), ids=SHOWN.keys())
def test_what_becomes_of_it(crawled, query, expected):
    with database.connect(crawled[2] / "catalog.duckdb") as connection:
        assert connection.execute(query).fetchall() == expected


def test_no_secret_is_in_any_table_or_page(crawled):
    _, _, output = crawled
    tables = sorted((output / "data").rglob("*.parquet"))
    found = [
        table.name
        for table in tables
        if duckdb.execute(
            "select count(*) from read_parquet(?) t where t::varchar like ?", [str(table), f"%{SECRET}%"]
        ).fetchone()
        != (0,)
    ]
    found += [
        str(page)
        for page in (output / "site").rglob("*")
        if page.is_file() and SECRET in page.read_text("utf-8", "replace")
    ]
    assert (len(tables) > 20, found) == (True, [])
