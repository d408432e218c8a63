"""DVC itself as the judge of where a version's bytes are: `dvc.api.get_url` on the same revision.

`DIFFERENT` has what we say otherwise, on purpose. Of a file inside a folder that is known by its hash, DVC fetches the folder's list
to learn the file's own hash; nothing is fetched here, so we name the list.
"""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Any

import pytest
from dvc.exceptions import DvcException
from dvc.fs import GitFileSystem
from dvc.repo import Repo
from dvc.scm import Git
from dvc_data.index import StorageKeyError

from catalog.git.snapshot import Ref, RefListing
from conftest import FLEET
from support.catalogs import asked, catalog_of, rows_of
from support.dvc_judge import snapshot_of
from support.worlds import Content, World

A, FOLDER = "3e2b31c72181b87149ff995e7202c0e3", "0123456789abcdef0123456789abcdef.dir"
OUT = f"outs:\n- {{md5: {A}, hash: md5, size: 10, path: m}}\n"
HERE: dict[str, Content] = {
    ".dvc/config": "[core]\n  remote = box\n['remote \"box\"']\n  url = https://example.com/box/\n['remote \"other\"']\n  url = http://example.com:8080/other\n['remote \"deeper\"']\n  url = remote://other/deep\n",
    "dvc.yaml": "artifacts:\n  m:\n    path: m\n",
    "m.dvc": OUT,
}
LOCK = "schema: '2.0'\nstages:\n  s:\n    cmd: c\n    outs:\n    - {{path: {}, md5: {}, size: 10}}\n"

SHAPES: dict[str, tuple[str, dict[str, Content]]] = {
    "DVC 3": ("m", {}),
    "DVC 2": ("m", {"m.dvc": f"outs:\n- {{md5: {A}, path: m}}\n"}),
    "a folder": ("m", {"m.dvc": f"outs:\n- {{md5: {FOLDER}, hash: md5, nfiles: 2, path: m}}\n"}),
    "a folder of DVC 2": ("m", {"m.dvc": f"outs:\n- {{md5: {FOLDER}, nfiles: 2, path: m}}\n"}),
    "a remote of its own": ("m", {"m.dvc": OUT.replace("path", "remote: other, path")}),
    "a remote that refers to another": ("m", {"m.dvc": OUT.replace("path", "remote: deeper, path")}),
    "the output of a pipeline": (
        "m",
        {
            "m.dvc": None,
            "dvc.yaml": "artifacts:\n  m:\n    path: m\nstages:\n  s:\n    cmd: c\n    outs: [m]\n",
            "dvc.lock": LOCK.format("m", A),
        },
    ),
    "the output of a pipeline elsewhere": (
        "m",
        {
            "m.dvc": None,
            "dvc.yaml": "artifacts:\n  m:\n    path: out/m\n",
            "p/dvc.yaml": "stages:\n  s:\n    wdir: ../out\n    cmd: c\n    outs: [{m: {remote: other}}]\n",
            "p/dvc.lock": LOCK.format("m", A),
        },
    ),
    "an annotation in a folder": ("sub=m", {"sub/dvc.yaml": "artifacts:\n  m:\n    path: ../m\n"}),
    "a project in a folder": (
        "proj/sub=m",
        {
            ".dvc/config": None,
            "proj/.dvc/config": "[core]\n  remote = own\n['remote \"own\"']\n  url = https://example.com/own\n",
            "proj/sub/dvc.yaml": "artifacts:\n  m:\n    path: m\n",
            "proj/sub/m.dvc": OUT,
        },
    ),
    "a project in a project": (
        "proj=m",
        {
            "proj/.dvc/config": "[core]\n  remote = own\n['remote \"own\"']\n  url = https://example.com/own\n",
            "proj/dvc.yaml": "artifacts:\n  m:\n    path: m\n",
            "proj/m.dvc": OUT,
        },
    ),
    "an import from a URL": (
        "m",
        {"m.dvc": "deps:\n- {path: 'https://example.com/x', checksum: abc}\n" + OUT},
    ),
    "an import from a URL that was never downloaded": (
        "m",
        {
            "m.dvc": "deps:\n- {path: 'https://example.com/x', checksum: abc}\nouts:\n- {hash: md5, path: m}\n",
        },
    ),
    "an output that DVC does not store": ("m", {"m.dvc": OUT.replace("path", "cache: false, path")}),
    "a remote on the disk": (
        "m",
        {".dvc/config": "[core]\n  remote = box\n['remote \"box\"']\n  url = /srv/store\n"},
    ),
    "no remote": ("m", {".dvc/config": ""}),
    "nothing": ("m", {"m.dvc": None}),
    "a file in Git": ("m", {"m.dvc": None, "m": "content"}),
    "what was never locked": ("m", {"m.dvc": "outs:\n- {hash: md5, path: m}\n"}),
}


def url_of_dvc(path: Path, row: dict[str, Any], scratch: Path) -> str | None:
    """What `dvc.api.get_url` answers for the version's path, read from the bare repository; None where it knows no URL."""
    scm = Git(str(path))
    config = {"cache": {"dir": str(scratch / "cache")}, "core": {"site_cache_dir": str(scratch / "site")}}
    root = row["dvc_root"]
    repo = Repo(
        root_dir=f"/{root}", fs=GitFileSystem(scm=scm, rev=row["revision"]), scm=scm, uninitialized=True, config=config
    )
    try:
        index, entry = repo.get_data_index_entry(f"/{row['path']}")
        fs, place = index.storage_map.get_remote(entry)
        return str(fs.unstrip_protocol(place))
    except (DvcException, StorageKeyError, ValueError):
        return None
    finally:
        repo.close()
        scm.close()


@pytest.mark.slow
@pytest.mark.parametrize(("tag", "files"), SHAPES.values(), ids=SHAPES)
def test_a_version_is_where_dvc_says(tag: str, files: dict[str, Content], tmp_path: Path) -> None:
    world = World()
    world.commit(HERE | files)
    world.tag(f"{tag}@v1.0.0")
    (row,) = asked(catalog_of({"r": rows_of(world.listing(), world.objects)}), "from version_files")
    assert row["url"] == url_of_dvc(world.write(tmp_path / "bare"), row, tmp_path)


IMPORT = "deps:\n- path: models/m\n  repo:\n    url: https://git.example.com/source\n    rev_lock: 6cda9a796dd96961b51f862ad28268074c01fa59\n"
OBJECT = f"files/md5/{A[:2]}/{A[2:]}"
DIFFERENT: dict[str, tuple[dict[str, Content], tuple[str | None, str]]] = {
    "an import: DVC names the path in the source, which is no URL": ({"m.dvc": IMPORT + OUT}, (None, "models/m")),
    "what is never pushed: DVC names where it would be": (
        {"m.dvc": OUT.replace("path", "push: false, path")},
        (None, f"https://example.com/box/{OBJECT}"),
    ),
    "a relative remote: DVC takes the repository's folder for the machine's": (
        {".dvc/config": "[core]\n  remote = box\n['remote \"box\"']\n  url = ../store\n"},
        (f"../store/{OBJECT}", f"/store/{OBJECT}"),
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("files", "urls"), DIFFERENT.values(), ids=DIFFERENT)
def test_where_dvc_says_otherwise(files: dict[str, Content], urls: tuple[str | None, str], tmp_path: Path) -> None:
    world = World()
    world.commit(HERE | files)
    world.tag("m@v1.0.0")
    (row,) = asked(catalog_of({"r": rows_of(world.listing(), world.objects)}), "from version_files")
    assert (row["url"], url_of_dvc(world.write(tmp_path / "bare"), row, tmp_path)) == urls


S3 = "[core]\n  remote = box\n['remote \"box\"']\n  url = s3://lake/box\n"
OF_S3 = "deps:\n- path: s3://lake/x\n  fs_config: {{version_aware: {}}}\n"
LISTED = "  files:\n  - {relpath: a, version_id: v1, etag: abcd, size: 3}\n  - {relpath: sub/b, version_id: v2, etag: abce, size: 4}\n"
VERSIONED: dict[str, dict[str, Content]] = {
    "an import of a file": {
        "m.dvc": OF_S3.format("true") + "  version_id: v1\n  etag: abcd\n" + OUT.replace("path", "push: false, path")
    },
    "an import of a file by its version alone": {
        "m.dvc": f"deps:\n- path: s3://lake/x\n  version_id: v1\n  etag: abcd\n{OUT}"
    },
    "an import that is told to do without versions": {
        "m.dvc": OF_S3.format("false") + f"  version_id: v1\n  etag: abcd\n{OUT}"
    },
    "an import of a folder": {"m.dvc": OF_S3.format("true") + LISTED + OUT.replace(A, FOLDER)},
    "a file in an imported folder": {
        "dvc.yaml": "artifacts:\n  m:\n    path: d/sub/b\n",
        "m.dvc": OF_S3.format("true") + LISTED + OUT.replace(A, FOLDER).replace("path: m", "path: d"),
    },
    "a file in a bucket": {".dvc/config": S3, "m.dvc": OUT},
    "a file in a version-aware remote": {
        ".dvc/config": S3 + "  version_aware = true\n",
        "m.dvc": f"outs:\n- {{md5: {A}, hash: md5, path: m, cloud: {{box: {{etag: abcd, version_id: v7}}}}}}\n",
    },
}


@pytest.mark.slow  # the library of Amazon's storage takes long to load
@pytest.mark.parametrize("files", VERSIONED.values(), ids=VERSIONED)
def test_a_version_in_a_bucket_is_where_dvc_says(
    files: dict[str, Content], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip(
        "dvc_s3", reason="DVC needs dvc-s3 to say where a bucket's versions are; with it, other tests would ask S3"
    )
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    world = World()
    world.commit(HERE | files)
    world.tag("m@v1.0.0")
    (row,) = asked(catalog_of({"r": rows_of(world.listing(), world.objects)}), "from version_files")
    url = f"{row['url']}?versionId={row['version_id']}" if row["version_id"] else row["url"]
    assert (url is not None, url) == (True, url_of_dvc(world.write(tmp_path / "bare"), row, tmp_path))


BUNDLES = sorted(FLEET.glob("*/*.bundle"))


def listing_of(path: Path) -> RefListing:
    """The refs of a repository on disk."""
    command = [
        "git",
        "-C",
        str(path),
        "for-each-ref",
        "--format=%(refname) %(objectname) %(*objectname)",
        "refs/tags",
        "refs/heads",
    ]
    lines = subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()
    refs = [Ref(name=name, oid=oid, peeled=peeled or None) for name, oid, peeled in (line.split(" ") for line in lines)]
    return RefListing(refs=tuple(refs))


@pytest.mark.slow
@pytest.mark.skipif(not BUNDLES, reason="the bundles of real repositories are not here")
def test_the_versions_of_real_repositories_are_where_dvc_says(tmp_path: Path) -> None:
    """Those with a URL in an https remote: DVC's other storages are not installed here."""
    repos = {}
    for bundle in BUNDLES:
        path = tmp_path / bundle.stem
        subprocess.run(["git", "clone", "--quiet", "--mirror", str(bundle), str(path)], check=True)
        repos[bundle.stem] = rows_of(listing_of(path), snapshot_of(path).objects)
    rows = asked(
        catalog_of(repos),
        "from version_files where url like 'http%' and status = 'ok' order by repo, artifact, version",
    )
    judged = [(row["repo"], row["version"], url_of_dvc(tmp_path / row["repo"], row, tmp_path)) for row in rows]
    assert [(row["repo"], row["version"], row["url"]) for row in rows] == judged != []
