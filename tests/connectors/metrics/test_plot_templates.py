"""A repository's own template of plots: what of it is kept, and what is refused."""

from __future__ import annotations

import json

import pytest
from dvc_render.vega_templates import TEMPLATES

from catalog.errors import MetafileError
from connectors.metrics.own_templates import BUILT_IN
from connectors.metrics.plot_templates import (
    _LIMITS,
    DATA,
    MAX_DEPTH,
    MAX_NUMBER,
    MAX_REPEATED,
    MAX_TEMPLATE,
    MAX_VALUES,
    MIN_STEP,
    read_template,
)

VIEW = {"data": {"values": DATA}, "mark": "line"}
ROW = {
    "href": "a",
    "url": "b",
    "$schema": "c",
    "data": "d",
    "mark": "image",
    "bind": {"id": "e"},
    "width": 2_001,
    "repeat": [0] * 17,
}


def kept(template):
    return json.loads(read_template(json.dumps(template).encode()))


def refusal(template):
    with pytest.raises(MetafileError) as caught:
        read_template(template if isinstance(template, bytes) else json.dumps(template).encode())
    return caught.value.rule, caught.value.place


@pytest.mark.parametrize("template", TEMPLATES, ids=lambda template: template.DEFAULT_NAME)
def test_dvc_s_own_templates_are_kept_whole(template):
    content = template.DEFAULT_CONTENT
    assert kept(content) == {key: value for key, value in content.items() if key != "$schema"}


def test_the_names_of_dvc_s_own_templates_are_known():
    assert sorted(template.DEFAULT_NAME for template in TEMPLATES) == [*BUILT_IN]


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param({"usermeta": {"embedOptions": {"loader": {"http": {}}}}}, {}, id="options of vega-embed"),
        pytest.param({"encoding": {"href": {"value": "https://evil.example"}}}, {"encoding": {}}, id="a link"),
        pytest.param(
            {"mark": {"type": "point", "href": "https://evil.example"}}, {"mark": {"type": "point"}}, id="a linked mark"
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": {"input": "text", "element": "h1"}}]},
            {"params": [{"name": "a", "bind": {"input": "text"}}]},
            id="an element of the page for a control",
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": {"legend": "dblclick", "id": "search"}}]},
            {"params": [{"name": "a", "bind": {"legend": "dblclick"}}]},
            id="attributes beside a legend",
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": {"input": "range", "max": 1, "onfocus": "alert(1)", "id": "search"}}]},
            {"params": [{"name": "a", "bind": {"input": "range", "max": 1}}]},
            id="attributes of a control",
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": {"f": {"input": "select", "options": ["x"], "style": "top:0"}}}]},
            {"params": [{"name": "a", "bind": {"f": {"input": "select", "options": ["x"]}}}]},
            id="attributes of a control for a field",
        ),
    ],
)
def test_what_leads_elsewhere_is_left_out(stated, expected):
    assert kept(VIEW | stated) == VIEW | expected


@pytest.mark.parametrize("bind", ["legend", "scales", {"legend": {"type": "click", "id": "x"}}, None])
def test_what_binds_a_selection_to_the_plot_is_kept(bind):
    template = VIEW | {"params": [{"name": "a", "select": "point", "bind": bind}]}
    assert kept(template) == template


@pytest.mark.parametrize(
    "stated",
    [
        pytest.param({"layer": [{"data": {"values": [ROW]}}]}, id="data of a layer"),
        pytest.param({"datasets": {"a": [ROW, [ROW]]}}, id="data by name"),
        pytest.param({"transform": [{"lookup": "a", "from": {"data": {"values": ROW}}}]}, id="data of a lookup"),
    ],
)
def test_rows_of_data_are_kept_whole(stated):
    assert kept(VIEW | stated) == VIEW | stated


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        pytest.param({"data": {"url": "https://evil.example/x.csv"}}, ("bad-plot-template", "data"), id="data"),
        pytest.param(
            {"layer": [{"data": {"url": "data:text/csv,a"}, "mark": "bar"}]},
            ("bad-plot-template", "layer.data"),
            id="data of a layer",
        ),
        pytest.param(
            {"data": {"sequence": {"start": 0, "stop": 1e9}}}, ("bad-plot-template", "data"), id="generated data"
        ),
        pytest.param({"data": "https://evil.example"}, ("bad-plot-template", "data"), id="data that are text"),
        pytest.param(
            {"transform": [{"lookup": "a", "from": {"data": {"url": "x"}}}]},
            ("bad-plot-template", "transform.from.data"),
            id="data of a lookup",
        ),
        pytest.param({"mark": "image"}, ("bad-plot-template", "mark"), id="an image"),
        pytest.param({"mark": {"type": "image"}}, ("bad-plot-template", "mark.type"), id="an image that is a map"),
        pytest.param({"encoding": {"url": {"field": "u"}}}, ("bad-plot-template", "encoding.url"), id="an address"),
        pytest.param(
            {"mark": {"type": "bar", "fill": "URL(https://evil.example/#a)"}},
            ("bad-plot-template", "mark.fill"),
            id="a colour that is loaded",
        ),
        pytest.param(
            {"mark": {"type": "bar", "cursor": "\\75 r\\6c(https://evil.example/a)"}},
            ("bad-plot-template", "mark.cursor"),
            id="a cursor that is loaded, in escapes of CSS",
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": {"input": "image", "src": "https://evil.example"}}]},
            ("bad-plot-template", "params.bind.input"),
            id="a control that is an image",
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": {"input": ["text"]}}]},
            ("bad-plot-template", "params.bind.input"),
            id="a control that is no text",
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": {"id": "search", "class": "x", "autofocus": ""}}]},
            ("bad-plot-template", "params.bind.id"),
            id="attributes of a control that states no kind",
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": {"f": {"autofocus": ""}}}]},
            ("bad-plot-template", "params.bind.f"),
            id="attributes of a control for a field that states no kind",
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": {"element": "#search", "event": "x"}}]},
            ("bad-plot-template", "params.bind.element"),
            id="an element of the page",
        ),
        pytest.param(
            {"params": [{"name": "a", "bind": [{"autofocus": ""}]}]},
            ("bad-plot-template", "params.bind"),
            id="a list of controls",
        ),
        pytest.param(
            {"layer": [{"data": {"values": [{"a": "url(https://evil.example)"}]}}]},
            ("bad-plot-template", "layer.data.values.a"),
            id="an address in a row",
        ),
    ],
)
def test_what_would_be_loaded_is_refused(stated, expected):
    assert refusal(VIEW | {"layer": [VIEW]} | stated) == expected


@pytest.mark.parametrize(
    ("template", "rule"),
    [
        pytest.param(b"", "not-json", id="an empty file"),
        pytest.param(b"{", "not-json", id="half a file"),
        pytest.param(b"\xff", "not-utf8", id="no text"),
        pytest.param({}, "bad-plot-template", id="an empty map"),
        pytest.param([VIEW], "bad-plot-template", id="a list"),
        pytest.param({"data": {"values": DATA}, "marks": []}, "bad-plot-template", id="Vega"),
        pytest.param({"mark": "line"}, "bad-plot-template", id="no place for the data"),
        pytest.param(b'{"mark":"line","data":{"values":"<DVC_METRIC_DATA>"},"x":NaN}', "bad-plot-template", id="NaN"),
        pytest.param(VIEW | {"x": 10**400}, "bad-plot-template", id="a number of 400 digits"),
        pytest.param(VIEW | {"width": 10**400}, "bad-plot-template", id="a width of 400 digits"),
        pytest.param(
            b'{"mark":"line","data":{"values":"<DVC_METRIC_DATA>"},"x":-1e400}',
            "bad-plot-template",
            id="an infinite number",
        ),
    ],
)
def test_what_dvc_or_vega_lite_refuses_is_refused(template, rule):
    assert refusal(template)[0] == rule


def nested(levels):
    value = "x"
    for _ in range(levels):
        value = [value]
    return value


AT_THE_BOUND = {
    "bytes": (
        lambda beyond: VIEW | {"title": "x" * (MAX_TEMPLATE - len(json.dumps(VIEW | {"title": ""})) + beyond)},
        "too-big",
    ),
    "values": (lambda beyond: VIEW | {"title": ["x"] * (MAX_VALUES - 5 + beyond)}, "too-many"),
    "levels": (lambda beyond: VIEW | {"title": nested(MAX_DEPTH - 1 + beyond)}, "too-deep"),
    "views": (
        lambda beyond: VIEW | {"repeat": {"row": ["a"] * (MAX_REPEATED - 1), "column": ["b"] * (1 + beyond)}},
        "too-many",
    ),
    "a list of views": (lambda beyond: VIEW | {"repeat": ["a"] * (MAX_REPEATED + beyond)}, "too-many"),
    "a step": (
        lambda beyond: VIEW | {"encoding": {"x": {"bin": {"step": MIN_STEP * (1 - beyond / 2)}}}},
        "bad-plot-template",
    ),
    "a number": (lambda beyond: VIEW | {"x": MAX_NUMBER + beyond}, "bad-plot-template"),
    "a negative number": (lambda beyond: VIEW | {"x": -MAX_NUMBER - beyond}, "bad-plot-template"),
}


@pytest.mark.parametrize(("template", "rule"), AT_THE_BOUND.values(), ids=AT_THE_BOUND)
def test_a_template_is_bounded(template, rule):
    assert (kept(template(0)) == template(0), refusal(template(1))[0]) == (True, rule)


LIMITS = {
    "width": 2_000,
    "height": 2_000,
    "columns": 100,
    "maxbins": 1_000,
    "tickCount": 1_000,
    "steps": 1_000,
    "minsteps": 1_000,
    "maxsteps": 1_000,
    "order": 10,
}


def test_each_limit_has_a_case():
    assert LIMITS == _LIMITS


@pytest.mark.parametrize(("key", "most"), LIMITS.items())
def test_what_grows_with_a_number_is_bounded(key, most):
    template = VIEW | {"config": {key: most}}
    beyond = [refusal(VIEW | {"config": {key: number}}) for number in (most + 1, -most - 1, most + 0.5)]
    assert (kept(template), beyond) == (template, [("bad-plot-template", f"config.{key}")] * 3)


def test_a_field_that_a_view_is_repeated_for_is_not_counted_again():
    template = VIEW | {"repeat": ["a"], "spec": {"mark": "bar", "encoding": {"x": {"field": {"repeat": "repeat" * 9}}}}}
    assert kept(template) == template
