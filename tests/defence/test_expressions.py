"""Every regular expression of the project takes time in proportion to its text."""

import ast
import importlib
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from django.apps import apps
from django.core.validators import RegexValidator
from django.urls import URLPattern, get_resolver

from tests.defence.expressions import growth

ROOT = Path(__file__).parent.parent.parent
ROOMS = (
    *("config", "moderation", "comments", "articles", "accounts", "record"),
    *("markup", "folding", "fulltext", "supervisor"),
)
# Offline, over files of the project's own.
OFFLINE = ("moderation/scorer_training/", "folding/regenerate.py")
USES = {"match", "fullmatch", "search", "sub", "subn", "split", "findall", "finditer"}
LINEAR = 2.6  # times the steps for twice the text; 2 is linear, 4 quadratic
# Django's own address in the admin, asked of editors alone; a path has some thousand letters.
STEEP = {r"^r/(?P<content_type_id>.+)/(?P<object_id>.+)/\Z"}


@dataclass(frozen=True)
class Expression:
    where: str
    pattern: str
    flags: int


def sources() -> Iterator[tuple[str, ast.AST, ModuleType]]:
    for room in ROOMS:
        for path in sorted((ROOT / room).rglob("*.py")):
            name = str(path.relative_to(ROOT))
            if "migrations" in name or name.startswith(OFFLINE):
                continue
            dotted = name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
            yield name, ast.parse(path.read_text()), importlib.import_module(dotted)


@cache
def expressions() -> tuple[dict[Expression, set[str]], list[str]]:
    """Each expression in the sources with the methods that it is used with, and the places of
    those that cannot be read there, because they are made when they are needed."""
    uses: dict[Expression, set[str]] = {}
    named: dict[str, list[Expression]] = defaultdict(list)
    called: dict[str, set[str]] = defaultdict(set)
    unread = []
    for name, tree, module in sources():
        names = {
            id(node.value): getattr(node.targets[0], "id", "")
            for node in ast.walk(tree)
            if isinstance(node, ast.Assign)
        }
        for node in ast.walk(tree):
            if isinstance(node, ast.Attribute) and node.attr in USES:
                owner = node.value
                called[getattr(owner, "id", getattr(owner, "attr", ""))].add(node.attr)
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            method = node.func.attr
            if getattr(node.func.value, "id", "") != "re" or method not in {*USES, "compile"}:
                continue
            where = f"{name}:{node.lineno}"
            try:
                pattern = _value(node.args[0], module)
                given = [*node.args[1:2], *(each.value for each in node.keywords)]
                flags = [_value(each, module) for each in given] if method == "compile" else []
            except NameError:
                unread.append(where)
                continue
            expression = Expression(where, pattern, int(flags[0]) if flags else 0)
            uses[expression] = set() if method == "compile" else {method}
            if method == "compile":
                named[names.get(id(node), "")].append(expression)
    for name, made in named.items():
        for expression in made:
            uses[expression] |= called[name] - {""}
    return uses, unread


def _value(node: ast.AST, module: ModuleType) -> Any:
    """What an expression of the source is worth where its module stands."""
    return eval(ast.unparse(node), vars(module))  # noqa: S307 - our own sources


def test_the_measure_tells_what_explodes_and_what_does_not():
    for pattern in (r"(a+)+b", r"(a|a)*b", r"(\w+\s?)+$", r"^(([a-z])+.)+[A-Z]([a-z])+$"):
        assert growth(pattern, anchored=True, whole=False) > 10
    for pattern in (r"[a-z]+[m-z]+!", r"\s*,?\s*$x"):
        assert 3 < growth(pattern, anchored=True, whole=False) < 10
    for pattern in (r"\S+://\S+", r"\s+$", r"[a-z]+@"):
        assert 3 < growth(pattern, anchored=False, whole=False) < 10
    for pattern in (r"\S++", r"(?<![a-z])[a-z]+@", r"[a-z]{1,64}@", r"(a|ab)(c|bcd)*d", "[0-9]+"):
        assert growth(pattern, anchored=False, whole=False) < LINEAR
    assert growth("A+A+!", re.IGNORECASE, anchored=True, whole=False) > LINEAR


def test_every_expression_in_the_sources_is_linear():
    uses, unread = expressions()
    assert len(uses) > 50
    assert unread == [], "an expression that is made when it is needed cannot be examined"
    steep = {}
    for expression, methods in uses.items():
        assert methods, f"{expression.where} is used in a way that is not understood"
        found = growth(
            expression.pattern,
            expression.flags,
            anchored=methods <= {"match", "fullmatch"},
            whole=methods == {"fullmatch"},
        )
        if found > LINEAR:
            steep[expression.where] = (expression.pattern, round(found, 1))
    assert not steep


def test_every_address_is_matched_in_linear_time():
    def walk(resolver: Any) -> Iterator[re.Pattern[str]]:
        for found in resolver.url_patterns:
            yield found.pattern.regex
            if not isinstance(found, URLPattern):
                yield from walk(found)

    patterns = {(found.pattern, found.flags) for found in walk(get_resolver())}
    # Only where they repeat without an end is there anything to measure.
    endless = {each for each in patterns if re.search(r"[+*]|,\}", each[0])}
    assert len(endless) > 10
    steep = {each[0] for each in endless if growth(*each, anchored=True, whole=False) > LINEAR}
    assert not steep - STEEP


def test_every_field_is_checked_in_linear_time():
    ours = {"accounts", "articles", "comments", "moderation", "record"}
    patterns = {
        (check.regex.pattern, check.regex.flags)
        for model in apps.get_models()
        if model._meta.app_label in ours
        for field in model._meta.get_fields()
        for check in getattr(field, "validators", [])
        if isinstance(check, RegexValidator)
    }
    assert patterns
    assert not [each for each in patterns if growth(*each, anchored=False, whole=False) > LINEAR]


@pytest.mark.parametrize("name", ["moderation/pipeline/checks", "moderation/scorer"])
def test_what_reads_readers_words_is_among_the_examined(name):
    assert any(each.where.startswith(name) for each in expressions()[0])
