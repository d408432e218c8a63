"""labs/broken and labs/lost: what goes wrong in real repositories, beside tags and files that are fine."""

from __future__ import annotations

from catalog.demo.book import BLOB, TAG, TREE, Book, Link
from catalog.demo.cast import CAST
from catalog.demo.content import imagine
from catalog.demo.measures import vary
from catalog.demo.paper import paper
from catalog.demo.pipeline import configure, point, write_json
from catalog.demo.story import StoryLine, play
from catalog.demo.yaml import write_yaml

_STORY = """
2025-03-04 10:00  chen   +start             | A place to try things
2025-03-04 11:20  chen   healthy@v1.0.0     score=0.71 | This one is fine
2025-03-05 09:00  bot    healthy#prod       v1.0.0 | So is this
2025-04-01 10:30  chen   sheet@v1.0.0       score=0.5 | Its artifacts.yaml is a list, not a map
2025-04-02 10:30  chen   healthy@v1.1.0     score=0.74 | Fine again, two commits later
2025-04-03 09:00  bot    healthy#prod       v1.1.0 |
2025-05-06 12:00  chen   hostile@v1.0.0     score=0.66 | Names that try to be something else // <script>alert("tag")</script> <img src=x onerror=alert(1)>
2025-05-07 12:00  chen   hostile#prod       v1.0.0 | [bold red]markup[/] \x1b[31mred\x1b[0m \u202egnirts desrever\u202c =1+1 '; drop table tags; --
"""

_LOST = """
2024-02-06 09:30  hiro   +start             | Sketches of a recommender
2024-03-12 15:00  hiro   recommender@v1.0.0 score=0.42 | First sketch
2024-03-13 15:00  hiro   recommender#dev    v1.0.0 | For the demo on Friday
2024-06-18 15:00  hiro   recommender@v1.1.0 score=0.47 | Second sketch
"""

_HOSTILE = {
    "desc": '</td></tr></table><script>alert("desc")</script> [click](javascript:alert(1))',
    "labels": ["<b>bold</b>", "\u202etxt.exe", "a,b;c|d", "long-" * 60],
    "meta": {"onclick": "alert(1)", "__proto__": {"admin": True}, "formula": "=HYPERLINK(0)", "nothing": None},
}

_BOMB = "".join(f"  l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 20))

# A folder for each, so that a reader loses that file and no other.
_SPOILT: dict[str, str | bytes] = {
    "aliases/dvc.yaml": f"vars:\n- l0: &l0 [lol]\n{_BOMB}artifacts:\n  model: {{path: m.bin, meta: *l19}}\n",
    "brackets/dvc.yaml": f"artifacts:\n  model: {{path: m.bin, meta: {'[' * 2000}{']' * 2000}}}\n",
    "latin/dvc.yaml": "artifacts:\n  model:\n    path: m.bin\n    desc: für später\n".encode("latin-1"),
    "linked/dvc.yaml": Link("../dvc.yaml"),
    "live/dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    live: {logs: {summary: true}}\n",
    "locked/dvc.yaml": "stages:\n  train: {cmd: python train.py, outs: [m.bin]}\n",
    "locked/dvc.lock": "schema: '9.9'\nstages: {}\n",
    "tabs/dvc.yaml": "artifacts:\n\tmodel:\n\t\tpath: m.bin\n",
    "twice/dvc.yaml": "artifacts:\n  model: {path: a.bin}\n  model: {path: b.bin}\n",
    "data/passwd.dvc": "outs:\n- md5: ../../../../../../etc/passwd\n  size: 1\n  hash: md5\n  path: passwd\n",
    "metrics.json": '{"score": 0.74, "loss": ',
    ".gto": 'stages: [prod, "in production!"]\ncolour: blue\n',
    ".dvc/config": "[core]\n    remote = dav\n['remote \"dav\"']\n    url = webdavs://dav.demo.example/models\n"
    "    password = invented-password\n    bearer_token_command = echo this-ran\n",
}


def broken() -> Book:
    """labs/broken."""
    book = Book()
    places = play(book, _STORY, _make)
    tip = book.commit(_SPOILT, CAST["chen"], "2025-06-02 10:00", "Try everything at once")
    for folder in sorted({path.rpartition("/")[0] for path in _SPOILT if path.endswith("dvc.yaml")}):
        book.tag(f"{folder}=model@v1.0.0", tip, CAST["chen"], "2025-06-02 10:30", f"What is in {folder}?")
    _trap_gto(book, places["healthy@v1.0.0"], places["healthy@v1.1.0"])
    return book


def lost() -> Book:
    """labs/lost, still whole: the fleet damages it once it is written."""
    book = Book()
    texts = {**paper("Recommender", "Sketches.", "@labs"), **configure("usb", usb={"url": "/media/hiro/models"})}
    about = {"recommender": {"path": "models/recommender.pkl", "type": "model"}}
    texts["dvc.yaml"] = write_yaml({"artifacts": about})

    def make(entry: StoryLine) -> dict[str, str]:
        model = point("models/recommender.pkl", imagine(entry.action, 52_000_000))
        return {**texts, **model, "metrics.json": write_json({"score": entry.number("score")})}

    play(book, _LOST, make)
    return book


def _make(entry: StoryLine) -> dict[str, str | None]:
    about = {"path": "models/healthy.bin", "type": "model", "desc": "Nothing is wrong with this one"}
    artifacts = {"healthy": about, "hostile": {"path": "models/hostile.bin", **_HOSTILE}}
    score = entry.number("score")
    return {
        **paper("Broken", "Every mistake that we have seen, once.", "@labs"),
        **configure("box", box={"url": "s3://demo-example-labs/broken"}),
        **point("models/healthy.bin", imagine(f"healthy {score}", 310_000)),
        **point("models/hostile.bin", imagine(f"hostile {score}", 31_000)),
        "dvc.yaml": write_yaml({"artifacts": artifacts}),
        "metrics.json": write_json({"score": score, "loss": vary(entry.action, 1 - score, 0.02)}),
        "artifacts.yaml": "- sheet\n- of\n- paper\n" if entry.name == "sheet" else None,
    }


def _trap_gto(book: Book, first: str, second: str) -> None:
    """Tags each of which makes GTO give up on the whole repository, or read something else than it shows."""
    chen, when = CAST["chen"], "2025-06-03 11:00"
    book.tag("trap@created", first, chen, when, "GTO's grammar knows this event, and no action for it")
    for name in ("twin@v1.0.0", "twin@v1.0.1", "twin#prod#1"):
        book.tag(name, first, chen, when, "Two versions on one commit, and a stage: which one?")
    inner = book.tag("nested@v1.0.0", second, chen, when, "The tag that the next one points at")
    book.tag("nested#prod#1", inner, chen, when, "A tag of a tag")
    book.tag("release-2025", second, chen, when, "Not named as its ref is", ref="renamed@v1.0.0")
    book.point("refs/tags/alias@v9.0.0", book.refs["refs/tags/healthy@v1.1.0"])  # one tag, two refs
    book.tag("tree@v1.0.0", book.add(TREE, b""), chen, when, "No commit, but a folder")
    book.tag("file@v1.0.0", book.add(BLOB, b"weights"), chen, when, "No commit, but a file")
    book.point("refs/tags/light@v1.0.0", second)
    book.point("refs/tags/<script>alert(1)</script>@v1.0.0", second)
    signature = chen.sign(when)
    for name, tagger, message in (
        ("orphan@v1.0.0", b"", b"Nobody made this tag"),
        ("nameless@v1.0.0", b"tagger Chen <> " + signature.rpartition(b"> ")[2] + b"\n", b"An address is missing"),
        ("latin@v1.0.0", b"tagger " + signature + b"\n", "F\xfcr sp\xe4ter".encode("latin-1")),
    ):
        head = f"object {second}\ntype commit\ntag {name}\n".encode()
        book.point(f"refs/tags/{name}", book.add(TAG, head + tagger + b"\n" + message + b"\n"), second)
