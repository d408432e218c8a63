"""Where fuzzing begins: a few valid inputs of each target, the crashes that were found, and files of real repositories where they are."""

from __future__ import annotations

import subprocess
from collections import defaultdict
from collections.abc import Iterator, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

from fuzz.targets import ALONE
from support.worlds import World

CASES = Path(__file__).parent / "cases"  # a folder for each target
FLEET = Path(__file__).parents[3] / "shared" / "fleet"
MOST = 200  # files of the fleet for a target
LONGEST = 20_000  # bytes

_WORLD = World()
_TIP = _WORLD.commit({"dvc.yaml": "stages: {}\n"})
_TAG = _WORLD.tag("churn@v1.0.0")
_OIDS = "1" * 40, "2" * 40

SEEDS: Mapping[str, tuple[bytes, ...]] = {
    "tag_object": (
        _WORLD.objects[_TAG].data,
        b"object TIP\ntype commit\ntag churn#prod#1\ntagger A <a@b> 1700000000 +0130\n\nmessage\n-----BEGIN PGP SIGNATURE-----\n",
    ),
    "commit_object": (
        _WORLD.objects[_TIP].data,
        b"tree "
        + b"1" * 40
        + b"\nparent "
        + b"2" * 40
        + b"\nauthor A <a> 1 +0000\ncommitter B <b> 2 -0930\ngpgsig x\n y\n\nwork\n",
    ),
    "tree_object": (next(raw.data for raw in _WORLD.objects.values() if raw.kind == "tree"), b"40000 a\0" + b"x" * 20),
    "tag_name": (
        b"churn@v1.2.3-rc.1+b",
        b"churn#prod#1",
        b"a/b=c@v1.0.0!",
        b"churn#prod!#12",
        b"churn@deprecated#3",
        b"x@v1.0.0#2",
    ),
    "packets": (b"0006a\n0000", b"000eERR nope\n0001", b"00070002abc0000"),
    "advertisement": (
        b"000eversion 2\n0013ls-refs=unborn\n0012fetch=shallow\n0000",
        b"003e" + b"1" * 40 + b" HEAD symref-target:refs/heads/main\n0000",
        b"000dpackfile\n0009\1PACK0000",
    ),
    "packfile": (b"hello", b"\x35hello", b"\x90\x0dhello\x05\x05\x05hello"),
    "metafile": (
        b"\0\nstages:\n  train:\n    cmd: python train.py ${lr}\n    deps: [data]\n    outs: [m.bin]\n    params: [lr]\n",
        b"\1\nschema: '2.0'\nstages:\n  train:\n    cmd: x\n    outs:\n    - {path: m, md5: "
        + b"a" * 32
        + b", size: 3}\n",
        b"\2\nouts:\n- md5: "
        + b"a" * 32
        + b".dir\n  nfiles: 2\n  size: 1\n  path: data\ndeps: [{path: x, repo: {url: u, rev_lock: r}}]\n",
        b"\3\n[core]\n  remote = s3\n['remote \"s3\"']\n  url = s3://bucket/path\n",
        b"\4\nm: {type: model, path: m.bin, labels: [a]}\n",
        b"\5\ntypes: [model, dataset]\nstages: [dev, prod]\n",
        b"\6\nlr: 0.1\nlayers: [1, 2, {a: 1:30}]\nwhen: 2024-01-01\n",
        b"\7\nlr = 0.1\n[a.b]\nc = 1979-05-27T07:32:00Z\n",
        b'\x08\n{"lr": 1e-3, "a": [true, null]}',
        b"\x09\nLR = 0.1\nclass A:\n    B = {'c': [1, 2]}\n    def __init__(self):\n        self.x = 'y'\n",
    ),
    "measures": (
        b'\0{"acc": 0.9, "deep": {"f1": 1}}',
        b"\1acc: .9\nloss: .inf\n",
        b"\2acc = 0.9\n",
        b"\3A = 1\n",
        b"\4step,acc\n1,0.5\n2,0.6\n",
        b"\5step\tacc\n1\t0.5\n",
        b'\6[{"x": 1, "y": 2}, {"x": 2, "y": 3}]',
        b"\7- {x: 1, y: 2}\n",
    ),
    "model_card": (
        b"---\nlicense: mit\ntags: [a]\nmodel-index:\n- name: m\n  results:\n  - task: {type: t}\n    metrics: [{type: acc, value: 0.9}]\n---\n# Title\n\n<!-- c -->\ntext\n",
        b"Title\n=====\n\n```\n# code\n```\n",
    ),
    "code_owners": (b"* @org/team a@b.c\n/docs/ @x # note\n[Section][2] @y\n*.py\n!keep\n**/a/** -text\n",),
    "mlem_object": (
        b"object_type: model\nartifacts: {data: {hash: " + b"a" * 32 + b", size: 3, uri: m.bin}}\ncall_orders: {}\n",
    ),
    "forge_listing": (
        b'[{"clone_url": "https://h/o/n.git", "id": 1, "topics": ["a"], "archived": false, "pushed_at": "2024-01-01T00:00:00Z"}]',
        b'{"values": [{"full_name": "o/n", "links": {"clone": [{"name": "https", "href": "https://h/o/n"}]}}], "next": "https://h/2"}',
        b'{"value": [{"name": "n", "remoteUrl": "https://h/o/n", "id": "x", "project": {"name": "p"}}], "count": 1}',
    ),
    "search_query": (
        b'churn* stage:prod -label:"a b" (x OR metric.auc:>0.9) updated:2024-01-01..2024-02-01 sort:auc-desc',
        b'is:version "unfinished',
    ),
    "journal_line": (b'{"visit": {"repo": "h/o/n", "outcome": "new"}}\n{"crawl": {}}\n', b"{}\n[]\nnull\n"),
    "observations": (
        b'{"at": "2024-01-01T00:00:00+00:00", "crawl": 1, "repo": "h/o/n", "before": null, "gone": [], '
        b'"seen": {"refs/tags/a": ["%s", "%s"]}, "told": {}, "partition": "x"}\n'
        % tuple(oid.encode() for oid in _OIDS),
    ),
    "partition": (b"", b"\0" * 40),
    "netrc": (
        b"machine h login a password b # note\ndefault login c password d\nmacdef m\n x\n\n",
        b'machine h password "a b\\"c"\n',
    ),
    "gate": (
        b"\0\0\1\0you sent\n, no",
        b"\3\1\0\7https://u:p@h/?x=%2541\n&#x41;\\u0041=41 QUJD",
        *(bytes((0, 0, 2 * number, number)) + b"token=\n." for number in range(9)),
    ),
    "secrets": (
        b"password=hunter2abc; see https://u:s3cr3t-w0rd@h/x?sig=a1B2c3D4e5F6g7H8",
        b"export API_KEY='a1B2c3D4e5F6g7H8'\n-----BEGIN RSA " + b"PRIVATE KEY-----\nMIIE\n",
        b'Authorization: Bearer a1B2c3D4e5F6g7H8 {"secret": "x"} --password y git@h:p',
        b"gh" + b"p_" + b"a1B2" * 9 + b" eyJhbGciOiJIUzI1NiJ9" + b".eyJzdWIiOiIxIn0.c2ln",
    ),
    "packed_refs": (
        b"# pack-refs with: peeled fully-peeled sorted \n"
        + _OIDS[0].encode()
        + b" refs/tags/a\n^"
        + _OIDS[1].encode()
        + b"\n",
        _OIDS[0].encode() + b" refs/tags/..p\ngarbage\n" + _OIDS[0].encode() + b"\trefs/heads/m@{\r\n",
        b"ref: refs/heads/main\n",
    ),
    "folder_list": (
        b'[{"md5": "' + b"a" * 32 + b'", "relpath": "a/b"}, {"md5": "' + b"b" * 32 + b'", "relpath": "\\u00e9"}]',
        b"a/b\nA/c\na\n../x\nC:\\x\ne\xcc\x81\n\xc3\xa9",
    ),
    "lfs_answer": (
        b'{"transfer": "basic", "hash_algo": "sha256", "objects": [{"oid": "'
        + b"a" * 64
        + b'", "size": 7, "authenticated": true, "actions": {"download": {"href": "http://h/x", "header": {"a": "b"}}}}]}',
        b'{"objects": [{"oid": "' + b"b" * 64 + b'", "error": {"code": 404}}, null]}',
    ),
    "catalog_index": (
        b'{"database": {"path": "catalog.0123456789abcdef.duckdb", "bytes": 9, "sha256": "'
        + b"c" * 64
        + b'"}, "tables": []}',
        b'{"database": {"path": "../catalog.duckdb", "bytes": -1, "sha256": ""}, "tables": []}',
    ),
}


def inputs(target: str) -> tuple[bytes, ...]:
    """The seeds of a target, and the crashes that were found."""
    found = sorted((CASES / target).glob("*")) if (CASES / target).is_dir() else []
    return (*SEEDS[target], *(file.read_bytes() for file in found))


def of_fleet() -> Mapping[str, list[bytes]]:
    """Files of the tips of real repositories, as inputs of the targets; nothing where the folder is not there."""
    files: dict[str, list[bytes]] = defaultdict(list)
    for bundle in sorted(FLEET.glob("**/*.bundle")):
        for path, content in _files(bundle):
            for target, data in _as_inputs(path, content):
                if len(files[target]) < MOST:
                    files[target].append(data)
    return files


def _as_inputs(path: str, content: bytes) -> Iterator[tuple[str, bytes]]:
    name = path.rpartition("/")[2]
    kind = "data.dvc" if name.endswith(".dvc") else ".dvc/config" if path.endswith(".dvc/config") else name
    if kind in ALONE:
        yield "metafile", bytes([ALONE.index(kind)]) + b"\n" + content
    if name.lower().startswith("readme"):
        yield "model_card", content
    for number, end in enumerate((".json", ".yaml", ".toml", ".py", ".csv", ".tsv")):
        if name.endswith(end):
            yield "measures", bytes([number]) + content
    if name == "CODEOWNERS":
        yield "code_owners", content


def _files(bundle: Path) -> Iterator[tuple[str, bytes]]:
    """The short files of a bundle's tip."""
    with TemporaryDirectory() as folder:
        git = ["git", "-C", folder]
        subprocess.run(["git", "clone", "--quiet", "--bare", str(bundle), folder], check=True, capture_output=True)
        listed = subprocess.run([*git, "ls-tree", "-r", "-l", "-z", "HEAD"], check=False, capture_output=True).stdout
        for entry in listed.decode("utf-8", "replace").split("\0"):
            facts, _, path = entry.partition("\t")
            _, kind, oid, size = facts.split() if path else ("", "", "", "0")
            if kind == "blob" and int(size) <= LONGEST and any(True for _ in _as_inputs(path, b"")):
                yield path, subprocess.run([*git, "cat-file", "blob", oid], check=True, capture_output=True).stdout
