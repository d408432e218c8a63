"""How to fix a problem: each rule that a connector or the crawl can write has a sentence of its own."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from catalog.database.statements import named
from support.catalogs import asked, catalog_of

ROOT = Path(__file__).parents[2]
TREES = {
    str(file.relative_to(ROOT)): ast.parse(file.read_text("utf-8"))
    for folder in ("catalog", "connectors")
    for file in sorted((ROOT / folder).rglob("*.py"))
}
OF_KIND = {"not-a-blob", "not-a-commit", "not-a-tag", "not-a-tree"}  # `not-a-{kind}` of Git's objects
OTHER = "Write what the message expects."


def _constants() -> dict[str, str]:
    """The texts that names of modules stand for."""
    assigned = (node for tree in TREES.values() for node in tree.body if isinstance(node, ast.Assign))
    return {
        target.id: node.value.value
        for node in assigned
        for target in node.targets
        if isinstance(target, ast.Name) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str)
    }


CONSTANTS = _constants()


def _positions() -> dict[str, int]:
    """Of each function or class with a parameter or field `rule`, its place among these."""
    positions: dict[str, int] = {}
    for node in (node for tree in TREES.values() for node in ast.walk(tree)):
        match node:
            case ast.FunctionDef(name=name, args=ast.arguments(args=args)):
                names = [arg.arg for arg in args if arg.arg != "self"]
            case ast.ClassDef(name=name, body=body):
                names = [
                    each.target.id
                    for each in body
                    if isinstance(each, ast.AnnAssign) and isinstance(each.target, ast.Name)
                ]
            case _:
                continue
        if "rule" in names:
            positions[name] = names.index("rule")
    return positions


POSITIONS = _positions()


def _given() -> Iterator[ast.expr]:
    """Every expression that is given as a rule: as an argument, as a default, or to a variable of that name."""
    for node in (node for tree in TREES.values() for node in ast.walk(tree)):
        match node:
            case ast.Call(func=ast.Name(id=name) | ast.Attribute(attr=name), args=args, keywords=keywords):
                yield from (keyword.value for keyword in keywords if keyword.arg == "rule")
                yield from args[POSITIONS[name] :][:1] if name in POSITIONS else ()
            case ast.FunctionDef(args=arguments):
                defaults = [*zip(reversed(arguments.args), reversed(arguments.defaults), strict=False)]
                defaults += [
                    (arg, default)
                    for arg, default in zip(arguments.kwonlyargs, arguments.kw_defaults, strict=True)
                    if default
                ]
                yield from (default for arg, default in defaults if arg.arg == "rule")
            case ast.Assign(targets=[ast.Name(id="rule")], value=value):
                yield value


def _words(value: ast.expr) -> Iterator[str]:
    match value:
        case ast.Constant(value=str(word)):
            yield word
        case ast.IfExp(body=first, orelse=second) | ast.BoolOp(values=[first, second]):
            yield from (*_words(first), *_words(second))
        case ast.Name(id=name) if name in CONSTANTS:
            yield CONSTANTS[name]
        case ast.JoinedStr(values=[ast.Constant(value="not-a-"), _]):
            yield from OF_KIND
        case ast.Attribute(attr="rule") | ast.Name(id="rule"):  # a rule that was given elsewhere
            pass
        case _:
            raise AssertionError(ast.unparse(value))


def test_every_rule_of_the_code_has_a_sentence_and_no_other_has():
    rules = {word for value in _given() for word in _words(value)} - {""}
    listed = re.findall(r"when '([^']+)' then", named("problems")["internal.problem_fix"])
    assert sorted(rules) == listed


def test_a_rule_of_another_distribution_has_a_general_sentence():
    rows = asked(
        catalog_of({}), "select internal.problem_fix(rule) as fix from (values ('no-name'), ('their-own')) t(rule)"
    )
    assert [row["fix"] for row in rows] == ["Set `user.name` in Git, delete the tag, and make it again.", OTHER]
