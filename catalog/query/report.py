"""What is new in a version, for a review or a comment of a CI job: its measures, inputs and plots beside those of another version."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from catalog.errors import Misuse
from catalog.query.answer import Answer, Row
from catalog.query.reference import LATEST, Reference
from catalog.query.resolve import ReferenceResolver

MOST_PLOTS = 12  # of one version: those that come first in its metafiles

_KEY = ("repo", "artifact", "version", "commit")
_REFERENCE = re.compile(r"[@#:/]")
_VERSION = re.compile(r"v?[0-9]+([.].*)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionReport:
    """A version beside another one, `base`, or alone. `compared` and `inputs` have the base at place 1 and the version at place 2.

    `stage`: the stage that was asked for. `replaced`: the version itself is there, and `base` is the one that was there before it; there
    may have been none. `images`: the plots that are images. `plots`: the numbers of the others, a row for each line.
    """

    version: Row
    base: Row | None
    stage: str | None
    replaced: bool
    compared: list[Row]
    inputs: list[Row]
    images: list[Row]
    base_images: list[Row]
    plots: list[Row]
    base_plots: list[Row]

    @property
    def names(self) -> list[str]:
        """What the base, where there is one, and the version are called beside each other."""
        versions = [self.version] if self.base is None else [self.base, self.version]
        same = len({(each["repo"], each["artifact"]) for each in versions}) == 1
        return [each["version"] if same else f"{each['artifact']}@{each['version']}" for each in versions]

    @property
    def place(self) -> int:
        """The place of the version in the rows."""
        return 1 if self.base is None else 2


def version_report(
    ask: Callable[..., Answer], names: ReferenceResolver, ref: str, against: str | None
) -> VersionReport:
    """The report on the version that `ref` means; `against` is a stage or a version of the same artifact, or a reference.

    NotFound where one of them is not there, Misuse where both are the same version.
    """
    artifact, reference = names.artifact(ref)
    version = names.version(artifact, reference)
    base, stage, replaced = _base(ask, names, artifact, version, against)
    versions = [version] if base is None else [base, version]
    keys = {f"{key}s": [each[key] for each in versions] for key in _KEY}
    images = [
        ask("from internal.list_plot_images($repo, $artifact, $version, $commit)", **each).rows for each in versions
    ]
    question = "from internal.list_plots($repos, $artifacts, $versions, $commits, $most) where content is null"
    plots = ask(question, **keys, most=MOST_PLOTS).rows
    return VersionReport(
        version=version,
        base=base,
        stage=stage,
        replaced=replaced,
        compared=ask("from internal.list_compared($repos, $artifacts, $versions, $commits, 1)", **keys).rows,
        inputs=ask("from internal.list_compared_inputs($repos, $artifacts, $versions, $commits)", **keys).rows,
        images=images[-1],
        base_images=images[0] if base is not None else [],
        plots=_of(version, plots),
        base_plots=_of(base, plots),
    )


def _of(version: Row | None, rows: list[Row]) -> list[Row]:
    return [row for row in rows if version is not None and all(row[key] == version[key] for key in _KEY)]


def _base(
    ask: Callable[..., Answer], names: ReferenceResolver, artifact: Row, version: Row, against: str | None
) -> tuple[Row | None, str | None, bool]:
    """The version to compare with, the stage that names it, and whether it was replaced there by `version`."""
    if against is None:
        return None, None, False
    other, reference = _meant(names, artifact, against)
    base = names.version(other, reference)
    stage = names.stage(reference.stage)
    if base != version:
        return base, stage, False
    if stage is None:
        raise Misuse(f"{artifact['id']}@{version['version']} would be compared with itself: expected another version")
    rows = ask(
        "from internal.replaced_version($repo, $artifact, $version, $commit, $stage)", stage=stage, **version
    ).rows
    return rows[0] if rows else None, stage, True


def _meant(names: ReferenceResolver, artifact: Row, against: str) -> tuple[Row, Reference]:
    """What `prod`, `#prod`, `v1.2.0`, `@latest` and references mean beside an artifact."""
    words = against.strip()
    if not words.strip("@#"):
        raise Misuse(f"invalid reference {against!r}: expected a stage, a version or a reference")
    if words[0] in "@#":
        return names.artifact(f"{artifact['id']}{words}")
    if _REFERENCE.search(words):
        return names.artifact(words)
    if words in LATEST or _VERSION.fullmatch(words):
        return artifact, Reference(artifact=artifact["id"], version=words)
    names.stage(words)  # a misspelt one is named, with the stages that there are
    return artifact, Reference(artifact=artifact["id"], stage=words)
