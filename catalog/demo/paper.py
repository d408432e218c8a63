"""The paper around the code: README, LICENSE, CODEOWNERS, and a script or two that pipelines run."""

from __future__ import annotations

_LICENSE = """Copyright (c) 2021-2026 Demo Example Ltd.

For use inside Demo Example only. Nothing in this repository is real: people, data and numbers are invented.
"""


def paper(title: str, about: str, owners: str) -> dict[str, str]:
    """README, LICENSE and CODEOWNERS; `owners` as the forge wants them (`@risk/modelling @ana`)."""
    return {
        "README.md": f"# {title}\n\n{about}\n\nQuestions go to {owners.partition(' ')[0]}.\n",
        "LICENSE": _LICENSE,
        "CODEOWNERS": f"*  {owners}\n",
    }


def script(name: str, does: str, lines: int = 1) -> dict[str, str]:
    """A small Python script under src/; more `lines` make another content of the same name."""
    body = "".join(f"    print({f'step {number}'!r})\n" for number in range(1, lines + 1))
    return {
        f"src/{name}.py": f'"""{does}"""\n\n\ndef main() -> None:\n{body}\n\nif __name__ == "__main__":\n    main()\n'
    }
