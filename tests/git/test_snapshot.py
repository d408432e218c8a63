"""A repository at one moment: tags, commits and files from raw objects, with git itself as a judge."""

import re
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import MetafileError, TooSlow
from catalog.git import objects
from catalog.git import snapshot as module
from catalog.git.objects import CommitObject, Signature, TagObject, parse_commit, parse_tag
from catalog.git.snapshot import Ref, RefListing, RevisionFiles, Snapshot
from catalog.git.tree import MAX_FAULTS
from support.worlds import EPOCH, START, Link, Submodule, World

OID = "1" * 40
ANN = Signature(name="Ann", email="ann@example.com", at=START, utc_offset=0)


def tag_bytes(
    *,
    header=f"object {OID}\ntype commit\ntag m@v1.0.0\n",
    tagger=f"tagger Ann <ann@example.com> {EPOCH} +0000\n",
    body=b"hi\n",
):
    return header.encode() + tagger.encode() + b"\n" + body


def commit_bytes(*, header=f"tree {OID}\n", who=f"Ann <ann@example.com> {EPOCH} +0000", body=b"hi\n"):
    return f"{header}author {who}\ncommitter {who}\n\n".encode() + body


def refused(call, *args):
    """The rule by which a reader refuses."""
    with pytest.raises(MetafileError) as caught:
        call(*args)
    return caught.value.rule


def test_a_tag_object_is_read_whole():
    assert parse_tag("t", tag_bytes()) == TagObject(
        oid="t", name="m@v1.0.0", target=OID, target_kind="commit", tagger=ANN, message="hi", signed=None
    )


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        pytest.param(b"\n  hi \n\nthere\n\n", ("hi \n\nthere", None), id="space around a message is no part of it"),
        pytest.param(b"", ("", None), id="no message is an empty one"),
        pytest.param(b"hi\n-----BEGIN PGP SIGNATURE-----\nx", ("hi", "pgp"), id="a PGP signature"),
        pytest.param(b"hi\n-----BEGIN PGP MESSAGE-----\nx", ("hi", "pgp"), id="an old PGP signature"),
        pytest.param(b"hi\n-----BEGIN SSH SIGNATURE-----\nx", ("hi", "ssh"), id="an SSH signature"),
        pytest.param(b"hi\n-----BEGIN SIGNED MESSAGE-----\nx", ("hi", "x509"), id="an X.509 signature"),
        pytest.param(
            b"a -----BEGIN PGP SIGNATURE-----", ("a -----BEGIN PGP SIGNATURE-----", None), id="a quoted marker"
        ),
    ],
)
def test_a_signature_is_told_from_the_message(body, expected):
    tag = parse_tag("t", tag_bytes(body=body))
    assert (tag.message, tag.signed) == expected


@pytest.mark.parametrize(
    ("zone", "minutes"), [("+0000", 0), ("-0000", 0), ("+0530", 330), ("-0330", -210), ("+1400", 840), ("-1200", -720)]
)
def test_the_time_zone_is_in_minutes_east(zone, minutes):
    tag = parse_tag("t", tag_bytes(tagger=f"tagger Ann <ann@example.com> {EPOCH} {zone}\n"))
    assert tag.tagger == Signature(name="Ann", email="ann@example.com", at=START, utc_offset=minutes)


@pytest.mark.parametrize(
    ("data", "rule"),
    [
        pytest.param(tag_bytes(tagger=""), "no-tagger", id="no tagger line"),
        pytest.param(tag_bytes(body=b"\xff"), "not-utf8", id="the message is not UTF-8"),
        pytest.param(
            tag_bytes(tagger=f"tagger A <a@b> {10**15} +0000\n"), "absurd-time", id="the year has eight digits"
        ),
        pytest.param(tag_bytes(tagger="tagger A <a@b> 1 +51800\n"), "absurd-time", id="the time zone is 518 hours"),
        pytest.param(
            tag_bytes(tagger=f"tagger A <a@b> 1 +{'9' * 400}\n"), "malformed-tag", id="the time zone has 400 digits"
        ),
        pytest.param(tag_bytes(tagger="tagger A <a@b> soon +0000\n"), "malformed-tag", id="the time is no number"),
        pytest.param(tag_bytes(tagger="tagger A <a@b> 1 east\n"), "malformed-tag", id="the time zone is no number"),
        pytest.param(tag_bytes(tagger="tagger A <a@b> 1 \n"), "malformed-tag", id="the time zone is empty"),
        pytest.param(tag_bytes(header=f"object {OID}\ntype commit\n"), "malformed-tag", id="it has no name"),
        pytest.param(tag_bytes(header="type commit\ntag m\n"), "malformed-tag", id="it has no object"),
        pytest.param(tag_bytes(header=f"object {OID}\ntag m\n"), "malformed-tag", id="it has no type"),
        pytest.param(tag_bytes(header=f"object {OID}\ntype cat\ntag m\n"), "malformed-tag", id="its type is unknown"),
        pytest.param(b"", "malformed-tag", id="it is empty"),
        pytest.param(b"\x00\xff", "malformed-tag", id="it is garbage"),
    ],
)
def test_a_broken_tag_object_is_refused(data, rule):
    assert refused(parse_tag, "t", data) == rule


def test_a_commit_is_read_whole():
    data = commit_bytes(
        header=f"tree {OID}\nparent {'2' * 40}\nparent {'3' * 40}\n", body="\nFirst é\n\nmore\n".encode()
    )
    commit = parse_commit("c", data)
    assert (commit, commit.summary) == (
        CommitObject(
            oid="c",
            tree=OID,
            parents=("2" * 40, "3" * 40),
            author=ANN,
            committer=ANN,
            message="\nFirst é\n\nmore\n",
            signed=None,
        ),
        "First é",
    )


def test_the_odd_time_zone_of_a_commit_costs_nothing():
    commit = parse_commit("c", commit_bytes(who=f"Ann <ann@example.com> {EPOCH} +51800"))
    assert (commit.author, commit.committer) == (ANN, ANN)


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"", id="it is empty"),
        pytest.param(commit_bytes(header=""), id="it has no tree"),
        pytest.param(commit_bytes(header=f"tree {OID}\nparent x\n"), id="its parent is no object"),
        pytest.param(b"tree x\n", id="it is cut off"),
    ],
)
def test_a_broken_commit_is_refused(data):
    assert refused(parse_commit, "c", data) == "malformed-commit"


NOBODY = Signature(name="", email="", at=None, utc_offset=0)
EXPECTED = "expected `Name <e-mail> seconds +hhmm`"


@pytest.mark.parametrize(
    ("who", "signature", "rule", "problem"),
    [
        pytest.param("Ann", NOBODY, "malformed-commit", f"invalid author line 'Ann', {EXPECTED}", id="no address"),
        pytest.param(
            "Ann <ann@example.com> soon",
            Signature(name="Ann", email="ann@example.com", at=None, utc_offset=0),
            "malformed-commit",
            f"invalid author line 'Ann <ann@example.com> soon', {EXPECTED}",
            id="a date that is no number",
        ),
        pytest.param(
            "Ann <ann@example.com> 253402300800 +0100",
            Signature(name="Ann", email="ann@example.com", at=None, utc_offset=60),
            "absurd-time",
            "invalid author time 253402300800: expected seconds within the years 1 to 9999",
            id="a date in the year 10000",
        ),
        pytest.param(
            "Ann <ann@example.com> 253402300799 +0000",
            Signature(
                name="Ann", email="ann@example.com", at=datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC), utc_offset=0
            ),
            None,
            None,
            id="the last second of the year 9999",
        ),
        pytest.param(f"Ann <ann@example.com> {EPOCH} +{'9' * 400}", ANN, None, None, id="a time zone of 400 digits"),
        pytest.param(f"Ann <ann@example.com>{EPOCH}-0000 x", ANN, None, None, id="no spaces, and something behind"),
    ],
)
def test_what_a_commit_does_not_state_is_not_known(who, signature, rule, problem):
    commit = parse_commit("c" * 40, commit_bytes(who=who))
    assert (commit.tree, commit.author, commit.committer, commit.message) == (OID, signature, signature, "hi\n")
    assert (commit.rule, commit.problem) == (rule, problem and f"commit ccccccc: {problem}")


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are read", "one more"])
def test_a_date_of_many_digits_is_absurd(beyond):
    commit = parse_commit("c", commit_bytes(who=f"Ann <ann@example.com> {'9' * (objects._MOST_DIGITS + beyond)} +0000"))
    assert (commit.author.at, commit.rule) == (None, "absurd-time")


def test_zeros_before_a_date_are_no_digits():
    who = f"Ann <ann@example.com> {'0' * objects._MOST_DIGITS}{EPOCH} +0000"
    assert parse_commit("c", commit_bytes(who=who)).author == ANN


def test_a_commit_of_nobody_is_read():
    commit = parse_commit("c" * 40, f"tree {OID}\n\nhi".encode())
    assert (commit.author, commit.committer, commit.message) == (NOBODY, NOBODY, "hi")
    assert commit.problem == f"commit ccccccc: found no author line, {EXPECTED}"


@pytest.mark.parametrize(
    ("header", "signed"),
    [
        ("gpgsig -----BEGIN PGP SIGNATURE-----\n \n abc\n -----END PGP SIGNATURE-----\n", "pgp"),
        ("gpgsig -----BEGIN SSH SIGNATURE-----\n abc\n", "ssh"),
        ("gpgsig -----BEGIN SIGNED MESSAGE-----\n abc\n", "x509"),
        ("gpgsig abc\n", None),
        ("encoding UTF-8\n", None),
        ("mergetag object x\n gpgsig -----BEGIN PGP SIGNATURE-----\n", None),
    ],
)
def test_a_commit_is_signed_by_a_header(header, signed):
    data = commit_bytes().replace(b"\n\n", f"\n{header}\n".encode())
    assert parse_commit("c", data) == replace(parse_commit("c", commit_bytes()), signed=signed)


@given(st.binary(max_size=80), st.sampled_from([tag_bytes(), commit_bytes()]), st.integers(0, 150))
def test_no_bytes_upset_the_readers_of_objects(noise, whole, cut):
    for parse in (parse_tag, parse_commit):
        try:
            found = parse("x", whole[:cut] + noise + whole[cut:])
        except MetafileError:
            continue
        assert isinstance(found, TagObject | CommitObject)


@given(
    st.text("<> \n0+-ax", max_size=6).map(str.encode) | st.binary(max_size=3),
    st.sampled_from([tag_bytes(), commit_bytes(), commit_bytes(header=f"tree {OID}\nparent {OID}\n")]),
    st.integers(0, 180),
)
def test_the_quick_way_to_read_an_object_is_only_quicker(noise, whole, cut):
    data = whole[:cut] + noise + whole[cut:]
    parse = parse_tag if whole.startswith(b"object") else parse_commit
    with pytest.MonkeyPatch.context() as patched:
        for name in ("_TAG", "_COMMIT"):
            patched.setattr(objects, name, re.compile(b"(?!)"))
        expected = read_or_refused(parse, data)
    assert read_or_refused(parse, data) == expected


def read_or_refused(parse, data):
    try:
        return parse("x", data)
    except MetafileError as error:
        return error.rule, error.message


def test_wanted_files_are_regular_files_wherever_they_lie():
    world = World()
    oid = world.commit(
        {
            "dvc.yaml": "1",
            "a/b/dvc.yaml": "2",
            "a/other": "3",
            "link": Link("dvc.yaml"),
            "sub": Submodule(OID),
            "c/dvc.yaml": Link("x"),
        }
    )
    revision = world.snapshot(lambda path: path != "a/other").revision(oid)
    assert {path: revision.read(path) for path in revision.files} == {"dvc.yaml": b"1", "a/b/dvc.yaml": b"2"}


def test_a_file_that_is_not_there_is_nothing():
    world = World()
    world.commit({"a": "1"})
    assert world.revision().read("b") is None


def without(kind):
    def change(world):
        world.objects = {oid: raw for oid, raw in world.objects.items() if raw.kind != kind}

    return change


def large(kind):
    def change(world):
        oids = [oid for oid, raw in world.objects.items() if raw.kind == kind]
        world.objects[oids[0]] = world.objects[oids[0]]._replace(data=b" " * (module.MAX_OBJECT + 1))

    return change


@pytest.mark.parametrize(
    ("change", "rule"),
    [
        pytest.param(without("commit"), "missing-object", id="the commit was not fetched"),
        pytest.param(without("tree"), "missing-object", id="the folder was not fetched"),
        pytest.param(without("blob"), "missing-object", id="the file was not fetched"),
        pytest.param(large("commit"), "too-big", id="the commit is too large"),
        pytest.param(large("blob"), "too-big", id="the file is too large"),
        pytest.param(large("tree"), "malformed-tree", id="the folder is garbage"),
    ],
)
def test_what_cannot_be_read_is_refused(change, rule):
    world = World()
    oid = world.commit({"dvc.yaml": "1"})
    change(world)
    assert refused(lambda: world.revision(oid).read("dvc.yaml")) == rule


def test_objects_as_large_as_is_allowed_are_read():
    world = World()
    content = b"1" * module.MAX_OBJECT
    world.commit({"dvc.yaml": content})
    frame = len(world.objects[world.commit(message="")].data)
    oid = world.commit(message="m" * (module.MAX_OBJECT - frame))
    revision = world.revision(oid)
    assert (revision.read("dvc.yaml"), len(world.objects[oid].data)) == (content, module.MAX_OBJECT)


@pytest.mark.parametrize(
    ("make", "rule"),
    [
        pytest.param(lambda world: world.add("blob", b"1"), "not-a-commit", id="a file for a commit"),
        pytest.param(
            lambda world: world.commit({"a/" * (module.MAX_TREE_DEPTH + 1) + "dvc.yaml": "1"}),
            "too-deep",
            id="one folder more in each other than is allowed",
        ),
    ],
)
def test_an_odd_commit_is_refused(make, rule):
    world = World()
    assert refused(world.revision, make(world)) == rule


def test_folders_in_each_other_as_deep_as_is_allowed_are_read():
    world = World()
    path = "a/" * module.MAX_TREE_DEPTH + "dvc.yaml"
    world.commit({path: "1"})
    assert (*world.revision().files, *(path for path, _ in world.revision().below("a"))) == (path, path)


def bare(world: World) -> RevisionFiles:
    """The tip as what a reader may walk through, without a walk of ours before."""
    snapshot = world.snapshot()
    return RevisionFiles(
        commit=snapshot.commit(world.tip()), files={}, objects=world.objects, children=snapshot.children
    )


def test_the_folder_of_an_output_one_deeper_is_refused():
    world = World()
    world.commit({"a/" * (module.MAX_TREE_DEPTH + 1) + "x": "1"})
    assert refused(lambda: [*bare(world).below("a")]) == "too-deep"


def flat(world: World, files: int = 0, folders: int = 0) -> str:
    """A commit of so many files and so many empty folders, all of them in its root or in a folder of it."""
    blob, empty = bytes.fromhex(world.add("blob", b"")), bytes.fromhex(world.add("tree", b""))
    entries = [b"100644 f%06d\0%s" % (number, blob) for number in range(files)]
    entries += [b"40000 g%06d\0%s" % (number, empty) for number in range(folders)]
    tree = world.add("tree", b"".join(entries))
    who = "Ann <ann@example.com> 1 +0000"
    return world.add("commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\nflat\n".encode())


@pytest.mark.slow
@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are allowed", "one more"])
@pytest.mark.parametrize("how", ["wanted", "below"])
def test_a_revision_has_so_many_files(how, beyond):
    world = World()
    oid = flat(world, files=module.MAX_FILES + beyond)

    def count():
        revision = world.snapshot(lambda _: how == "wanted").revision(oid)
        return len(revision.files) if how == "wanted" else sum(1 for _ in revision.below(""))

    assert (refused(count) if beyond else count()) == ("too-big" if beyond else module.MAX_FILES)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are allowed", "one more"])
@pytest.mark.parametrize("how", ["wanted", "below"])
def test_a_revision_has_so_many_folders(how, beyond, monkeypatch):
    monkeypatch.setattr(module, "MAX_FOLDERS", 50)  # fifty thousand would take a second
    world = World()
    oid = flat(world, files=1, folders=module.MAX_FOLDERS - 1 + beyond)  # the root is one of them
    world.refs["refs/heads/main"] = oid

    def count():
        return len(world.snapshot().revision(oid).files if how == "wanted" else [*bare(world).below("")])

    assert (refused(count) if beyond else count()) == ("too-big" if beyond else 1)


def bomb(world: World, name: str) -> str:
    """A commit of eleven trees, each of which names the next ten times: ten thousand million files of a name."""
    tree = world.tree({name: "{}"})
    for _ in range(10):
        tree = world.add("tree", b"".join(b"40000 d%d\0" % n + bytes.fromhex(tree) for n in range(10)))
    who = "Ann <ann@example.com> 1 +0000"
    return world.add("commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\nbomb\n".encode())


@pytest.mark.parametrize("name", ["dvc.yaml", "nothing.txt"])
def test_a_few_trees_that_unfold_into_millions_of_folders_are_refused(name, monkeypatch):
    monkeypatch.setattr(module, "MAX_FOLDERS", 2_000)
    monkeypatch.setattr(module, "MAX_FILES", 1_000)
    world = World()
    commit = bomb(world, name)
    snapshot = world.snapshot(lambda path: path.endswith("dvc.yaml"))
    assert refused(snapshot.revision, commit) == "too-big"


def test_the_folder_of_an_output_that_unfolds_into_millions_is_refused(monkeypatch):
    monkeypatch.setattr(module, "MAX_FOLDERS", 50)
    world = World()
    world.commit({f"d/{number}/x": "1" for number in range(60)})
    assert refused(lambda: list(world.revision().below("d"))) == "too-big"


def test_many_commits_of_many_folders_have_a_bound_together(monkeypatch):
    world = World()
    commits = [world.commit({"a/b/x": "1"}), world.commit({"c/x": "1"}), world.commit({"d/e/x": "1"})]
    monkeypatch.setattr(
        module, "MAX_WALKED", 5
    )  # the root, a and a/b; the second root and c; a million would take a minute
    snapshot = world.snapshot()
    assert [*snapshot.revision(commits[0]).files, *snapshot.revision(commits[1]).files] == ["a/b/x", "a/b/x", "c/x"]
    assert refused(snapshot.revision, commits[2]) == "too-big"


def test_a_listing_tells_tags_branches_and_tip():
    world = World()
    commit = world.commit()
    tag = world.tag("m@v1.0.0")
    between = world.tag("m#prod", tag)
    world.lightweight("v1")
    main = Ref(name="refs/heads/main", oid=commit)
    tags = (
        Ref(name="refs/tags/m#prod", oid=between, peeled=commit),
        Ref(name="refs/tags/m@v1.0.0", oid=tag, peeled=commit),
        Ref(name="refs/tags/v1", oid=commit),
    )
    listing = world.listing()
    assert (listing, listing.tags(), listing.branches(), listing.tip()) == (
        RefListing(refs=(Ref(name="HEAD", oid=commit), main, *tags), head="refs/heads/main"),
        tags,
        (main,),
        commit,
    )


def test_an_empty_repository_has_no_tip():
    assert (World().listing(), World().listing().tip()) == (RefListing(refs=(), head="refs/heads/main"), None)


def test_git_reads_what_a_world_writes(tmp_path):
    world = World()
    first = world.commit({"dvc.yaml": "1", "a/b": "2", "a.b": "3", "a-b": Link("a/b")}, who="Bö <b@example.com>")
    world.commit({"c": "4", "a/b": None}, at=7200)
    world.tag("m@v1.0.0", first, at=5, zone="-0330", message="Why\n\nBecause.")
    path = world.write(tmp_path)

    def git(*args):
        return subprocess.run(["git", "-C", path, *args], check=True, capture_output=True, text=True).stdout

    git("fsck", "--strict", "--no-dangling")
    at = datetime.fromtimestamp(EPOCH + 5, UTC) - timedelta(minutes=210)
    assert (
        git("for-each-ref", "--format=%(refname) %(objectname) %(*objectname)"),
        git(
            "for-each-ref",
            "refs/tags",
            "--format=%(taggername) %(taggeremail) %(taggerdate:iso-strict) %(contents:subject)",
        ),
        git("ls-tree", "-r", "--name-only", "HEAD").split(),
        git("log", "--format=%H %P %an %ct").split(),
    ) == (
        "".join(f"{ref.name} {ref.oid} {ref.peeled or ''}\n" for ref in world.listing().refs[1:]),
        f"Ann <ann@example.com> {at:%Y-%m-%dT%H:%M:%S}-03:30 Why\n",
        ["a-b", "a.b", "c", "dvc.yaml"],
        [world.tip(), first, "Ann", str(EPOCH + 7200), first, "Bö", str(EPOCH)],
    )


def test_a_file_whose_name_is_not_utf8_is_read_under_a_name_with_escapes():
    world = World()
    blob = world.add("blob", b"outs: []")
    tree = world.add("tree", b"100644 \xff\n.dvc\0" + bytes.fromhex(blob))
    who = f"Ann <ann@example.com> {EPOCH} +0000"
    oid = world.add("commit", f"tree {tree}\nauthor {who}\ncommitter {who}\n\nwork\n".encode())
    assert world.snapshot().revision(oid).files == {"\\xff\n.dvc": blob}


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are allowed", "one more"])
def test_a_folder_has_so_many_entries(beyond, monkeypatch):
    monkeypatch.setattr(objects, "MAX_ENTRIES", 50)  # two hundred thousand would take a second
    world = World()
    oid = flat(world, files=objects.MAX_ENTRIES + beyond)

    def count():
        return sum(1 for _ in world.snapshot(lambda _: False)._entries(world.snapshot().commit(oid).tree, ""))

    assert (refused(count) if beyond else count()) == ("too-big" if beyond else objects.MAX_ENTRIES)


@pytest.mark.parametrize("beyond", [0, 1], ids=["as long as is allowed", "one byte more"])
def test_the_tree_of_a_folder_has_so_many_bytes(beyond):
    world = World()
    entry = b"100644 \0" + bytes(20)
    tree = world.add("tree", entry[:7] + b"f" * (objects.MAX_TREE - len(entry) + beyond) + entry[7:])

    def count():
        return len(world.snapshot()._entries(tree, ""))

    assert (refused(count) if beyond else count()) == ("too-big" if beyond else 1)


def test_a_walk_through_folders_can_be_ended():
    """THREATS.md: trees of 10^6 entries or absurd depth."""
    world = World()
    world.commit({f"d/{number}/x": "1" for number in range(60)})
    turns = []

    def turn():
        turns.append(None)
        if len(turns) > 50:
            raise TooSlow("x")

    with pytest.raises(TooSlow):
        Snapshot(world.listing(), world.objects, lambda _: False, turn).revision(world.tip())


@pytest.mark.parametrize("damaged", [MAX_FAULTS, MAX_FAULTS + 1], ids=["as many as are reported", "one more"])
def test_so_many_damaged_folders_are_reported(damaged):
    world = World()
    tip = world.commit({f"{number}/a": str(number) for number in range(damaged)})
    for number in range(damaged):
        del world.objects[world.tree({"a": str(number)})]
    assert len(world.revision(tip).faults) == MAX_FAULTS
