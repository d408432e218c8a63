"""Changes of a repository, as pushes make them: each is given a world and a number."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import strategies as st

from support.worlds import World

MODEL = "m:\n  type: model\n  path: m.pkl\n"
DVC = "artifacts:\n  n:\n    path: n.pkl\n"


def base() -> World:
    world = World()
    world.commit({"artifacts.yaml": MODEL})
    world.tag("m@v1.0.0")
    world.commit({"dvc.yaml": DVC})
    world.tag("m@v1.1.0")
    world.tag("m#prod#1")
    return world


def commits(world: World) -> list[str]:
    return [oid for oid, raw in world.objects.items() if raw.kind == "commit"]


def add_commit(world: World, number: int) -> None:
    world.commit({"dvc.yaml": DVC + f"    desc: {number}\n", "artifacts.yaml": MODEL if number % 2 else None})


def add_branch(world: World, number: int) -> None:
    world.commit({"artifacts.yaml": MODEL}, branch=f"b{number}", parents=(world.tip(),))


def merge(world: World, number: int) -> None:
    world.commit({"merged": str(number)}, parents=(world.tip(), *commits(world)[-1:]))


def orphan(world: World, number: int) -> None:
    world.commit({"artifacts.yaml": f"m:\n  path: {number}\n"}, parents=())


def move_back(world: World, number: int) -> None:
    known = commits(world)
    world.refs["refs/heads/main"] = known[number % len(known)]


def delete_branch(world: World, number: int) -> None:
    others = sorted(name for name in world.refs if name.startswith("refs/heads/") and name != "refs/heads/main")
    if others:
        del world.refs[others[number % len(others)]]


def register(world: World, number: int) -> None:
    world.tag(f"m@v{number}.0.0")


def assign_old(world: World, number: int) -> None:
    known = commits(world)
    world.tag(f"m#prod#{number + 10}", known[number % len(known)])


def tag_a_tag(world: World, number: int) -> None:
    tags = sorted(oid for name, oid in world.refs.items() if name.startswith("refs/tags/"))
    if tags:
        world.tag(f"t@v0.{number}.0", tags[number % len(tags)])


def tag_an_orphan(world: World, number: int) -> None:
    """A commit that no branch reaches: of an experiment, or of a branch that was deleted."""
    oid = world.commit({"dvc.yaml": DVC + f"    type: t{number}\n"}, branch="gone", parents=())
    del world.refs["refs/heads/gone"]
    world.tag(f"n@v{number}.0.0", oid)


def tag_a_folder(world: World, number: int) -> None:
    world.tag(f"folder@v{number}.0.0", world.tree({"a": str(number)}))


def tag_a_bad_commit(world: World, number: int) -> None:
    """A commit of the year 3 billion, under a tag of a tag."""
    who = f"A <a@b> {10**17} +0000"
    lines = [f"tree {world.tree({'a': ''})}", f"author {who}", f"committer {who}", "", str(number)]
    world.tag(
        f"broken@v{number}.0.0", world.tag(f"inner@v{number}.0.0", world.add("commit", "\n".join(lines).encode()))
    )


def bad_tag(world: World, number: int) -> None:
    world.tag(f"bad@v{number}.0.0", who=None)


def other_tags(world: World, number: int) -> None:
    world.tag(f"release-{number}")
    world.lightweight(f"m@v8.{number}.0")


def delete_tag(world: World, number: int) -> None:
    tags = sorted(name for name in world.refs if name.startswith("refs/tags/"))
    if tags:
        del world.refs[tags[number % len(tags)]]


def move_tag(world: World, number: int) -> None:
    world.tag("m@v1.0.0", message=f"moved {number}")


def rename_default(world: World, number: int) -> None:
    world.head = f"refs/heads/trunk{number}"
    world.refs[world.head] = world.tip()


def detach(world: World, _: int) -> None:
    world.head = None


def no_head(world: World, _: int) -> None:
    world.head = "refs/heads/nowhere"


def bad_files(world: World, number: int) -> None:
    world.commit(
        {"artifacts.yaml": "- no\n- map\n", "sub/dvc.yaml": f"artifacts: {{x: {number}}}\n", ".gto": "stages: [prod]\n"}
    )


def add_experiment(world: World, number: int) -> None:
    """A name that was there is taken anew."""
    baseline = world.tip()
    oid = world.commit({"params.yaml": f"lr: {number}\n"}, branch="run", parents=(baseline,))
    del world.refs["refs/heads/run"]
    world.refs[f"refs/exps/{baseline[:2]}/{baseline[2:]}/run-{number % 3}"] = oid


def delete_experiment(world: World, number: int) -> None:
    known = sorted(name for name in world.refs if name.startswith("refs/exps/"))
    if known:
        del world.refs[known[number % len(known)]]


def rename_experiment(world: World, number: int) -> None:
    known = sorted(name for name in world.refs if name.startswith("refs/exps/"))
    if known:
        world.refs[f"{known[number % len(known)]}-again"] = world.refs.pop(known[number % len(known)])


def release_on_a_side(world: World, number: int) -> None:
    """More of them than the options of the tests read."""
    oid = world.commit(
        {"dvc.yaml": DVC + f"    desc: side {number}\n"}, branch="side", parents=(world.tip(),), at=1000 - number
    )
    del world.refs["refs/heads/side"]
    world.lightweight(f"v{number}", oid)


CHANGES: list[Callable[[World, int], None]] = [
    add_commit, add_branch, merge, orphan, move_back, delete_branch, register, assign_old, tag_a_tag, tag_an_orphan, tag_a_folder,
    tag_a_bad_commit, bad_tag, other_tags, delete_tag, move_tag, rename_default, detach, no_head, bad_files,
    add_experiment, delete_experiment, rename_experiment, release_on_a_side,
]  # fmt: skip
STEPS = st.lists(st.tuples(st.sampled_from(CHANGES), st.integers(0, 7)), min_size=1, max_size=6)
