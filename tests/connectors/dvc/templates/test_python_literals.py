"""How long a Python file with parameters may be."""

import pytest

from catalog.errors import MetafileError
from connectors.dvc.templates.python_literals import MAX_SOURCE, load_python


def test_a_file_has_as_many_characters_as_it_may_have():
    assert load_python("x = 1\n#".ljust(MAX_SOURCE, "é")) == {"x": 1}


def test_one_character_more_is_refused():
    with pytest.raises(MetafileError) as caught:
        load_python("x = 1\n#".ljust(MAX_SOURCE + 1, "é"))
    message = "found Python of 131,073 characters, expected at most 131,072"
    assert (caught.value.rule, caught.value.message) == ("too-big", message)
