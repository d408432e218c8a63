"""A file of the site that is the same as one elsewhere: a second name of it where the disk lets it have one, else a copy."""

from __future__ import annotations

import filecmp
import shutil
from contextlib import suppress
from pathlib import Path

from catalog.store.files import clear, deleted_on_failure, move, temporary


def link(source: Path, file: Path, published: Path) -> bool:
    """Puts the file there in one step; False where it is there already. `published`: the folder that is published. OSError where the disk fails."""
    with suppress(OSError):  # there is none
        if file.samefile(source) or filecmp.cmp(file, source, shallow=False):
            return False
    clear(file, published=published)
    file.parent.mkdir(parents=True, exist_ok=True)
    temporary_file = temporary(file)
    temporary_file.unlink(missing_ok=True)
    with deleted_on_failure(temporary_file):
        try:
            temporary_file.hardlink_to(source)
        except OSError:  # another disk, or one without links
            shutil.copy2(source, temporary_file)
        move(temporary_file, file, durable=False)
    return True
