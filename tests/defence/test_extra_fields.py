"""What a form or a call does not ask for changes nothing: the same deed twice, once with fields
that would help an attacker, and the rows that come of it compared."""

import json
import re
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.db import connection

from tests.defence.doors import API, DOORS
from tests.defence.scene import ROLES, api_path, filled, furnish, path_to
from tests.defence.test_doors import Callers, addresses, refuses
from tests.defence.writes import undone

pytestmark = pytest.mark.django_db
# By the name of the column, without `_id`; forms and calls get each under both names.
EXTRA: dict[str, Any] = {
    # of accounts
    "is_staff": True, "is_superuser": True, "is_active": False, "banned": False, "warned": False,
    "restricted": False, "suspended_until": "2031-01-01T00:00:00Z", "email": "evil@example.org",
    "password": "evil", "role": "admin", "groups": [1, 2, 3], "verified": True, "primary": True,
    "erase_after": "2031-01-01T00:00:00Z", "erased_at": "2031-01-01T00:00:00Z",
    "expires_at": "2099-01-01T00:00:00Z", "name_key": "evil",
    # of comments
    "status": "approved", "author": 1, "user": 1, "owner": 1, "number": 1, "depth": 0,
    "ups": 1_000, "downs": 1_000, "listed": True, "picked_at": "2031-01-01T00:00:00Z",
    "live_at": "2031-01-01T00:00:00Z", "live_revision": 1, "html": "<script>", "call_to_action": 1,
    "fragment": "<script>", "withdrawn_at": "2031-01-01T00:00:00Z", "removed_at": "", "source": "x",
    "created_at": "2001-01-01T00:00:00Z", "notice": {}, "fragment_stale": False, "article": 1,
    # of decisions
    "actor": 1, "policy": 1, "model": "evil", "by_machine": True, "decided_by": 1, "given_by": 1,
    "reporter": 1, "settled_at": "2031-01-01T00:00:00Z", "settled_by": 1, "weight": 1_000,
    "notifier": 1, "decided_at": "2031-01-01T00:00:00Z", "in_force": True, "lifted_by": 1,
    "findings": [], "software": "evil", "at": "2001-01-01T00:00:00Z", "claimed_by": 1,
}  # fmt: skip
TABLES = {model._meta.db_table: model for model in apps.get_models(include_auto_created=True)}
# Whose rows name another row that the deed itself has made.
FRESH = {"live_revision"}


@pytest.fixture
def scene(db) -> SimpleNamespace:
    scene = furnish()
    scene.callers = Callers(scene.people)
    return scene


def watched(tables: set[str]) -> dict[str, list[tuple[Any, ...]]]:
    """The columns of these tables that the extra fields name, row by row."""
    found = {}
    for table in sorted(tables & set(TABLES)):
        meta = TABLES[table]._meta
        columns = [
            column.column
            for column in meta.concrete_fields
            if column.column.removesuffix("_id") in set(EXTRA) - FRESH or meta.auto_created
        ]
        if not columns:
            continue
        with connection.cursor() as cursor:
            names = ", ".join(f'"{column}"' for column in columns)
            cursor.execute(f'SELECT {names} FROM "{table}" ORDER BY "{meta.pk.column}"')
            found[table] = [tuple(_year(value) for value in row) for row in cursor.fetchall()]
    return found


def _year(value: Any) -> Any:
    """A moment differs from one run to the next; that there is one, and its year, do not."""
    return str(value)[:4] if re.match(r"\d{4}-\d\d-\d\d ", str(value)) else value


def outcome(ask: Any, body: dict[str, Any]) -> tuple[int, set[str], dict[str, Any]]:
    with undone() as writes:
        response = ask(body)
        return response.status_code, set(writes.decided), watched(writes.decided)


def both_names(extra: dict[str, Any], body: dict[str, Any]) -> dict[str, Any]:
    """The extra fields as `author` and as `author_id`, without those that are asked for."""
    named = {**extra, **{f"{name}_id": value for name, value in extra.items()}}
    return {name: value for name, value in named.items() if name not in body}


def as_form(extra: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value) if isinstance(value, dict) else value for name, value in extra.items()}


def test_no_form_takes_a_field_that_it_does_not_show(scene):
    off, tried = [], 0
    for name, arguments in addresses().items():
        door = DOORS[name]
        if not door.writes or not door.changes:
            continue
        role = next(each for each in ROLES if each in door.writes)
        path, body = path_to(scene, name, arguments), filled(door.body, scene)

        def ask(said: dict[str, Any], role: str = role, path: str = path) -> Any:
            response = scene.callers[role].post(path, said)
            assert not refuses(response), path
            return response

        plain = outcome(ask, body)
        assert plain[1], f"{name} did nothing"
        if outcome(ask, {**as_form(both_names(EXTRA, body)), **body}) != plain:
            off.append(name)
        tried += 1
    assert not off
    assert tried > 30


def test_no_call_takes_a_field_that_the_document_does_not_name(scene):
    off, tried = [], 0
    for (method, template), (who, given) in API.items():
        if method == "GET":
            continue
        role = next(each for each in ROLES if each in who)
        path, body = api_path(template, scene), filled(given, scene) or {}

        def ask(said: Any, role: str = role, method: str = method, path: str = path) -> Any:
            return scene.callers[role].generic(
                method, path, json.dumps(said), content_type="application/json"
            )

        plain = outcome(ask, body)
        assert plain[0] in (200, 201), (method, template, plain)
        if outcome(ask, {**both_names(EXTRA, body), **body}) != plain:
            off.append((method, template))
        tried += 1
    assert not off
    assert tried > 15


def test_the_comparison_sees_what_it_is_there_to_see(scene):
    before = watched({"accounts_user", "comments_comment"})
    with undone():
        type(scene.author).objects.filter(pk=scene.author.pk).update(is_staff=True)
        assert watched({"accounts_user", "comments_comment"}) != before
    with undone():
        type(scene.live).objects.filter(pk=scene.live.pk).update(author=scene.reader)
        assert watched({"accounts_user", "comments_comment"}) != before
    assert watched({"accounts_user", "comments_comment"}) == before
