"""What is read of a user's credentials files."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from catalog.errors import Refused
from catalog.transport.gitconfig import ConfigEntry
from catalog.transport.netrc import MAX_FILE
from catalog.transport.origin import GitConfig, Pool, open_origin
from support.loopback import needs, serve

if TYPE_CHECKING:
    from pathlib import Path

SECRET = "s3cret-t0ken"


@pytest.mark.parametrize("end", ["\n", ""], ids=["with a line end", "without"])
@pytest.mark.parametrize(
    ("size", "known"), [(MAX_FILE, True), (MAX_FILE + 1, False)], ids=["as long as is read", "one byte longer"]
)
def test_a_line_within_the_bound_of_a_file_is_read(
    size: int, known: bool, end: str, folder: Path, tmp_path: Path
) -> None:
    with serve(folder, rule=needs("ann", SECRET)) as site:
        line = f"{site.replace('//', f'//ann:{SECRET}@')}/"  # without its last byte, it would fit too
        (tmp_path / "keys").write_text("#" * (size - len(line) - 1) + f"\n{line}{end}")
        helper = ConfigEntry("credential", "", "helper", f"store --file {tmp_path}/keys")
        with Pool(GitConfig([helper])) as shared, open_origin(f"{site}/team.git", pool=shared) as origin:
            if known:
                assert origin.refs().refs
            else:
                with pytest.raises(Refused, match=r": 401: needs credentials, or does not exist$"):
                    origin.refs()
