"""Where a plot's template is, if it is the repository's own: DVC looks into `.dvc/plots` before it takes one of those that it brings.

After `dvc_render/vega_templates.py` (`get_template`) of dvc-render 1.0, and `dvc/repo/plots/__init__.py` (`templates_dir`) of DVC 3.67.
"""

from __future__ import annotations

from collections.abc import Iterator
from posixpath import normpath, splitext
from typing import NamedTuple

from catalog.errors import MetafileError
from catalog.git.snapshot import RevisionFiles
from connectors.dvc.places import IN_GIT, FileLocation
from connectors.formats.paths import join
from connectors.formats.typed import quoted
from connectors.metrics.plot_templates import SUFFIX

FOLDER = ".dvc/plots"
DEFAULT = "linear"  # where a plot names none
MAX_TEMPLATES = 50  # of one revision
BUILT_IN = (
    "bar_horizontal",
    "bar_horizontal_sorted",
    "confusion",
    "confusion_normalized",
    "linear",
    "scatter",
    "scatter_jitter",
    "simple",
    "smooth",
)


class OwnTemplate(NamedTuple):
    """The file of a template, or why there is none; neither, for one of DVC's."""

    place: FileLocation | None = None
    problem: MetafileError | None = None


NO_TEMPLATE = OwnTemplate()


class OwnTemplates:
    """The templates of one revision."""

    def __init__(self, revision: RevisionFiles) -> None:
        self._revision = revision
        self._templates: dict[tuple[str, str], OwnTemplate] = {}
        self._files: set[str] = set()

    def of(self, root: str | None, name: str | None) -> OwnTemplate:
        """The template that a plot names, in the project in `root`."""
        if root is None:
            return NO_TEMPLATE
        key = (root, name or DEFAULT)
        if key not in self._templates:
            self._templates[key] = self._find(*key)
        return self._templates[key]

    def _find(self, root: str, name: str) -> OwnTemplate:
        for path in _paths(root, name):
            entry = self._revision.entry(path)
            if entry is None or entry.kind != "file":
                continue
            if path not in self._files and len(self._files) >= MAX_TEMPLATES:
                message = f"found more than {MAX_TEMPLATES} templates of plots; the rest is left out"
                return OwnTemplate(problem=MetafileError(message, rule="too-many"))
            self._files.add(path)
            return OwnTemplate(FileLocation(path, IN_GIT, blob=entry.oid))
        if name in BUILT_IN:
            return NO_TEMPLATE
        expected = f"a file in {join(root, FOLDER)} or one of {', '.join(BUILT_IN)}"
        return OwnTemplate(
            problem=MetafileError(f"found no template {quoted(name)}, expected {expected}", rule="no-template")
        )


def _paths(root: str, name: str) -> Iterator[str]:
    """Where DVC looks, in its order, from the Git root."""
    if name.startswith("/"):
        return
    folder = join(root, FOLDER)
    for path in (f"{folder}/{name}", f"{folder}/{splitext(name)[0]}{SUFFIX}", join(root, name)):
        located = normpath(path)
        if located != ".." and not located.startswith("../"):
            yield located
