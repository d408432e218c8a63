"""kill -9 at each file operation of a merge: the next one finds done what is done, and makes up for the rest."""

from __future__ import annotations

import pytest

from catalog.crawl.crawl import crawl
from support.crawling import wish
from support.killing import completed, killed
from support.shards import NAMES, Fleet, in_shards, merged, remembered


@pytest.fixture
def nightly(tmp_path):
    return Fleet(tmp_path)


WORK = """
from catalog.config.parse import load
from catalog.crawl.merge import merge
from catalog.crawl.shard import shards_folder

def work(folder):
    config = load(folder / "repos.toml")
    merge(config, [shards_folder(config)])
"""


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
    whole, operations = completed(state, WORK)
    expected = remembered(wish(whole, nightly.urls))
    for folder in killed(state, WORK, [*range(1, operations + 1)]):
        assert not (folder / "done").exists()
        config = wish(folder, {name: nightly.urls[name] for name in nightly.names})
        merged(config)
        assert remembered(config) == expected, folder.name
