"""Where artifacts lie, and what Git has there; `git check-attr` is the judge of which files are Git LFS's."""

import subprocess

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.errors import MetafileError
from catalog.git.lfs import parse_pointer
from catalog.schema.tables.problems import Problem
from catalog.schema.tables.registry import Annotation
from connectors.artifacts.annotations import CONNECTOR
from connectors.formats.gitattributes import MAX_RULES, parse, values_of
from connectors.formats.gitignore import matches, parts_of
from connectors.formats.targets import folders_above
from support.loopback import environment
from support.partial import asked, partly
from support.worlds import Link, Submodule, World

SHA256 = "4d7a214614ab2935c943f9e0ff69d22eadbb8f32b1258daaa5e2ca24d17e2393"
POINTER = f"version https://git-lfs.github.com/spec/v1\noid sha256:{SHA256}\nsize 12345\n"
LFS = {".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n"}


def annotated(**paths):
    return "artifacts:\n" + "".join(f"  {name}: {{path: '{path}'}}\n" for name, path in paths.items())


def rows(files):
    world = World()
    world.commit(files)
    return [*CONNECTOR.read_revision(world.revision())]


def placed(files):
    """Of each artifact: its target, and the kind of what Git has there."""
    return {row.artifact: (row.target, row.in_git) for row in rows(files) if isinstance(row, Annotation)}


def test_a_file_in_git_is_found_with_its_blob():
    world = World()
    world.commit({"cv/dvc.yaml": annotated(m="../models/m.pkl"), "models/m.pkl": "bytes", "cv/.dvc/config": ""})
    (row,) = CONNECTOR.read_revision(world.revision())
    assert (row.target, row.in_git, row.blob, row.executable, row.dvc_root) == (
        *("models/m.pkl", "file", world.add("blob", b"bytes")),
        *(False, "cv"),
    )


def test_an_executable_file_is_told():
    world = World()
    script, stated = world.add("blob", b"#!"), world.add("blob", annotated(m="run").encode())
    entries = [("100644 dvc.yaml", stated), ("100755 run", script)]
    tree = world.add("tree", b"".join(name.encode() + b"\0" + bytes.fromhex(oid) for name, oid in entries))
    signature = "Ann <ann@example.com> 1704067200 +0000"
    commit = world.add("commit", f"tree {tree}\nauthor {signature}\ncommitter {signature}\n\nx\n".encode())
    assert [row.executable for row in CONNECTOR.read_revision(world.revision(commit))] == [True]


@pytest.mark.parametrize(
    ("path", "found"),
    [
        pytest.param("a/m", ("a/m", "file"), id="a file"),
        pytest.param("./a//../a/m", ("a/m", "file"), id="a roundabout path to it"),
        pytest.param("a/", ("a", "folder"), id="a folder"),
        pytest.param(".", ("", "folder"), id="the Git root"),
        pytest.param("b", ("b", None), id="nothing"),
        pytest.param("a/m/x", ("a/m/x", None), id="below a file"),
        pytest.param("link", ("link", "link"), id="a symbolic link is not followed"),
        pytest.param("link/m", ("link/m", None), id="below a symbolic link is nothing"),
        pytest.param("sub", ("sub", "submodule"), id="a submodule"),
        pytest.param("sub/m", ("sub/m", None), id="below a submodule is nothing"),
        pytest.param("m.dvc", ("m.dvc", "file"), id="a metafile is left as it is"),
        pytest.param("../m", (None, None), id="outside of the repository"),
        pytest.param("/a/m", ("a/m", "file"), id="an absolute path counts from the Git root"),
        pytest.param("a\\m", ("a/m", "file"), id="a backslash separates folders"),
        pytest.param("s3://bucket/m", (None, None), id="a URL"),
        pytest.param("file:///etc/passwd", (None, None), id="a URL of a machine's files"),
        pytest.param("", (None, None), id="nothing stated"),
    ],
)
def test_a_path_leads_to(path, found):
    files = {"a/m": "x", "link": Link("a"), "sub": Submodule("1" * 40), "m.dvc": "outs: []"}
    assert placed({"dvc.yaml": annotated(m=path), **files}) == {"m": found}


def test_paths_of_artifacts_yaml_count_from_the_root():
    assert placed({"artifacts.yaml": "m: {path: a/m}\nn: {}", "a/m": "x"}) == {"m": ("a/m", "file"), "n": (None, None)}


def test_a_url_is_kept_without_its_password():
    (row,) = rows({"dvc.yaml": annotated(m="https://ann:secret@example.com/m?token=x")})
    assert (row.path, row.target) == ("https://example.com/m", None)


@pytest.mark.parametrize(
    ("files", "root"),
    [
        pytest.param({}, None, id="no project"),
        pytest.param({".dvc/config": ""}, "", id="the root"),
        pytest.param({".dvc/config": "", "a/.dvc/.gitignore": ""}, "a", id="the nearest of two"),
        pytest.param({".dvc/config": "", "a/b/c/.dvc/config": ""}, "", id="not one below"),
        pytest.param({"a/b/.dvc": "a file"}, None, id="a file of that name is no project"),
    ],
)
def test_the_project_is_the_nearest_folder_with_a_dvc_folder(files, root):
    assert [row.dvc_root for row in rows({"a/b/dvc.yaml": annotated(m="m"), **files})] == [root]


@pytest.mark.parametrize(
    ("settings", "artifacts"),
    [
        pytest.param("index: models.yaml", ["new"], id="another file"),
        pytest.param("INDEX: ./models.yaml", ["new"], id="in capital letters, with a roundabout path"),
        pytest.param("index: nope.yaml", [], id="a file that is not there"),
        pytest.param("index: ../models.yaml", ["old"], id="a file outside"),
        pytest.param("index: [models.yaml]", ["old"], id="no text"),
        pytest.param("stages: [a]", ["old"], id="other settings"),
        pytest.param("a: [", ["old"], id="no YAML"),
    ],
)
def test_the_settings_of_gto_name_the_file(settings, artifacts):
    files = {".gto": settings, "models.yaml": "new: {}", "artifacts.yaml": "old: {}"}
    assert [(row.artifact, row.source) for row in rows(files)] == [(name, "artifacts.yaml") for name in artifacts]


def test_variables_come_from_any_file():
    text = "vars: [conf/a.yaml, 'conf/b.json:x']\n" + annotated(m="${a}/${x}")
    files = {"p/dvc.yaml": text, "p/conf/a.yaml": "a: one", "p/conf/b.json": '{"x": "two", "y": 3}'}
    assert placed(files) == {"p:m": ("p/one/two", None)}


def test_a_pointer_stands_for_its_file():
    found = rows({"dvc.yaml": annotated(m="m.bin"), "m.bin": POINTER, **LFS})
    assert [(row.in_git, row.lfs_hash, row.lfs_size) for row in found] == [("file", SHA256, 12345)]


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({"m.bin": POINTER}, id="a text like a pointer, without attributes"),
        pytest.param({"m.bin": "bytes", **LFS}, id="a file that was never made a pointer"),
        pytest.param({"m.bin": "x" * 2_000_000, **LFS}, id="a file too big to be read"),
        pytest.param({"m.bin": Link("x"), **LFS}, id="a link"),
        pytest.param({"m.bin/x.bin": POINTER, **LFS}, id="a folder"),
    ],
)
def test_no_pointer(files):
    assert [(row.lfs_hash, row.lfs_size) for row in rows({"dvc.yaml": annotated(m="m.bin"), **files})] == [(None, None)]


def test_attributes_that_cannot_be_read_are_told_once():
    files = {"dvc.yaml": annotated(m="m.bin", n="n.bin"), "m.bin": POINTER, "n.bin": POINTER}
    found = rows({**files, ".gitattributes": "*.bin filter=lfs\n" * (MAX_RULES + 1)})
    assert [(row.rule, row.place) for row in found if isinstance(row, Problem)] == [("too-big", ".gitattributes")]


def test_a_pointer_that_was_not_had_is_told():
    world = World()
    world.commit({"dvc.yaml": annotated(m="m.bin"), "m.bin": POINTER, **LFS})
    found = [*CONNECTOR.read_revision(partly(world, CONNECTOR, also=False))]
    assert [(row.rule, row.place) for row in found if isinstance(row, Problem)] == [("missing-object", "m.bin")]


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        pytest.param({"dvc.yaml": annotated(m="m.bin", n="n.txt"), **LFS}, ["m.bin"], id="pointers of artifacts alone"),
        pytest.param({"dvc.yaml": annotated(m="m.bin")}, [], id="nothing without attributes"),
        pytest.param(
            {".gto": "index: i.yaml", "i.yaml": "m: {path: m.bin}", **LFS},
            ["i.yaml", "m.bin"],
            id="what the file says that the settings name",
        ),
        pytest.param(
            {"dvc.yaml": "vars: [v.yaml]\n" + annotated(m="${m}"), "v.yaml": "m: m.bin", **LFS},
            ["m.bin", "v.yaml"],
            id="what variables lead to",
        ),
    ],
)
def test_asked_for_is(files, wanted):
    world = World()
    world.commit({"m.bin": POINTER, "n.txt": "x", "o.bin": POINTER, **files})
    assert asked(world, CONNECTOR) == wanted
    assert [*CONNECTOR.read_revision(partly(world, CONNECTOR))] == [*CONNECTOR.read_revision(world.revision())]


@pytest.mark.parametrize(
    ("data", "found"),
    [
        pytest.param(POINTER, (SHA256, 12345), id="as git-lfs writes it"),
        pytest.param(POINTER.replace("git-lfs", "hawser"), (SHA256, 12345), id="of the time when it was Hawser"),
        pytest.param(POINTER.replace("\n", "\r\n"), (SHA256, 12345), id="with the line ends of Windows"),
        pytest.param(POINTER.replace("oid", f"ext-0-x sha256:{SHA256}\noid"), (SHA256, 12345), id="with an extension"),
        pytest.param(POINTER.replace("v1", "v9"), None, id="of a version that nobody knows"),
        pytest.param(POINTER.replace(SHA256, "../../etc/passwd"), None, id="with a path for a hash"),
        pytest.param(POINTER.replace("12345", "9" * 19), None, id="of more bytes than there are"),
        pytest.param("", None, id="empty"),
    ],
)
def test_a_pointer_is(data, found):
    assert parse_pointer(data.encode()) == found


ATTRIBUTES = [
    "*.bin filter=lfs",
    "/m.bin filter=lfs",
    "a/*.bin filter=lfs",
    "a/** filter=lfs",
    "**/b/*.bin filter=lfs",
    "a/**/m.bin filter=lfs",
    "a/ filter=lfs",
    "a filter=lfs",
    "[a-c]*/m.bin filter=lfs",
    "m.b?n filter=lfs",
    "*.bin -filter",
    "*.bin !filter",
    "*.bin filter",
    "*.bin filter=other",
    "*.bin filter=lfs filter=other",
    "*.bin text diff=lfs",
    '"m m.bin" filter=lfs',
    "# *.bin filter=lfs",
    "!*.bin filter=lfs",
    "[attr]big filter=lfs -text",
    "*.bin big",
    "*.bin -big",
    "*.bin big -filter",
    "*.bin\tfilter=lfs",
    "  *.bin   filter=lfs  ",
    r"m\.bin filter=lfs",
]
PATHS = ["m.bin", "a/m.bin", "a/b/m.bin", "a/b/c/m.bin", "m m.bin", "c/m.bin", "m.txt"]


def git_says(folder, files):
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text)
    run = {"cwd": folder, "env": environment({}), "capture_output": True}
    subprocess.run(["git", "init", "--quiet"], check=True, **run)
    told = subprocess.run(["git", "check-attr", "-z", "filter", *PATHS], check=True, **run).stdout.decode().split("\0")
    return {path: told[3 * n + 2] == "lfs" for n, path in enumerate(PATHS)}


def we_say(files):
    parsed = {path.rpartition("/")[0]: parse(text.encode()) for path, text in files.items()}
    return {
        path: values_of(path, [(folder, parsed[folder]) for folder in folders_above(path) if folder in parsed]).get(
            "filter"
        )
        == "lfs"
        for path in PATHS
    }


@pytest.mark.parametrize("line", ATTRIBUTES)
def test_attributes_are_those_of_git(tmp_path, line):
    files = {".gitattributes": f"[attr]big filter=lfs\n*.txt filter=lfs\n{line}\n"}
    assert we_say(files) == git_says(tmp_path, files)


@pytest.mark.parametrize(
    "files",
    [
        pytest.param({".gitattributes": "*.bin filter=lfs\n*.bin -filter"}, id="the last line counts"),
        pytest.param({".gitattributes": "*.bin -filter\n/m.bin filter=lfs"}, id="so it does the other way round"),
        pytest.param(
            {".gitattributes": "*.bin filter=lfs", "a/.gitattributes": "*.bin -filter"}, id="the nearest file counts"
        ),
        pytest.param(
            {".gitattributes": "*.bin filter=lfs", "a/b/.gitattributes": "/m.bin !filter"}, id="it may take back"
        ),
        pytest.param(
            {".gitattributes": "[attr]big filter=lfs", "a/.gitattributes": "*.bin big"}, id="macros are for all below"
        ),
        pytest.param({".gitattributes": "*.bin big", "a/.gitattributes": "x y"}, id="a macro that nobody made"),
        pytest.param(
            {".gitattributes": "[attr]big filter=lfs\n*.bin big\n*.bin -big"}, id="a macro that is taken away again"
        ),
    ],
)
def test_nested_attributes_are_those_of_git(tmp_path, files):
    assert we_say(files) == git_says(tmp_path, files)


@given(st.text("a*?[]!^\\/.é", max_size=30), st.text("ab/.é", min_size=1, max_size=30))
def test_no_pattern_upsets_the_matcher(pattern, path):
    assert matches(parts_of(pattern), path.split("/")) in (True, False)


@given(st.binary(max_size=80))
def test_no_bytes_upset_the_reader_of_attributes(data):
    try:
        assert "filter" not in values_of("a/b", [("", parse(data))])
    except MetafileError:
        pytest.fail("so few lines are never too many")


@given(
    st.dictionaries(
        st.sampled_from([".gto", "artifacts.yaml", "dvc.yaml", ".gitattributes", "params.yaml", "m"]),
        st.binary(max_size=40) | st.sampled_from([annotated(m="m").encode(), POINTER.encode(), b"index: m"]),
    )
)
def test_no_files_upset_the_reader(files):
    assert rows({"x": "", **files}) is not None
