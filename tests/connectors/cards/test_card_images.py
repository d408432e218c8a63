"""Which images of cards are kept: those in Git, small, and of a format in which nothing runs."""

from __future__ import annotations

import pytest

from catalog.schema.tables.cards import CardImage
from catalog.schema.tables.metrics import Image
from connectors.cards import card_images
from connectors.cards.card_images import addresses
from connectors.cards.cards import CONNECTOR
from support.partial import asked, partly
from support.worlds import Link, World

PNG = b"\x89PNG\r\n\x1a\n"
WEBP = b"RIFF\x00\x00\x00\x00WEBP"


def png(size, number=0):
    """An image of so many bytes."""
    return PNG + number.to_bytes(4, "big") + bytes(size - len(PNG) - 4)


def rows(files, kind):
    world = World()
    world.commit({".dvc/config": "", **files})
    return [row for row in CONNECTOR.read_revision(partly(world, CONNECTOR)) if isinstance(row, kind)]


def kept(files):
    """The images of cards: the card, and the path of the image."""
    return [(row.file, row.path) for row in rows(files, CardImage)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("![a](b.png) ![c](<d e.png>) ![f](g.png 'h')", ("b.png", "d e.png", "g.png"), id="Markdown"),
        pytest.param("[![a](b.png)](https://c.example)", ("b.png",), id="in a link"),
        pytest.param("![a][b] ![C]\n\n[b]: d.png\n[c]: <e f.png> 'g'\n[h]: i.png\n", ("d.png", "e f.png"), id="references"),
        pytest.param('<img width="9" src="a&amp;b.png"><IMG SRC=\'c.png\'>', ("a&b.png", "c.png"), id="HTML"),
        pytest.param("![a](https://b.example/c.png) ![](//d.example/e) ![](data:image/png;base64,AA) ![](#f)", (), id="elsewhere"),
        pytest.param("[a](b.png) `c.png`", (), id="a link is no image"),
        pytest.param("![a](b.png) <img src='b.png'>", ("b.png",), id="each once"),
        pytest.param("".join(f"![a]({number}.png)" for number in range(card_images.MAX_IMAGES)), tuple(f"{number}.png" for number in range(card_images.MAX_IMAGES)), id="as many as are read"),
        pytest.param("".join(f"![a]({number}.png)" for number in range(card_images.MAX_IMAGES + 1)), tuple(f"{number}.png" for number in range(card_images.MAX_IMAGES)), id="one more"),
        pytest.param(f"![{'a' * card_images.MAX_LABEL}]({'b' * card_images.MAX_ADDRESS})", ("b" * card_images.MAX_ADDRESS,), id="as long as is read"),
        pytest.param(f"![{'a' * (card_images.MAX_LABEL + 1)}](b.png)![a]({'b' * (card_images.MAX_ADDRESS + 1)})", (), id="one character more"),
        pytest.param(f"<img {'a' * card_images.MAX_ELEMENT} src='b.png'>".replace(" src", "src", 1).replace("asrc", " src"), ("b.png",), id="a source as late as is looked"),
        pytest.param(f"<img {'a' * (card_images.MAX_ELEMENT + 1)} src='b.png'>", (), id="a source that is later"),
    ],
)  # fmt: skip
def test_what_a_text_names_as_images(text, expected):
    assert addresses(text) == expected


@pytest.mark.parametrize("text", ["![" * 32_000, "<img " * 13_000, "![a](" * 13_000, '<img src="' * 6_500])
def test_a_hostile_text_names_nothing(text):
    assert addresses(text) == ()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        pytest.param(PNG, "image/png", id="PNG"),
        pytest.param(b"\xff\xd8\xff\xe0", "image/jpeg", id="JPEG"),
        pytest.param(b"GIF87a", "image/gif", id="GIF of 1987"),
        pytest.param(b"GIF89a", "image/gif", id="GIF of 1989"),
        pytest.param(WEBP, "image/webp", id="WebP"),
        pytest.param(b"RIFF\x00\x00\x00\x00WAVE", None, id="a sound"),
        pytest.param(b"<svg></svg>", None, id="a drawing"),
        pytest.param(b"<script>", None, id="a page"),
        pytest.param(b"", None, id="an empty file"),
    ],
)
def test_the_first_bytes_decide_and_no_name(data, kind):
    assert [row.media_type for row in rows({"README.md": "![a](x.jpg)", "x.jpg": data}, Image)] == (
        [kind] if kind else []
    )


@pytest.mark.parametrize(
    ("address", "path"),
    [
        pytest.param("x.png", "docs/x.png", id="beside the card"),
        pytest.param("../x.png", "x.png", id="above it"),
        pytest.param("/x.png", "x.png", id="of the root"),
        pytest.param("x%2Epng?raw=true#a", "docs/x.png", id="encoded"),
        pytest.param("../../x.png", None, id="out of the repository"),
        pytest.param("..%2F..%2Fx.png", None, id="out of it, encoded"),
        pytest.param("..\\\\x.png", None, id="a backslash"),
        pytest.param("link.png", None, id="a link"),
        pytest.param("to/x.png", None, id="through a link"),
        pytest.param("none.png", None, id="nothing"),
        pytest.param(".", None, id="a folder"),
        pytest.param("file:///etc/passwd", None, id="a file of the machine"),
        pytest.param("x.svg", None, id="a drawing"),
    ],
)
def test_which_file_an_address_is(address, path):
    files = {"docs/README.md": f"![a]({address})", "docs/m.dvc": "outs: []\n", "docs/link.png": Link("../x.png"), "docs/to": Link(".."),
             "x.png": PNG, "docs/x.png": PNG, "docs/x.svg": "<svg/>", ".git.png": PNG}  # fmt: skip
    assert kept(files) == ([("docs/README.md", path)] if path else [])


def test_an_image_of_two_cards_is_kept_once():
    files = {
        "README.md": "![a](x.png)",
        "m/README.md": "![a](../x.png) ![b](y.png)",
        "m/m.dvc": "outs: []\n",
        "x.png": PNG,
        "m/y.png": PNG,
    }
    (image,) = rows(files, Image)
    assert (kept(files), image.data) == (
        [("README.md", "x.png"), ("m/README.md", "x.png"), ("m/README.md", "m/y.png")],
        PNG,
    )


@pytest.mark.parametrize(("beyond", "count"), [(0, 1), (1, 0)], ids=["as large as is kept", "one byte more"])
def test_how_large_an_image_may_be(beyond, count):
    files = {"README.md": "![a](x.png)", "x.png": png(card_images.MAX_CARD_IMAGE + beyond)}
    assert len(kept(files)) == count


@pytest.mark.parametrize("beyond", [0, 1], ids=["as large as is kept", "one byte more"])
def test_how_large_the_images_of_a_card_may_be(beyond):
    sizes = [card_images.MAX_CARD_IMAGE] * 5
    sizes += [card_images.MAX_CARD_BYTES - sum(sizes) + beyond]
    files = {f"{place}.png": png(size, place) for place, size in enumerate(sizes)}
    files["README.md"] = "".join(f"![a]({place}.png)" for place in range(len(sizes)))
    assert len(kept(files)) == len(sizes) - beyond


@pytest.mark.parametrize("beyond", [0, 1], ids=["as large as is kept", "one byte more"])
def test_how_large_the_images_of_a_commit_may_be(beyond):
    sizes = [card_images.MAX_CARD_IMAGE] * 10
    sizes += [card_images.MAX_REVISION_BYTES - sum(sizes) + beyond]
    files = {f"{place // 4}/{place}.png": png(size, place) for place, size in enumerate(sizes)}
    for folder in range(3):
        files[f"{folder}/README.md"] = "".join(f"![a]({place}.png)" for place in range(4 * folder, 4 * folder + 4))
        files[f"{folder}/m.dvc"] = "outs: []\n"
    assert len(kept(files)) == len(sizes) - beyond


@pytest.mark.parametrize("beyond", [0, 1], ids=["as many as are read", "one more"])
def test_how_many_images_a_commit_may_have(beyond):
    files = {"last/README.md": "![a](/x.png)" * beyond, "last/m.dvc": "outs: []\n", "x.png": PNG}
    for folder in range(card_images.MAX_REVISION_IMAGES // card_images.MAX_IMAGES):
        names = [f"{number}.png" for number in range(card_images.MAX_IMAGES)]
        files[f"{folder}/README.md"] = "".join(f"![a]({name})" for name in names)
        files |= {f"{folder}/m.dvc": "outs: []\n", **{f"{folder}/{name}": PNG for name in names}}
    assert len(kept(files)) == card_images.MAX_REVISION_IMAGES


def test_the_images_are_asked_for_when_the_card_is_at_hand():
    world = World()
    world.commit(
        {"README.md": "![a](x.png) ![b](b.svg) ![c](../c.png)", "x.png": PNG, "b.svg": "<svg/>", "other.png": PNG}
    )
    assert asked(world, CONNECTOR) == ["README.md", "x.png"]


def test_an_image_that_could_not_be_fetched_has_no_row():
    world = World()
    world.commit({"README.md": "![a](x.png)", "x.png": PNG})
    assert [
        row for row in CONNECTOR.read_revision(partly(world, CONNECTOR, also=False)) if isinstance(row, CardImage)
    ] == []
