"""Real shells with our completion: bash and zsh on a pseudo-terminal, fish by its own `complete -C`."""

from __future__ import annotations

import os
import pty
import select
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

QUIET = 3  # seconds without output after which a shell has answered
LONGEST = 60  # seconds

_SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
}
_PREPARED = {
    "bash": 'PS1=; eval "$(catalog --show-completion bash)"; echo rea""dy\n',
    "zsh": 'unsetopt PROMPT_SP; PS1=; autoload -Uz compinit; compinit -D -u; eval "$(catalog --show-completion zsh)"; echo rea""dy\n',
}


def after_tab(shell: str, typed: str, database: Path) -> str:
    """The line as bash or zsh shows it after Tab."""
    child, terminal = pty.fork()
    if child == 0:
        os.execvpe(shell, _SHELLS[shell], _environment(database))
    try:
        os.write(terminal, _PREPARED[shell].encode())
        _read(terminal, "\nready", LONGEST)
        os.write(terminal, f"{typed}\t".encode())
        return _read(terminal, None, LONGEST)
    finally:
        os.close(terminal)
        os.waitpid(child, 0)


def offered_by_fish(typed: str, database: Path) -> list[str]:
    """What fish offers for the last word, without the descriptions."""
    script = "catalog --show-completion fish | source; complete -C $argv[1]"
    done = subprocess.run(
        ["fish", "--no-config", "-c", script, typed],
        env=_environment(database),
        capture_output=True,
        text=True,
        check=True,
        timeout=LONGEST,
    )
    return [line.partition("\t")[0] for line in done.stdout.splitlines()]


def _environment(database: Path) -> Mapping[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    ours = {"PATH": path, "CATALOG_DATABASE": str(database), "TERM": "dumb", "COLUMNS": "200", "PS1": "", "PS2": ""}
    return os.environ | ours


def _read(terminal: int, until: str | None, seconds: float) -> str:
    """What comes until a text does; without one, until nothing more has come for a while."""
    said, end = b"", time.monotonic() + seconds
    while time.monotonic() < end:
        ready, _, _ = select.select([terminal], [], [], QUIET)
        if not ready and until is None and said:
            break
        if ready:
            said += os.read(terminal, 65_536)
        if until and until.encode() in said:
            break
    return _shown(said.decode())


def _shown(said: str) -> str:
    """The last line as a terminal shows it: a backspace goes one to the left, a bell is only heard."""
    line: list[str] = []
    at = 0
    for character in said.rpartition("\n")[2].replace("\a", ""):
        if character == "\b":
            at -= 1
        else:
            line[at : at + 1] = [character]
            at += 1
    return "".join(line)
