"""The names that GTO allows: of artifacts, versions and stages. InvalidArgument for all others."""

from __future__ import annotations

from collections.abc import Sequence

from dulwich.refs import Ref as RefName
from dulwich.refs import check_ref_format

from catalog.errors import Conflict, InvalidArgument, MetafileError
from catalog.git.tag_grammar import parse

FIRST_VERSION = "v0.0.1"


def checked_version(version: str) -> str:
    """The version. InvalidArgument where it is not SemVer with a `v`, as GTO registers them."""
    try:
        parsed = parse(f"a@{version}")
    except MetafileError as error:
        raise InvalidArgument("version", repr(version), f"a version such as v1.2.0 ({error.message})") from error
    if parsed is None or parsed.version != version:
        raise InvalidArgument("version", repr(version), "a version of SemVer with a v, such as v1.2.0")
    return version


def checked_stage(stage: str, allowed: Sequence[str] | None = None) -> str:
    """The stage. InvalidArgument where no stage may be called so, Conflict where `.gto` allows others."""
    parsed = parse(f"a#{stage}")
    if parsed is None or parsed.stage != stage:
        raise InvalidArgument("stage", repr(stage), "letters, digits, -, _ and / between letters or digits")
    if allowed is not None and stage not in allowed:
        expected = f"expected one that it allows ({', '.join(allowed)})" if allowed else "it allows none"
        raise Conflict(f"the stage {stage!r} is not in .gto, as of the last crawl: {expected}")
    return stage


def checked_artifact(artifact: str) -> str:
    """The name. InvalidArgument where no artifact may be called so, or Git takes no tag of that name."""
    parsed = parse(f"{artifact.replace(':', '=')}@{FIRST_VERSION}")
    is_ref = check_ref_format(RefName(f"refs/tags/{artifact.replace(':', '=')}@{FIRST_VERSION}".encode()))
    if "=" in artifact or parsed is None or parsed.artifact != artifact or not is_ref:
        raise InvalidArgument("artifact", repr(artifact), "name or folder:name, of letters, digits, -, _ and /")
    return artifact
