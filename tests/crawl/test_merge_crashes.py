"""kill -9 at each file operation of a merge: the next one finds done what is done, and makes up for the rest."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from catalog.crawl.crawl import crawl
from support.crawling import wish
from support.shards import NAMES, Fleet, in_shards, merged, remembered


@pytest.fixture
def nightly(tmp_path):
    return Fleet(tmp_path)


# Copies a state for each point, and merges there until it is killed by a file operation's number. It forks, because most of a process
# would be its imports.
DRIVER = """
import os, shutil, signal, sys
from pathlib import Path
from catalog.config.parse import load
from catalog.crawl.merge import merge
from catalog.crawl.shard import shards_folder
from catalog.plugins.connector import installed

EVENTS = ("open", "os.rename", "os.remove", "os.mkdir", "os.link")

def work(folder, point):
    seen = 0
    def hook(event, arguments):
        nonlocal seen
        if event in EVENTS and "/output" in f"{arguments[0]} {arguments[-1]}":
            seen += 1
            if seen == point:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(hook)
    config = load(folder / "repos.toml")
    merge(config, [shards_folder(config)])
    (folder / "done").write_text(str(seen))

installed()
for line in sys.stdin:
    state, folder, point = line.split()
    shutil.copytree(state, folder)
    child = os.fork()
    if child == 0:
        try:
            work(Path(folder), int(point))
        finally:
            os._exit(0)
    os.waitpid(child, 0)
    print(folder, flush=True)
"""


def killed(state: Path, points: list[int]) -> list[Path]:
    """The folders of the points, each as the kill left it."""
    folders = [state.with_name(f"at-{point}") for point in points]
    text = "".join(f"{state} {folder} {point}\n" for folder, point in zip(folders, points, strict=True))
    subprocess.run([sys.executable, "-c", DRIVER], input=text, text=True, check=True, stdout=subprocess.DEVNULL)
    return folders


@pytest.mark.slow
def test_a_merge_that_was_killed_is_made_again_and_is_whole(nightly):
    nightly.names = NAMES[1:]
    crawl(nightly.many, debug=True)
    nightly.names = NAMES[:-1]
    for number in range(2):  # two nights without a merge; a repository came, and one went
        nightly.change("r1", number)
        in_shards(nightly.many, 2)
    state = nightly.many.output.parent
    lines = (f"[[repo]]\nname = '{name}'\nurl = '{nightly.urls[name]}'\n" for name in nightly.names)
    (state / "repos.toml").write_text("".join(lines))
    (whole,) = killed(state, [0])
    expected = remembered(wish(whole, nightly.urls))
    last = int((whole / "done").read_text())
    for folder in killed(state, [*range(1, last + 1)]):
        assert not (folder / "done").exists()
        config = wish(folder, {name: nightly.urls[name] for name in nightly.names})
        merged(config)
        assert remembered(config) == expected, folder.name
