"""Which files of a revision are DVC's, and which project each belongs to.

After `dvc/dvcfile.py` (`is_valid_filename`), `dvc/repo/index.py` (`collect_files`) and `dvc/ignore.py` of DVC 3.67.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from connectors.dvc.ignore import IgnoreFile, is_ignored
from connectors.formats.paths import basename, dirname, join

PIPELINE, LOCK, PARAMS = "dvc.yaml", "dvc.lock", "params.yaml"
SUFFIX = ".dvc"
OLD_NAME = "Dvcfile"  # what `dvc run` wrote before DVC 1.0, unless another name was given
IGNORE = ".dvcignore"
CONFIG, LOCAL_CONFIG = ".dvc/config", ".dvc/config.local"
_READ = frozenset((PIPELINE, OLD_NAME, LOCK, PARAMS, IGNORE))
_IN_FOLDER = (CONFIG, ".dvc/.gitignore")  # files that make DVC's folder visible in Git
_SETTINGS = (*_IN_FOLDER, LOCAL_CONFIG)
_SETTINGS_BELOW = tuple(f"/{name}" for name in _SETTINGS)
_CLOSED = frozenset((".dvc", ".git", ".hg"))  # folders that DVC does not search


def is_metafile(path: str) -> bool:
    """A `.dvc` file, or a `dvc.yaml`. A `dvc.lock` is read with the `dvc.yaml` beside it."""
    return path.endswith(SUFFIX) or basename(path) in (PIPELINE, OLD_NAME)


def is_read(path: str) -> bool:
    """A metafile, or a file that is needed to read one."""
    return path.endswith(SUFFIX) or basename(path) in _READ or is_settings(path)


def is_settings(path: str) -> bool:
    """One of the files in DVC's own folder that are wanted."""
    return path in _SETTINGS or path.endswith(_SETTINGS_BELOW)


def roots(files: Iterable[str]) -> frozenset[str]:
    """The folders of DVC projects, from the Git root: those with a `.dvc` folder in which there is a file."""
    folders = set()
    for path in files:
        if ".dvc/" in path:
            above, inside, _ = f"/{path}".partition("/.dvc/")
            if inside:
                folders.add(above.removeprefix("/"))
    return frozenset(folders)


def root_of(path: str, project_roots: frozenset[str]) -> str | None:
    """The project that a file belongs to: the nearest one above."""
    while path:
        path = dirname(path)
        if path in project_roots:
            return path
    return None


class MetafileWalk:
    """The metafiles of a revision in DVC's order: a folder's files before its folders.

    DVC does not search folders that are outputs; the caller adds those of each file to `outputs` as it goes.
    """

    def __init__(self, files: Mapping[str, str], ignores: Mapping[str, IgnoreFile]) -> None:
        self.roots = roots(files)
        self.outputs: set[str] = set()
        self._ignores = ignores
        self._hidden: dict[str, bool] = {}
        self._ignores_above: dict[str, list[IgnoreFile]] = {}
        self._folders: dict[str, list[str]] = {}
        for path in files:
            if is_metafile(path):
                self._folders.setdefault(dirname(path), []).append(path)

    def __iter__(self) -> Iterator[tuple[str, str | None]]:
        """Each metafile with its project's folder, None where there is no project."""
        for folder in sorted(self._folders, key=lambda folder: folder.split("/") if folder else []):
            root = root_of(join(folder, "file"), self.roots)
            if self._is_hidden(folder):
                continue
            for path in sorted(self._folders[folder]):
                if self.is_visible(path):
                    yield path, root

    def is_visible(self, path: str) -> bool:
        """A file that DVC does not ignore, given that it does not ignore its folder."""
        return not is_ignored(path, self._sources(dirname(path)), is_folder=False)

    def _is_hidden(self, folder: str) -> bool:
        """DVC does not search the folder, or one above. What its own project does not ignore is searched."""
        hidden = self._hidden.get(folder)
        if hidden is None:
            hidden = basename(folder) in _CLOSED or (
                folder not in self.roots and bool(folder) and self._is_left_out(folder)
            )
            self._hidden[folder] = hidden
        return hidden

    def _is_left_out(self, folder: str) -> bool:
        sources = self._sources(dirname(folder))
        return folder in self.outputs or is_ignored(folder, sources, is_folder=True) or self._is_hidden(dirname(folder))

    def _sources(self, folder: str) -> list[IgnoreFile]:
        """The `.dvcignore` files from the project's folder down to this one."""
        if folder not in self._ignores_above:
            root = root_of(join(folder, "file"), self.roots) or ""
            ignores = (self._ignores.get(above) for above in _between(root, folder))
            self._ignores_above[folder] = [ignore for ignore in ignores if ignore]
        return self._ignores_above[folder]


def _between(root: str, folder: str) -> list[str]:
    """The folders from `root` down to `folder`, both among them."""
    folders = [folder]
    while folders[-1] != root:
        folders.append(dirname(folders[-1]))
    return folders[::-1]
