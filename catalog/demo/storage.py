"""The storage of the demo: the bytes of the models of risk/churn, as DVC keeps them. All other content is imagined."""

from __future__ import annotations

from pathlib import Path

from catalog.demo.churn import history
from catalog.demo.content import Content
from catalog.errors import StoreError

BUCKET = "demo-example-risk"
URL = f"s3://{BUCKET}"  # the storage that the repository names, and that nobody has
_REMOTE = "churn"


def write_storage(folder: Path) -> int:
    """Writes the models to `folder`, which stands for the bucket; returns how many there are. StoreError where it cannot be written."""
    contents = {content.md5: content for content in history()[3]}
    try:
        for content in contents.values():
            for place in ("files/md5", ""):  # DVC 3 and DVC 2
                _write(folder / _REMOTE / place, content)
    except OSError as error:
        raise StoreError(f"cannot write the storage to {folder}: {error.strerror}") from error
    return len(contents)


def _write(folder: Path, content: Content) -> None:
    assert content.data is not None
    file = folder / content.md5[:2] / content.md5[2:]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content.data)
