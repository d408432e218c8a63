"""Resolves names in a catalog: references to artifacts and versions, repositories, stages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from catalog.errors import Ambiguous, NotFound
from catalog.naming import short_names
from catalog.query.answer import Answer, Row
from catalog.query.meant import meant
from catalog.query.reference import LATEST, Reference, parse
from catalog.text import plural

_UNCLEAR = "ambiguous-stage"  # the rule of a stage tag that is left out: its commit has two versions


class ReferenceResolver:
    """Resolves names by asking the catalog at `path`. NotFound and Ambiguous say what there would have been."""

    def __init__(self, ask: Callable[..., Answer], path: Path | str) -> None:
        self._ask = ask
        self._path = path

    def artifact(self, ref: str) -> tuple[Row, Reference]:
        """The artifact that a reference means. A repository may have `@` or `#` in its name: then the whole is tried, too."""
        matches, reference = self._artifacts(ref)
        if len(matches) == 1:
            return matches[0], reference
        if not matches:
            raise NotFound(self._no_artifact(parse(ref).artifact))
        candidates = tuple(
            str(Reference(artifact=row["id"], version=reference.version, stage=reference.stage)) for row in matches
        )
        raise Ambiguous(f"{reference.artifact!r} names {len(matches)} artifacts, expected one", candidates)

    def within(self, ref: str, repo: str) -> str:
        """The reference with the full name of its artifact in the repository that `repo` means; as it is, where it names no artifact."""
        repos, (matches, reference) = self.repos(repo) or [], self._artifacts(ref)
        # What a fork shares with its parent has this name only in the parent, but for its full name.
        inside = [row for row in matches if row["repo"] in repos] or [
            row for name in repos for row in self._find(f"{name}:{reference.artifact}") if row["repo"] == name
        ]
        if matches and not inside:
            others = _listed([row["id"] for row in matches])
            raise NotFound(f"no artifact {reference.artifact!r} in {', '.join(repos)}; elsewhere: {others}")
        return str(replace(reference, artifact=inside[0]["id"])) if len(inside) == 1 else ref

    def version(self, artifact: Row, reference: Reference) -> Row:
        """The version and the commit that a reference to one of the artifact's versions means; without one, the latest."""
        names = {"repo": artifact["repo"], "artifact": artifact["artifact"]}
        if reference.stage is not None:
            rows = self._ask(
                "from internal.find_in_stage($repo, $artifact, $words)", **names, words=reference.stage
            ).rows
        else:
            words = reference.version or LATEST[0]
            rows = self._ask("from internal.find_versions($repo, $artifact, $words)", **names, words=words).rows
        active = [row for row in rows if row.get("active", True)]
        if len(active or rows) == 1:
            return names | {key: (active or rows)[0][key] for key in ("version", "commit")}
        if rows:
            one_commit = len({row["commit"] for row in active or rows}) == 1
            candidates = tuple(
                f"{artifact['id']}@{row['version' if one_commit else 'commit']}" for row in active or rows
            )
            raise Ambiguous(f"{str(reference)!r} names {len(candidates)} versions, expected one", candidates)
        raise NotFound(self._missing(artifact, reference))

    def repos(self, words: str | None) -> list[str] | None:
        """The repositories that a name means; None, which stands for all, without a name."""
        if words is None:
            return None
        matches = self._repos(words)
        if not matches:
            raise NotFound(self._no_repository(words))
        return matches

    def repo(self, words: str) -> str | None:
        """The one repository that a name means; None where there is none. Ambiguous where there are several."""
        matches = self._repos(words.strip())
        if len(matches) > 1:
            raise Ambiguous(f"{words!r} names {len(matches)} repositories, expected one", tuple(matches))
        return matches[0] if matches else None

    def stage(self, words: str | None) -> str | None:
        """The catalog's name of a stage, by that name, one that repos.toml gives to the stage, or one in tags."""
        if words is None:
            return None
        names: dict[str, str] = {
            row["name"]: row["stage"] for row in self._ask("from internal.list_stage_names()").rows
        }
        if words not in names:
            stages = list(dict.fromkeys(names.values()))
            raise NotFound(f"no stage {words!r} in {self._path}{meant(words, [*names]) or _expected(stages)}")
        return names[words]

    def raw_stage(self, words: str | None) -> str | None:
        """A stage as some tag or `.gto` spells it: its other names are not taken."""
        if words is not None:
            names = list(dict.fromkeys(row["raw_stage"] for row in self._ask("from internal.list_stages(null)").rows))
            if words not in names:
                raise NotFound(
                    f"no tag in {self._path} has the stage {words!r}{meant(words, names) or _expected(names)}"
                )
        return words

    def type(self, words: str | None) -> str | None:
        """A type that something in the catalog has, that a `.gto` allows, or that is usual; any other is taken for a typing error."""
        if words is not None:
            types = [row["type"] for row in self._ask("from internal.list_types()").rows]
            if words not in types:
                raise NotFound(f"no type {words!r} in {self._path}{meant(words, types) or _expected(types)}")
        return words

    def full_name(self, ref: str) -> str:
        """The full name of the artifact or, where the reference names one, of the version that it means."""
        artifact, reference = self.artifact(ref)
        if reference.version is None and reference.stage is None:
            return str(artifact["id"])
        return f"{artifact['id']}@{self.version(artifact, reference)['version']}"

    def artifact_name(self, words: str) -> str:
        """The name of an artifact in its repository; that of several repositories is one name."""
        names = {str(row["artifact"]) for row in self._find(words)}
        return names.pop() if len(names) == 1 else str(self.artifact(words)[0]["artifact"])

    def one_repo(self, words: str) -> str:
        """The full name of the one repository that a name means."""
        repo = self.repo(words)
        if repo is None:
            raise NotFound(self._no_repository(words))
        return repo

    def owner(self, words: str) -> str:
        """An owner as CODEOWNERS has it: also without its `@`, or by the name in tags of the person who has that address."""
        rows = self._ask("from internal.list_owners()").rows
        exact = [row["owner"] for row in rows if row["owner"] == words]
        same = [
            row["owner"]
            for row in rows
            if words.lower().lstrip("@") in (row["owner"].lower().lstrip("@"), *map(str.lower, row["people"]))
        ]
        return self._one("owner", words, exact or same, [row["owner"] for row in rows])

    def author(self, words: str) -> str:
        """A person as registry tags have it: also in other letters, or by an address of the person."""
        rows = [row for row in self._ask("from list_people(null)").rows if row["events"]]
        exact = [row["person"] for row in rows if row["person"] == words]
        same = [row["person"] for row in rows if words.lower() in map(str.lower, (row["person"], *row["emails"]))]
        return self._one("author", words, exact or same, [row["person"] for row in rows])

    def metric(self, words: str) -> str:
        """A metric that some version has."""
        names = [row["name"] for row in self._ask("from internal.list_metric_names()").rows]
        return self._one("metric", words, [name for name in names if name == words], names)

    def filters(
        self, *, repo: str | None, type_: str | None, stage: str | None, raw_stage: str | None
    ) -> dict[str, object]:
        """What the filters of a question mean here, as its parameters."""
        return {
            "repos": self.repos(repo),
            "type": self.type(type_),
            "stage": self.stage(stage),
            "raw_stage": self.raw_stage(raw_stage),
        }

    def short(self) -> dict[str, str]:
        """For each artifact's full name, the shortest reference that means it alone."""
        return short_names(row[0] for row in self._ask("from internal.artifact_names()").values)

    def _no_repository(self, words: str) -> str:
        names = [row["repo"] for row in self._ask("from internal.list_repos(null)").rows]
        return f"no repository {words!r} in {self._path}{meant(words, names) or _expected(names)}"

    def _one(self, kind: str, words: str, matches: list[str], names: list[str]) -> str:
        if len(matches) > 1:
            raise Ambiguous(f"{words!r} names {len(matches)} {kind}s, expected one", tuple(matches))
        if not matches:
            raise NotFound(f"no {kind} {words!r} in {self._path}{meant(words, names) or _expected(names)}")
        return matches[0]

    def _artifacts(self, ref: str) -> tuple[list[Row], Reference]:
        """The artifacts that a reference can mean, and how it is read."""
        reference, full_name = parse(ref), ref.strip()
        matches = self._find(reference.artifact)
        if not matches and reference.artifact != full_name and (matches := self._find(full_name)):
            reference = Reference(artifact=full_name)
        return matches, reference

    def _find(self, words: str) -> list[Row]:
        rows = self._ask("from internal.find_artifacts($words)", words=words).rows
        return [row for row in rows if row["exact"]] or sorted(rows, key=lambda row: str(row["id"]))

    def _no_artifact(self, words: str) -> str:
        repos = self._repos(words)
        if len(repos) != 1:
            return f"no artifact {words!r} in {self._path}{self._near(words)}"
        names = [row["id"] for row in self._artifacts_of(repos[0])]
        count = plural(len(names), "artifact") if names else "no artifacts"
        return f"{words!r} is not an artifact but a repository with {count}{': ' if names else ''}{_listed(names)}"

    def _repos(self, words: str) -> list[str]:
        matches: list[str] = [row[0] for row in self._ask("from internal.find_repos($words)", words=words).values]
        return [words] if words in matches else matches

    def _artifacts_of(self, repo: str) -> list[Row]:
        return self._ask("from internal.list_artifacts($repos, null, null, true)", repos=[repo]).rows

    def _missing(self, artifact: Row, reference: Reference) -> str:
        names = {"repo": artifact["repo"], "artifact": artifact["artifact"]}
        shown = self._ask("from internal.show_artifact($repo, $artifact)", **names).rows[0]
        if reference.stage is not None:
            stages = [row["stage"] for row in shown["assignments"]]
            left_out = "".join(
                f"; {row['tag']}: {row['message']}" for row in shown["problems"] if row["rule"] == _UNCLEAR
            )
            return f"no version of {artifact['id']} is in stage {reference.stage!r}{_expected(stages)}{left_out}"
        if reference.version is None or reference.version in LATEST:
            return f"{artifact['id']} has no registered version"
        versions = [row["version"] for row in shown["all_versions"]]
        return f"{artifact['id']} has no version {reference.version!r}{_nearest(reference.version, versions)}"

    def _near(self, words: str) -> str:
        from difflib import get_close_matches  # only where something was misspelt

        ends: dict[str, list[str]] = {}
        for short in self.short().values():
            for end in {short.lower(), re.split("[/:]", short)[-1].lower()}:
                ends.setdefault(end, []).append(short)
        near = dict.fromkeys(short for end in get_close_matches(words.lower(), list(ends), n=5) for short in ends[end])
        return f"; near: {', '.join(near)}" if near else ""


def _nearest(words: str, versions: list[str]) -> str:
    """The version that was probably meant, as `v3.4.0` is by `3.4.0` or `3.4`; else those that there are."""
    from difflib import get_close_matches  # only where something was misspelt

    bare = {version.removeprefix("v"): version for version in reversed(versions)}
    wanted = words.removeprefix("v")
    begun = [version for version in versions if version.removeprefix("v").startswith(f"{wanted}.")]
    near = (
        [bare[wanted]] if wanted in bare else begun[:1] or [bare[name] for name in get_close_matches(wanted, bare, n=1)]
    )
    return f"; did you mean {near[0]}?" if near else _expected(versions)


def _expected(names: list[str]) -> str:
    return f", expected one of {_listed(names)}" if names else "; there are none"


def _listed(names: list[str]) -> str:
    return ", ".join(names[:8]) + (f", ... ({len(names)} in all)" if len(names) > 8 else "")  # noqa: PLR2004 - a line of a terminal
