"""A crawl of servers and forges that send back what they were sent, and a search for that in every byte of the output."""

from __future__ import annotations

import io
import json
import os
from base64 import b64encode
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from pathlib import Path
from random import Random
from unittest.mock import patch

from tenacity import wait_none

from catalog.cli import main
from catalog.transport import backoff
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


def crawl_echoes(folder: Path, seed: int, places: int, tags: int) -> tuple[list[str], int]:
    """Two crawls of echoing servers, and of a repository that is one echo, with build and site; hits in all that they wrote, and how many echoes."""
    out, err = io.StringIO(), io.StringIO()
    with ExitStack() as stack:
        stack.enter_context(redirect_stdout(out))
        stack.enter_context(redirect_stderr(err))
        stack.enter_context(patch.object(backoff, "BACKOFF", wait_none()))
        stack.enter_context(patch.dict(os.environ, _environment(folder)))
        world, made = repository(Random(seed), SECRETS["netrc"], tags)
        world.write(folder / "git" / "whole.git")
        server = stack.enter_context(echoing(seed))
        site = stack.enter_context(serve(folder / "git", rule=needs("ann", SECRETS["netrc"])))
        config = _configure(folder, server.url, f"{site}/whole.git", places)
        for report in ("one.json", "two.json"):  # the second crawl sends what the first looked up, and ETags
            main(["crawl", "--config", str(config), "--report", str(folder / "output" / report)])
    said = ("stdout", out.getvalue().encode()), ("stderr", err.getvalue().encode())
    texts = [*written(folder / "output"), *said]
    assert {"catalog.duckdb", "site/index.html"} <= {name for name, _ in texts}
    return hits(texts, LOOKED_FOR), server.echoes + made


def _environment(folder: Path) -> dict[str, str]:
    home = folder / "home"
    home.mkdir(parents=True)
    (home / ".netrc").write_text(f"machine 127.0.0.1 login ann password {SECRETS['netrc']}\n")
    tokens = {name: SECRETS[kind] for name, kind in zip(TOKENS, KINDS, strict=True)}
    return {"HOME": str(home), "GIT_CONFIG_GLOBAL": str(home / "gitconfig"), **tokens}


def _configure(folder: Path, server: str, whole: str, places: int) -> Path:
    """Git's configuration, with secrets, and a repos.toml."""
    host = server.removeprefix("http://")
    (folder / "home" / "gitconfig").write_text(
        f'[http "{server}"]\nextraHeader = X-Key: {SECRETS["header"]}\n'
        f'[http "{server}/git/proxied"]\nproxy = http://pu:{SECRETS["proxy"]}@{host}\n'
        f'[url "http://iu:{SECRETS["insteadof"]}@{host}/git/"]\ninsteadOf = https://instead.example/\n'
    )
    lines = ["[crawl]", "timeout = 20", "jobs = 4"]
    for kind in KINDS:
        stated = {"name": kind, "kind": kind, "url": f"{server}/forge/{kind}", ORG[kind]: "acme"}
        lines += ["[[source]]", *(f"{key} = {json.dumps(value)}" for key, value in stated.items())]
    urls = [
        whole,
        *(f"{server}/git/{n}" for n in range(places)),
        *(f"{server}/git/proxied/{n}" for n in range(places // 4)),
    ]
    for number, url in enumerate([*urls, *(f"https://instead.example/{n}" for n in range(places // 4))]):
        lines += ["[[repo]]", f'name = "r/{number}"', f'url = "{url}"']
    config = folder / "repos.toml"
    config.write_text("\n".join(lines))
    return config
