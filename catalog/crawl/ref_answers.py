"""What servers answered when they were last asked for refs: where one answers the same, byte for byte, nothing of it is parsed.

`store/crawls/answers.json` has, for each repository, the digest of the answer and the digest of the refs in it. The second follows from the
first; without the file, answers are parsed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

import catalog
from catalog.config.model import RepoConfig
from catalog.store import checked_file, files
from catalog.transport.answer_digest import AnswerDigest


@dataclass(frozen=True, kw_only=True, slots=True)
class RefAnswer:
    """A digest of an answer, and that of the refs in it, as `rules` say: the options of the repository, its limit, and the version that parsed it."""

    answer: AnswerDigest
    refs: str
    rules: str


class RefAnswers:
    """The answers before this crawl and after it."""

    def __init__(self, file: Path) -> None:
        self._file = file
        answers = checked_file.read_if_whole(file, dict[str, RefAnswer], "the refs of every repository are parsed")
        self._answers = answers or {}
        self._written = dict(self._answers)

    def last(self, repo: RepoConfig) -> RefAnswer | None:
        """The last answer; None where it is not known, or would be parsed otherwise now."""
        answer = self._answers.get(repo.name)
        return answer if answer is not None and answer.rules == _rules(repo) else None

    def record(self, repo: RepoConfig, answer: AnswerDigest, refs: str) -> None:
        """Records the digest of a server's answer, and that of the refs in it."""
        self._answers[repo.name] = RefAnswer(answer=answer, refs=refs, rules=_rules(repo))

    def write(self, names: Collection[str]) -> None:
        """Writes the answers of these repositories, where they are others than before."""
        answers = {name: self._answers[name] for name in sorted(names) if name in self._answers}
        if answers != self._written:
            with files.writing(self._file.parent):
                checked_file.write(self._file, answers)
            self._written = answers


def _rules(repo: RepoConfig) -> str:
    rules = f"{catalog.__version__} {repo.options.max_refs} {repo.options.digest()}"
    return blake2b(rules.encode(), digest_size=8).hexdigest()
