"""A push over SSH to an account that has git-shell: OpenSSH at both ends."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from getpass import getuser

import pytest

from catalog.actions import commands
from catalog.errors import Refused
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.origin import GitConfig
from support.pushing import ANN, config, request
from support.sshd import SSHD, sshd

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
ASSIGN = request(lambda tags, _: commands.assign(tags, "prod", "v2.0.0"))


# In place of ssh: the first connection carries the push out and loses the report.
LOSSY = """#!/bin/sh
echo "$@" >> {log}
if [ -e {log}.second ]; then exec git receive-pack {path}; fi
touch {log}.second
git receive-pack --stateless-rpc --http-backend-info-refs {path}
git receive-pack --stateless-rpc {path} > /dev/null
"""


def test_a_lost_answer_is_looked_up_as_the_same_user(pushed, actor, tmp_path):
    script, log = tmp_path / "ssh", tmp_path / "log"
    script.write_text(LOSSY.format(log=log, path=pushed.path))
    script.chmod(0o755)
    git_config = config(("core", "sshcommand", str(script)), ("ssh", "variant", "ssh"))
    git_config._entries["url", "pushinsteadof"] = [
        ConfigEntry("url", "ssh://bo@example.com/team/", "pushinsteadof", "ssh://bo@example.com/")
    ]
    done = actor("ssh://bo@example.com/r.git", pushed.known, git=git_config).push(ASSIGN, NOW)
    assert (done.pushed[0].name, "churn#prod#2" in pushed.tags()) == ("churn#prod#2", True)
    ends = [line.partition(" bo@")[2] for line in log.read_text().splitlines()]
    assert ends == ["example.com git-receive-pack '/team/r.git'"] * 2


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
