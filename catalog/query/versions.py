"""Questions about one artifact or version, or about several side by side."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated, Literal

from catalog.errors import InvalidArgument, Misuse, NotFound
from catalog.query.answer import Answer
from catalog.query.arguments import Between, Count, Name, checked
from catalog.query.content_hash import FEWEST_DIGITS, HASH, content_hashes
from catalog.query.lists import Lists
from catalog.query.objects import Model, Version
from catalog.query.times import Times

MOST_STEPS = 100  # of lineage: a longer chain is not a pipeline
MOST_JOBS = 64  # files that a download fetches at a time


@checked
class Versions(Lists, Times):
    """Questions about what a reference names."""

    def show(self, ref: str | None = None) -> Answer:
        """What `ref` names, as one row: an artifact (with `assignments` and `all_versions`), or a version (with `assignments`).

        Where it names neither, a repository (with `all_artifacts`); else the rows that `identify` has of a commit, a hash or the
        beginning of one. Without `ref`, the artifacts that are not deprecated.
        """
        if ref is None:
            return self.artifacts()
        try:
            artifact, reference = self._names.artifact(ref)
        except NotFound:
            if (repo := self._names.repo(ref)) is not None:
                return self._ask("from internal.show_repo($repo)", repo=repo)
            if HASH.fullmatch(ref.strip()) and (identified := self.identify(ref.strip())).values:
                return identified
            raise
        if reference.version is None and reference.stage is None:
            return self._ask(
                "from internal.show_artifact($repo, $artifact)", repo=artifact["repo"], artifact=artifact["artifact"]
            )
        return self._ask(
            "from internal.show_version($repo, $artifact, $version, $commit)",
            **self._names.version(artifact, reference),
        )

    def resolve(self, ref: str | None = None, *, tag: Name | None = None, repo: Name | None = None) -> Answer:
        """The one version that `ref` means (the latest, where it names none), as one row: its commit, tag, hash, size and addresses.

        With `tag` instead, what that registry tag did, and the version that it names: the answer of `gto check-ref`. `repo`: only what is in
        this repository. `note` says where `dvc artifacts get` would take another commit.
        """
        from catalog.query.resolution import (
            resolve_reference,
            resolve_tag,
        )  # imported late: `show` resolves nothing more

        if (ref is None) == (tag is None):
            raise Misuse("resolve takes a reference or a tag, one of the two")
        if tag is not None:
            return resolve_tag(self._ask, tag, self._names.repos(repo))
        return resolve_reference(self._ask, self._names, str(ref) if repo is None else self.within(str(ref), repo))

    def model(self, ref: str) -> Model:
        """The artifact that `ref` names, as an object: `model("churn").version("#prod").metrics`."""
        artifact, reference = self._names.artifact(ref)
        if reference.version is not None or reference.stage is not None:
            raise Misuse(f"invalid reference {ref!r}: expected an artifact without version or stage")
        return Model(ref=artifact["id"], _catalog=self)

    def version(self, ref: str) -> Version:
        """The version that `ref` means, as an object; the latest, where it names none."""
        return Version(ref=self.reference(ref), _catalog=self)

    def download(
        self,
        ref: str,
        path: Path | Name | None = None,
        *,
        config: Path | None = None,
        allow: Sequence[str] = (),
        force: bool = False,
        jobs: Annotated[int, Between(least=1, most=MOST_JOBS)] = 16,
    ) -> Path:
        """Fetches the bytes of the version that `ref` means (the latest, where it names none), checks them, and returns where they are.

        `path` is a new file or folder, or a folder that takes it (one that ends in `/` has to be there); without one it gets its own name in this folder. Only public storage is
        contacted, and what `allow` (beginnings of URLs) or the repos.toml at `config` names. `force` replaces what is there; `jobs` files are
        fetched at a time. NotFound where the catalog knows of no bytes, ConfigError where a place may not be contacted, OriginError where they
        cannot be had, StoreError where they cannot be written. docs/get.md has the details.
        """
        # The room above this one: whoever only asks, as the site does, never has the network.
        room = import_module("catalog.download.download")
        known = None if config is None else import_module("catalog.config.parse").load(config)
        options = room.DownloadOptions(config=known, allow=tuple(allow), force=force, jobs=jobs)
        done: Path = room.download(self._ask, self.resolve(ref).one(), path, options).path
        return done

    def metrics(self, ref: str, *, all_versions: bool = False) -> Answer:
        """The metrics of a version (without one in `ref`, the latest), or of all versions of its artifact.

        `direction` is `higher` or `lower`: what repos.toml, or else the metric's name, says is better. `of_project`: it
        is of the project, not of this artifact.
        """
        return self._ask(
            "from internal.list_metrics($repo, $artifact, $version, $commit)",
            **self._version_key(ref, all_versions=all_versions),
        )

    def params(self, ref: str, *, all_versions: bool = False) -> Answer:
        """The parameters of a version (without one in `ref`, the latest), or of all versions of its artifact."""
        return self._ask(
            "from internal.list_params($repo, $artifact, $version, $commit)",
            **self._version_key(ref, all_versions=all_versions),
        )

    def unread(
        self, ref: str, role: Literal["metrics", "params", "plots"] = "metrics", *, all_versions: bool = False
    ) -> Answer:
        """The files with measures of that role that could not be read; `status` says why, `in-dvc` for example."""
        question = "from internal.list_unread($repo, $artifact, $version, $commit, $role)"
        return self._ask(question, role=role, **self._version_key(ref, all_versions=all_versions))

    def compare(self, *refs: str, baseline: Count = 1, changed: bool = False) -> Answer:
        """Versions beside each other: for each thing that any of them states, one row for each version.

        `delta` is the difference from the version at place `baseline` (from 1); `best` marks the best number where
        something says what is better; numbers of the project, not of the artifact (`of_project`), do not count. With `changed`, only what is not the same in all.
        """
        if not refs:
            raise InvalidArgument("refs", "()", "at least one reference")
        if baseline > len(refs):
            expected = f"a whole number from 1 to {len(refs)}, the place of a reference"
            raise InvalidArgument("baseline", str(baseline), expected)
        keys = [self._version_key(ref, all_versions=False) for ref in refs]
        lists = {f"{key}s": [version[key] for version in keys] for key in ("repo", "artifact", "version", "commit")}
        question = "from internal.list_compared($repos, $artifacts, $versions, $commits, $baseline) where differs or not $changed"
        return self._ask(question, baseline=baseline, changed=changed, **lists)

    def reference(self, ref: str) -> str:
        """The full name of the version that `ref` means: `host/owner/name:artifact@version`."""
        version = self._version_key(ref, all_versions=False)
        return f"{version['repo']}:{version['artifact']}@{version['version']}"

    def within(self, ref: str, repo: Name) -> str:
        """The reference with the full name of its artifact, where `repo` is the name of that artifact's repository, or the end of one.

        What names no artifact, such as a commit, stays as it is. NotFound where only other repositories have an artifact of that name.
        """
        return self._names.within(ref, repo)

    def repository(self, ref: str) -> str:
        """The full name of the repository that `ref`, of an artifact or a version, is in."""
        return str(self._names.artifact(ref)[0]["repo"])

    def lineage(
        self, ref: str, *, down: bool = False, depth: Annotated[int, Between(least=1, most=MOST_STEPS)] = 10
    ) -> Answer:
        """What a version is made from, or with `down` what is made from it: edges up to `depth` steps away, the nearest first."""
        version = self._version_key(ref, all_versions=False)
        question = f"from internal.{'downstream' if down else 'upstream'}($repo, $artifact, $version, $depth)"
        return self._ask(
            question, repo=version["repo"], artifact=version["artifact"], version=version["version"], depth=depth
        )

    def identify(self, content: str | Path | Sequence[str]) -> Answer:
        """The versions, outputs and dependencies with a content: a hash, a commit or the beginning of one, several, or a `Path` to hash."""
        contents = content_hashes(content).values() if isinstance(content, Path) else content
        hashes = [contents] if isinstance(contents, str) else [*contents]
        for digits in hashes:
            if len(digits) < FEWEST_DIGITS:
                expected = f"a Path, or {FEWEST_DIGITS} or more digits of a hash or commit"
                raise InvalidArgument("content", repr(digits), expected)
        return self._ask("from internal.identify_hashes($hashes)", hashes=sorted({*hashes}))

    def _version_key(self, ref: str, *, all_versions: bool) -> dict[str, str | None]:
        artifact, reference = self._names.artifact(ref)
        if all_versions:
            return {"repo": artifact["repo"], "artifact": artifact["artifact"], "version": None, "commit": None}
        return self._names.version(artifact, reference)
