"""Changes to a repos.toml that leave all else as it was."""

from __future__ import annotations

import pytest

from catalog.config.editing import append_repos, change_repo, exclude_from_source, remove_repo

TWO = '# mine\n[[repo]]\nurl = "a" # why\ntimeout = 60\n\n# of b\n[[repo]]\nurl = "b"\n\n# end\n[crawl]\njobs = 2\n'


FIRST = '[[repo]]\nurl = "a"\n'
ADDED = '[[repo]]\nurl = "b"\n\n[[repo]]\nurl = "c"\n'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("", f"{ADDED}", id="nothing"),
        pytest.param("# x\n", f"# x\n\n{ADDED}", id="a comment"),
        pytest.param("[crawl]\njobs = 2", f"[crawl]\njobs = 2\n\n{ADDED}", id="no end of the last line"),
        pytest.param(f"{FIRST}\n", f"{FIRST}\n{ADDED}\n", id="an empty line at the end"),
        pytest.param(f"{FIRST}\n[x]\na = 1\n", f"{FIRST}\n{ADDED}\n[x]\na = 1\n", id="another table behind"),
        pytest.param(
            f"{FIRST}[x]\na = 1\n", f"{FIRST}\n{ADDED}\n[x]\na = 1\n", id="another table, without an empty line"
        ),
        pytest.param('repo = [{url = "a"}]\n', 'repo = [{url = "a"}, {url = "b"}, {url = "c"}]\n', id="inline"),
    ],
)
def test_append_repos(text, expected):
    assert append_repos(text, [{"url": "b"}, {"url": "c"}]) == expected


@pytest.mark.parametrize(
    ("text", "number", "expected"),
    [
        pytest.param(
            TWO, 0, TWO.replace("# why\n", '# why\nname = "n"\naliases = ["x"]\n'), id="below the URL, above another's comment"
        ),
        pytest.param(TWO, 1, TWO.replace('"b"\n', '"b"\nname = "n"\naliases = ["x"]\n'), id="the last one"),
        pytest.param("[[repo]]\nurl='a'", 0, "[[repo]]\nurl='a'\nname = \"n\"\naliases = [\"x\"]\n", id="without a line's end"),
        pytest.param(
            "[[repo]]\nname = 'm' # why\nurl = 'a'\naliases = []\n",
            0,
            "[[repo]]\nname = \"n\" # why\nurl = 'a'\naliases = [\"x\"]\n",
            id="in the place of what was stated",
        ),
        pytest.param(
            "repo = [{url = 'a'}, {url = 'b'}] # both\n",
            1,
            "repo = [{url = 'a'}, {url = 'b',aliases = [\"x\"], name = \"n\"}] # both\n",
            id="in one line",
        ),
    ],
)  # fmt: skip
def test_change_repo(text, number, expected):
    assert change_repo(text, number, {"name": "n", "aliases": ["x"]}) == expected


@pytest.mark.parametrize(
    ("text", "number", "kept", "removed"),
    [
        pytest.param(
            TWO,
            0,
            '# mine\n\n# of b\n[[repo]]\nurl = "b"\n\n# end\n[crawl]\njobs = 2\n',
            '[[repo]]\nurl = "a" # why\ntimeout = 60\n',
            id="the first",
        ),
        pytest.param(
            TWO, 1, TWO.replace('[[repo]]\nurl = "b"\n', ""), '[[repo]]\nurl = "b"\n', id="the last, without its own comment"
        ),
        pytest.param("[[repo]]\nurl = 'a'", 0, "", "[[repo]]\nurl = 'a'\n", id="the only one, without a line's end"),
        pytest.param(
            "[[repo]]\nurl = 'a'\n\n[[repo]]\nurl = 'b'\n\n[[repo]]\nurl = 'c'\n",
            1,
            "[[repo]]\nurl = 'a'\n\n[[repo]]\nurl = 'c'\n",
            "[[repo]]\nurl = 'b'\n",
            id="one empty line remains",
        ),
        pytest.param(
            "repo = [{url = 'a'}, {url = 'b'}]\n", 0, "repo = [{url = 'b'}]\n", '[[repo]]\nurl = "a"\n', id="in one line"
        ),
    ],
)  # fmt: skip
def test_remove_repo(text, number, kept, removed):
    assert remove_repo(text, number) == (kept, removed)


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        pytest.param("kind = 'github' # k", "kind = 'github' # k\nexclude = [\"x\"]\n", id="the first one"),
        pytest.param("exclude = ['a']\nkind = 'g'\n", "exclude = ['a', \"x\"]\nkind = 'g'\n", id="one more"),
    ],
)
def test_exclude_from_source(source, expected):
    assert exclude_from_source(f"[[source]]\n{source}", 0, "x") == f"[[source]]\n{expected}"
