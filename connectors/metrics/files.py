"""The files of metrics, parameters and plots of a revision, each with the metafile that names it, and where it is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from catalog.git.snapshot import RevisionFiles
from connectors.dvc.declared_measures import PARAMS, PLOTS, DeclaredMeasure
from connectors.dvc.files import PARAMS as DEFAULT
from connectors.dvc.index import MetafileIndex, index, is_final
from connectors.dvc.places import MISSING, FileLocation, FileLocations
from connectors.metrics.images import is_image
from connectors.metrics.own_templates import NO_TEMPLATE, OwnTemplate, OwnTemplates

MAX_FILES = 5_000  # of one revision


class DeclaredFile(NamedTuple):
    """A file as a metafile names it; without a metafile, the parameters that DVC reads by default."""

    named: DeclaredMeasure
    place: FileLocation
    metafile: str | None
    root: str | None
    x_place: FileLocation | None = None
    template: OwnTemplate = NO_TEMPLATE


class DeclaredFiles(NamedTuple):
    """The files of a revision, up to MAX_FILES, and whether there are more."""

    files: tuple[DeclaredFile, ...]
    more: bool


def stated_files(revision: RevisionFiles) -> DeclaredFiles:
    """Each file once for each metafile and role, up to MAX_FILES."""
    return revision.once(
        _stated_files, lambda declared: is_final(revision) and not any(map(_is_folder, declared.files))
    )


def _stated_files(revision: RevisionFiles) -> DeclaredFiles:
    metafiles = index(revision)
    by_key: dict[tuple[object, ...], DeclaredFile] = {}
    for each in _stated(metafiles, FileLocations(revision, metafiles), OwnTemplates(revision)):
        key = (each.named, each.place.file, each.metafile)
        if len(by_key) == MAX_FILES and key not in by_key:
            return DeclaredFiles(tuple(by_key.values()), more=True)
        by_key.setdefault(key, each)
    return DeclaredFiles(tuple(by_key.values()), more=False)


def _is_folder(each: DeclaredFile) -> bool:
    """The list of its files may arrive."""
    return each.place.is_folder or (each.x_place is not None and each.x_place.is_folder)


def _stated(metafiles: MetafileIndex, places: FileLocations, templates: OwnTemplates) -> Iterator[DeclaredFile]:
    for metafile in metafiles.files:
        for named in metafile.read.named:
            other = named.drawing.x_file if named.drawing else None
            x_place = places.of(other)[0] if other else None
            for place in _own(named, places):
                drawing = None if is_image(place.file) else named.drawing
                template = templates.of(metafile.root, drawing.template) if drawing else NO_TEMPLATE
                yield DeclaredFile(named, place, metafile.path, metafile.root, x_place, template)
            if x_place:
                yield DeclaredFile(DeclaredMeasure(PLOTS, x_place.file, None), x_place, metafile.path, metafile.root)
    for root in sorted(metafiles.roots):
        path = f"{root}/{DEFAULT}" if root else DEFAULT
        for place in places.of(path):
            if place.where != MISSING:
                yield DeclaredFile(DeclaredMeasure(PARAMS, path, None), place, None, root)


def _own(named: DeclaredMeasure, places: FileLocations) -> Iterator[FileLocation]:
    """The places of what is named; of a folder of plots, without what lies with a plot that is named closer to it."""
    locations = places.of(named.path)
    if not named.drawing or not named.drawing.others or all(place.file == named.path for place in locations):
        yield from locations
        return
    start = "" if named.path == "." else f"{named.path}/"
    closer = {other[len(start) :].partition("/")[0] for other in named.drawing.others if other.startswith(start)}
    yield from (place for place in locations if place.file[len(start) :].partition("/")[0] not in closer)
