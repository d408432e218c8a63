"""What is fuzzed besides the readers of files: the gate, the detector of secrets, and the refs of repositories on disk."""

from __future__ import annotations

from random import Random

from catalog.privacy import detector
from catalog.privacy.gate import WITHHELD, Gate
from catalog.transport.ref_files import MAX_FAULTS, NOTHING, parse_packed_refs, parse_ref_file
from support.echoing import CASES, COVERS, ENCODINGS

SECRET = "Xk7-pQ2vRt9mLw4zYb6N"
MOST = 400  # bytes around an echo
_BAD = frozenset(b" ~^:?*[\\\x7f") | frozenset(range(32))
_DIGITS = frozenset(b"0123456789abcdefABCDEF")


def gate(data: bytes) -> None:
    """A server's text with a secret in any named encoding does not pass, whatever stands around it; nor does anything raise.

    The first three bytes select case, cover and encoding, the fourth is the seed of what in them is random.
    """
    known, choices, text = Gate(), data[:4].ljust(4, b"\0"), data[4:].decode("utf-8", "replace")
    known.learn(SECRET)
    before, _, after = text.partition("\n")
    random = Random(choices[3])
    covered = _chosen(choices[1], COVERS)(random, _chosen(choices[0], CASES)(random, SECRET))
    encoded = covered if choices[2] % 2 else _chosen(choices[2] // 2, ENCODINGS)(random, covered)
    said = f"{before[:MOST]} {encoded} {after[:MOST]}"
    assert known.quote(said) == known.quote(said.encode()) == WITHHELD, said
    own = Gate()
    own.learn(before)
    own.learn_url(before)
    own.learn_header("authorization", before)
    for each in (text, after):
        own.quote(each)
        own.sentence(each, before)
        own.repeating([each, before])
        assert own.passed(each) in (each, WITHHELD)


def secrets(data: bytes) -> None:
    """What was cleaned of secrets has none: cleaning it again changes nothing, and each mark is of a detector that there is."""
    text = data.decode("utf-8", "replace")
    cleaned = detector.clean(text)
    assert detector.clean(cleaned) == cleaned, cleaned
    assert detector.marks(cleaned) <= detector.names()


def packed_refs(data: bytes) -> None:
    """Git's file of packed refs, against a reading of it byte by byte, as Git does; and the file of a ref."""
    content = parse_ref_file(data)
    assert content.startswith(b"ref: ") or (len(content) == len(NOTHING) and _DIGITS.issuperset(content))
    lines = [line + b"\n" for line in data.split(b"\n")[:-1]]
    read = parse_packed_refs(lines)
    refs, unread = _read_by_git(lines)
    assert {bytes(name): bytes(oid) for name, oid in read.refs.items()} == refs
    assert [fault.place for fault in read.faults] == [f"packed-refs, line {number}" for number in unread[:MAX_FAULTS]]


def _chosen(number: int, choices: dict[str, object]) -> object:
    return [*choices.values()][number % len(choices)]


def _read_by_git(lines: list[bytes]) -> tuple[dict[bytes, bytes], list[int]]:
    """The refs of the lines at which Git does not stop, and the numbers of the others: `next_record` (packed-backend.c), `check_refname_format`, `refname_is_safe` (refs.c)."""
    refs: dict[bytes, bytes] = {}
    unread = []
    is_entry = False
    for number, line in enumerate(lines, start=1):
        oid, space, name = line[:40], line[40:41], line[41:-1].split(b"\0")[0]
        is_header = number == 1 and line.startswith(b"# pack-refs with:")
        is_peeled = is_entry and len(line) == len(oid) + 2 and line[:1] == b"^" and _DIGITS.issuperset(line[1:-1])
        is_entry = len(oid) == len(NOTHING) and _DIGITS.issuperset(oid) and space in (b" ", b"\t", b"\r")
        is_entry = is_entry and (_is_valid(name) or _is_safe(name))
        if _is_valid(name) and is_entry:
            refs[name] = oid.lower()
        elif is_entry and name.startswith(b"refs/"):
            refs[name] = NOTHING
        elif not (is_entry or is_header or is_peeled):
            unread.append(number)
    return refs, unread


def _is_valid(name: bytes) -> bool:
    parts = name.split(b"/")
    return (
        name != b"@"
        and not _BAD.intersection(name)
        and not any(word in name for word in (b"..", b"@{"))
        and not name.endswith(b".")
        and not any(not part or part.startswith(b".") or part.endswith(b".lock") for part in parts)
    )


def _is_safe(name: bytes) -> bool:
    if name.startswith(b"refs/"):
        return not {b"", b".", b".."}.intersection(name.split(b"/"))
    return bool(name) and all(char == ord("_") or ord("A") <= char <= ord("Z") for char in name)
