"""Which licence a text is, by the words that tell."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.schema.tables.cards import Licence
from connectors.cards.cards import CONNECTOR
from connectors.cards.licences import _HEAD, MAX_TEXT, MAX_TITLE, LicenceText, is_licence, parse_licence, spdx_of
from support.worlds import World

# The words that matter, broken over lines as the originals are; the whole texts would say no more.
MIT = """MIT License

Permission is hereby granted, free of charge, to any person obtaining a copy
of this software ...
The above copyright notice and this permission notice shall be included ...
THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY
"""
BSD_2 = """Redistribution and use in source and binary forms, ...
 * Redistributions in binary form must reproduce the above ...
"""
BSD_3 = BSD_2 + "may be used to endorse or promote products"
APACHE = "\n   Apache License\n   Version 2.0, January 2004\n   http://www.apache.org/licenses/"
GNU = "GNU {} PUBLIC LICENSE\n   Version {}, 29 June 2007"
CREATIVE = "Creative Commons Attribution{} 4.0 International Public License"
MPL = (
    'Mozilla Public License Version 2.0\n...\nExhibit A - Source Code Form License Notice\n"GNU General Public License"'
)
ISC = """Permission to use, copy, modify, and/or distribute this software for any
purpose with or without fee is hereby granted, provided that the above
copyright notice ..."""


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        (MIT, "MIT"),
        (APACHE, "Apache-2.0"),
        (BSD_2, "BSD-2-Clause"),
        (BSD_3, "BSD-3-Clause"),
        (GNU.format("GENERAL", 2), "GPL-2.0"),
        (GNU.format("GENERAL", 3), "GPL-3.0"),
        (GNU.format("LESSER GENERAL", "2.1"), "LGPL-2.1"),
        (GNU.format("LESSER GENERAL", 3), "LGPL-3.0"),
        (GNU.format("LIBRARY GENERAL", 2), "LGPL-2.0"),
        (GNU.format("AFFERO GENERAL", 3), "AGPL-3.0"),
        (MPL, "MPL-2.0"),
        (ISC, "ISC"),
        ("This is free and unencumbered software released into\nthe public domain.", "Unlicense"),
        ("Creative Commons Legal Code\n\nCC0 1.0 Universal", "CC0-1.0"),
        (CREATIVE.format(""), "CC-BY-4.0"),
        (CREATIVE.format("-ShareAlike"), "CC-BY-SA-4.0"),
        (CREATIVE.format("-NonCommercial"), "CC-BY-NC-4.0"),
        (CREATIVE.format("-NonCommercial-NoDerivatives"), "CC-BY-NC-ND-4.0"),
        ("CreativeML Open RAIL-M\n...\nUse-based restrictions.", "OpenRAIL-M"),
        ("# SPDX-License-Identifier: Apache-2.0 OR MIT\nwhatever", "Apache-2.0 OR MIT"),
    ],
    ids=lambda value: None if "\n" in value else value,
)
def test_a_text_is_known(text, spdx):
    assert spdx_of(text) == spdx


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="nothing"),
        pytest.param("All rights reserved.", id="a text of one's own"),
        pytest.param(MIT + APACHE, id="two licences in one file"),
        pytest.param(MIT.replace("The above copyright notice", "Nothing"), id="a part of one"),
        pytest.param("Commons Clause\n" + MIT, id="one with a clause above it"),
        pytest.param(BSD_3 + "All advertising materials", id="an older one, with another clause"),
        pytest.param("SPDX-License-Identifier: <script>", id="an identifier that is none"),
        pytest.param("x" * 700 + "SPDX-License-Identifier: MIT", id="the identifier of a part further down"),
    ],
)
def test_a_text_is_not_known(text):
    assert spdx_of(text) is None


def test_a_licence_says_its_first_line():
    world = World()
    commit = world.commit({"LICENSE.md": "\n\n# MIT License \n" + MIT})
    assert [*CONNECTOR.read_revision(world.revision())] == [
        Licence(commit=commit, file="LICENSE.md", folder="", spdx="MIT", title="MIT License")
    ]


FREE = "This is free and unencumbered software released into the public domain"


@pytest.mark.parametrize(
    ("length", "spdx"),
    [
        pytest.param(MAX_TEXT, "Unlicense", id="as much as is read"),
        pytest.param(MAX_TEXT + 1, None, id="one byte more"),
    ],
)
def test_so_much_of_a_text_is_read(length, spdx):
    assert parse_licence(b"Mine\n" + FREE.rjust(length - 5).encode()) == LicenceText(spdx, "Mine")


@pytest.mark.parametrize("comment", ["<!-- a template -->\n", "<!--\na\n-->", "<!--\n<!-- a -->"])
def test_a_title_is_no_comment(comment):
    assert parse_licence(f"{comment}# Mine\n".encode()).title == "Mine"


@pytest.mark.parametrize(
    ("length", "title"),
    [
        pytest.param(MAX_TITLE, "x" * MAX_TITLE, id="as long as is kept"),
        pytest.param(MAX_TITLE + 1, "x" * MAX_TITLE, id="one character more"),
    ],
)
def test_a_title_has_so_many_characters(length, title):
    assert parse_licence(b"\n" + b"x" * length + b"\nmore") == LicenceText(None, title)


@pytest.mark.parametrize(
    ("text", "spdx"),
    [
        pytest.param("SPDX-License-Identifier: Apache-2.0", "Apache-2.0", id="an identifier"),
        pytest.param("GNU Lesser General Public License, version 2.1", "LGPL-2.1", id="a title"),
    ],
)
@pytest.mark.parametrize(
    ("start", "is_known"),
    [pytest.param(_HEAD - 1, True, id="at the last character"), pytest.param(_HEAD, False, id="after it")],
)
def test_what_tells_a_licence_begins_in_the_head_of_the_text(text, spdx, start, is_known):
    assert spdx_of("x" * (start - 1) + " " + text + " and more") == (
        spdx + (" and more" if "SPDX" in text else "") if is_known else None
    )


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        *((name, True) for name in ("LICENSE", "licence.txt", "LICENSE-MIT", "COPYING", "COPYING.LESSER", "UNLICENSE")),
        *((name, False) for name in ("licensed.py", "LICENSEE", "my_license", "copyingfile", "lice")),
    ],
)
def test_a_name_is_that_of_a_licence(name, expected):
    assert is_licence(name) is expected


@given(st.binary(max_size=200))
def test_no_bytes_upset_the_reader(data):
    assert parse_licence(data).spdx is None
