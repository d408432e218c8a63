"""The paper around the code: README, LICENSE, CODEOWNERS, and a script or two that pipelines run."""

from __future__ import annotations

_LICENSE = """Copyright (c) 2021-2026 Demo Example Ltd.

For use inside Demo Example only. Nothing in this repository is real: people, data and numbers are invented.
"""

MIT = """MIT License

Copyright (c) 2023 Demo Example Ltd.

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software and associated documentation files (the "Software"), to deal
in the Software without restriction, including without limitation the rights
to use, copy, modify, merge, publish, distribute, sublicense, and/or sell
copies of the Software, and to permit persons to whom the Software is
furnished to do so, subject to the following conditions:

The above copyright notice and this permission notice shall be included in all
copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR
IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF MERCHANTABILITY,
FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE
AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR ANY CLAIM, DAMAGES OR OTHER
LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM,
OUT OF OR IN CONNECTION WITH THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE
SOFTWARE.
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
