"""What is new in a version, for a review or a comment of a CI job: its measures, inputs and plots beside those of another version."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

from catalog.errors import Misuse
from catalog.query.answer import Answer, Row
from catalog.query.reference import LATEST, Reference
from catalog.query.resolve import ReferenceResolver

MOST_PLOTS = 12  # of data, of one version: the first by their metafile and name

_KEY = ("repo", "artifact", "version", "commit")
_REFERENCE = re.compile(r"[@#:/]")
_VERSION = re.compile(r"v?[0-9]+([.].*)?")


@dataclass(frozen=True, kw_only=True, slots=True)
class VersionReport:
    """A version beside another one, `base`, or alone. `compared` and `inputs` have the base at place 1 and the version at place 2.

    `stage`: the stage that was asked for. `replaced`: the version itself is there, and `base` is the one that was there before it; there
    may have been none.

    `images` and `base_images`: the plots of the version and of the base that are images, a row for each file: `plot`, `title`, `file`,
    `content`, `media_type` and `data`, the bytes. `plots` and `base_plots`: the plots of data, a row for each line, of the first 12 by
    their metafile and name; `more_plots` and `base_more_plots` count the others. In a row, `plot`, `title`, `template`, `x`, `x_label`,
    `y_label` and `file` are as in the table `plots`, and `field` is what is along the y axis. `xs` and `ys` are lists of at most 60
    numbers, a null where one is missing, or null where the values are no numbers. Bars have `words` and `counts`, their lengths; a
    confusion matrix has `words` (predicted), `others` (actual) and `counts`, how often each pair is there: three lists of the same length,
    at most 150 items, null of other plots. `own_template` is the repository's own template, and `fields` what that is given: at most eight
    structs of `field`, `numbers` or `texts` (at most 300 values), and `first` and `length`, the first row and how many rows apart they are.
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
    more_plots: int = 0
    base_more_plots: int = 0

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
    plots = ask(
        "from internal.list_plots($repos, $artifacts, $versions, $commits, $most)", **keys, most=MOST_PLOTS
    ).rows
    more = ask(
        "from internal.count_more_plots($repos, $artifacts, $versions, $commits, $most)", **keys, most=MOST_PLOTS
    ).rows
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
        more_plots=sum(row["plots"] for row in _of(version, more)),
        base_more_plots=sum(row["plots"] for row in _of(base, more)),
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
