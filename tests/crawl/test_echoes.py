"""THREATS, "server echoes what it was sent": after a whole crawl no byte of the output has a credential, in any case or encoding."""

from __future__ import annotations

import json
from base64 import b64encode
from contextlib import ExitStack
from random import Random

import pytest
from tenacity import wait_none

from catalog.cli import main
from catalog.crawl.echoes import ECHO, NAME, without_echoed_refs, without_echoed_rows
from catalog.git.snapshot import Ref, RefListing
from catalog.privacy.gate import Gate
from catalog.schema.tables.metrics import Image, Metric
from catalog.schema.tables.problems import Problem
from catalog.transport import retry
from support.echo_server import KINDS, echoing
from support.echoing import echo, hits, written
from support.loopback import needs, serve
from support.worlds import World

SECRETS = {
    "netrc": "nRc-7Gh2kLq9XwZ4tYb6",
    "header": "hDr-8fK3jD71sQxBmVw2",
    "proxy": "pXy-5sDf8gHj2kLzQw9c",
    "insteadof": "iOf-3xCv6bNm1qWeRt7y",
    **{kind: f"{kind}_Tk9fGh3jKlZ7xCvB" for kind in KINDS},
}
TOKENS = ("GITHUB_TOKEN", "GITLAB_TOKEN", "GITEA_TOKEN", "BITBUCKET_TOKEN", "AZURE_DEVOPS_TOKEN")
USERS = {"netrc": "ann", "proxy": "pu", "insteadof": "iu", "azure": "", "github": "x-access-token"}
LOOKED_FOR = SECRETS | {
    f"pair of {name}": b64encode(f"{user}:{SECRETS[name]}".encode()).decode() for name, user in USERS.items()
}
ORG = {"github": "org", "gitlab": "group", "gitea": "org", "bitbucket": "workspace", "azure": "org"}


def repository(random: Random, secret: str, tags: int) -> tuple[World, int]:
    """A repository whose server made it of what it was sent: messages, names, files. And how many echoes it holds."""
    made = 0

    def again() -> str:
        nonlocal made
        made += 1
        return echo(random, secret)

    def word() -> str:
        return "".join(char if char.isalnum() or char in "+=%-_" else "-" for char in again())[:200]

    world = World()
    for number in range(tags):
        files = {
            "dvc.yaml": json.dumps({"artifacts": {"churn": {"path": "m", "type": "model", "desc": again(), "labels": [again()], "meta": {again(): again()}}},
                                    "stages": {"train": {"cmd": again(), "params": ["p"], "outs": [again()]}}, "metrics": ["m.json"]}),
            "params.yaml": json.dumps({"p": again(), word(): 1}),
            "m.json": json.dumps({word(): 0.5, "name": again()}),
            "README.md": f"---\nlicense: {json.dumps(again())}\ntags: [{json.dumps(again())}]\n---\n# {again()}\n\n{again()}\n",
            ".dvc/config": f'[remote "s"]\n    url = https://host/{word()}\n',
        }  # fmt: skip
        world.commit(files, message=again(), who=f"{word()} <{word()}@example.com>")
        world.tag(f"churn@v{number}.0.0", message=again(), who=f"{word()} <{word()}@example.com>")
        world.tag(f"{word()}@v{number}.1.0", message="register")
        world.lightweight(f"{word()}-{number}")
    world.commit({"x": "x"}, branch=word())
    return world, made


def run(folder, seed: int, places: int, tags: int, monkeypatch, capsys) -> tuple[list[str], int]:
    """A crawl of echoing servers, and of a repository that is one echo, with build and site; hits in all that it wrote, and how many echoes."""
    monkeypatch.setattr(retry, "BACKOFF", wait_none())
    home = folder / "home"
    home.mkdir(parents=True)
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", str(home / "gitconfig"))
    (home / ".netrc").write_text(f"machine 127.0.0.1 login ann password {SECRETS['netrc']}\n")
    for name, kind in zip(TOKENS, KINDS, strict=True):
        monkeypatch.setenv(name, SECRETS[kind])
    world, made = repository(Random(seed), SECRETS["netrc"], tags)
    world.write(folder / "git" / "whole.git")
    with ExitStack() as stack:
        server = stack.enter_context(echoing(seed))
        site = stack.enter_context(serve(folder / "git", rule=needs("ann", SECRETS["netrc"])))
        plain = server.url.removeprefix("http://")
        (home / "gitconfig").write_text(
            f'[http "{server.url}"]\nextraHeader = X-Key: {SECRETS["header"]}\n'
            f'[http "{server.url}/git/proxied"]\nproxy = http://pu:{SECRETS["proxy"]}@{plain}\n'
            f'[url "http://iu:{SECRETS["insteadof"]}@{plain}/git/"]\ninsteadOf = https://instead.example/\n'
        )
        urls = [f"{server.url}/git/{n}" for n in range(places)]
        urls += [f"{server.url}/git/proxied/{n}" for n in range(places // 4)]
        urls += [f"https://instead.example/{n}" for n in range(places // 4)]
        lines = ["[crawl]", "timeout = 20", "jobs = 4"]
        for kind in KINDS:
            lines += [
                "[[source]]",
                f'name = "{kind}"',
                f'kind = "{kind}"',
                f'url = "{server.url}/forge/{kind}"',
                f'{ORG[kind]} = "acme"',
            ]
        for number, url in enumerate([f"{site}/whole.git", *urls]):
            lines += ["[[repo]]", f'name = "r/{number}"', f'url = "{url}"']
        config = folder / "repos.toml"
        config.write_text("\n".join(lines))
        for report in ("one.json", "two.json"):  # the second crawl sends what the first looked up, and ETags
            main(["crawl", "--config", str(config), "--report", str(folder / "output" / report)])
    said = capsys.readouterr()
    texts = [*written(folder / "output"), ("stdout", said.out.encode()), ("stderr", said.err.encode())]
    assert any(name == "catalog.duckdb" for name, _ in texts)
    return hits(texts, LOOKED_FOR), server.echoes + made


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
def test_no_output_has_what_was_sent(tmp_path, seed, monkeypatch, capsys):
    found, echoes = run(tmp_path, seed, 60, 8, monkeypatch, capsys)
    assert (found, echoes > 500) == ([], True)


SECRET = SECRETS["netrc"]


@pytest.fixture
def gate():
    gate = Gate()
    gate.learn(SECRET)
    return gate


OID = "1" * 40


@pytest.mark.parametrize(
    ("ref", "head", "kept"),
    [
        pytest.param(Ref(name=f"refs/tags/{SECRET}", oid=OID), "refs/heads/main", ("main", "refs/heads/main"), id="a name"),
        pytest.param(Ref(name="refs/tags/x", oid=b"nRc7Gh2kLq9XwZ4tYb6".hex().ljust(40, "0")), "refs/heads/main", ("main", "refs/heads/main"), id="an object"),
        pytest.param(Ref(name="refs/tags/x", oid=OID, peeled=b"nRc7Gh2kLq9XwZ4tYb6".hex().ljust(40, "0")), None, ("main", None), id="a peeled object"),
        pytest.param(Ref(name="refs/tags/x", oid=OID), f"refs/heads/{SECRET.lower()}", ("main x", None), id="where HEAD points"),
        pytest.param(Ref(name="refs/tags/x", oid=OID), "refs/heads/main", ("main x", "refs/heads/main"), id="nothing"),
    ],
)  # fmt: skip
def test_a_ref_that_repeats_a_credential_is_left_out(ref, head, kept, gate):
    listing = without_echoed_refs(RefListing(refs=(Ref(name="refs/heads/main", oid=OID), ref), head=head), gate)
    assert (" ".join(ref.name.rpartition("/")[2] for ref in listing.refs), listing.head) == kept


def metric(**cells):
    row = {"commit": OID, "dvc_root": "", "file": "m.json", "name": "auc", "number": 1.0, "text": "1", "kind": "number"}
    return Metric(**row | cells)


@pytest.mark.parametrize(
    ("row", "secret"),
    [
        pytest.param(metric(name=f"a {SECRET.upper()} b"), SECRET, id="a text"),
        pytest.param(metric(number=12345678.0), "12345678", id="a number"),
        pytest.param(
            Image(content="c", media_type="image/svg+xml", data=f"<svg>{SECRET}".encode()), SECRET, id="bytes"
        ),
    ],
)
def test_a_row_that_repeats_a_credential_is_left_out_and_counted(row, secret):
    gate = Gate()
    gate.learn(secret)
    good = metric(name="f1", number=0.5, text="0.5")
    rows = {Metric: [good], type(row): [good, row] if isinstance(row, Metric) else [row]}
    problem = Problem(
        connector=NAME, rule=ECHO, place=type(row).TABLE, commit=None,
        message="1 rows withheld: they repeat a credential of this crawl, which its server should not do",
    )  # fmt: skip
    assert without_echoed_rows(rows, gate) == {**rows, type(row): rows[type(row)][:-1], Problem: [problem]}


def test_rows_that_repeat_nothing_are_the_very_same(gate):
    rows = {Metric: [metric()]}
    assert without_echoed_rows(rows, gate) is rows
