"""A push over SSH to an account that has git-shell: OpenSSH at both ends."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from getpass import getuser

import pytest

from catalog.actions import commands
from catalog.errors import Refused
from catalog.transport.origin import GitConfig
from support.pushing import ANN, request
from support.sshd import SSHD, sshd

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASSIGN = request(lambda tags, _: commands.assign(tags, "prod", "v2.0.0"))


@pytest.mark.slow
@pytest.mark.skipif(SSHD is None or shutil.which("git-shell") is None, reason="needs sshd and git-shell")
def test_a_push_to_git_shell(pushed, actor, tmp_path):
    shell = 'ForceCommand git-shell -c "$SSH_ORIGINAL_COMMAND"'
    keys = tmp_path / "keys"
    keys.mkdir()
    with sshd(keys, shell) as server:
        url = f"ssh://{getuser()}@127.0.0.1:{server.port}{pushed.path}"
        plain = server.config(known="known")
        git_config = GitConfig(
            [each for several in plain._entries.values() for each in several], {**plain.environ, **ANN}
        )
        done = actor(url, pushed.known, git=git_config).push(ASSIGN, NOW)
        assert (done.pushed[0].name, done.requests, "churn#prod#2" in pushed.tags()) == ("churn#prod#2", 2, True)
        (pushed.path / "hooks").mkdir(exist_ok=True)
        (pushed.path / "hooks" / "pre-receive").write_text("#!/bin/sh\nexit 1\n")
        (pushed.path / "hooks" / "pre-receive").chmod(0o755)
        with pytest.raises(Refused, match="'pre-receive hook declined'"):
            actor(url, git=git_config).push(request(lambda tags, _: commands.unassign(tags, "prod")), NOW)
    pushed.check()
