"""Who may do what, at every address there is, in one pass of all roles over all of them.

A cell is off when somebody who may is refused, when somebody who may not is let in, when a refusal
changes a row, when reading does, or when a complete form from somebody who may changes nothing.
"""

import json
import re
from collections.abc import Callable, Iterator
from functools import partial
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.http import HttpResponse
from django.test import Client
from django.urls import URLPattern, get_resolver, reverse

from config.api import api
from tests.defence.doors import ADMIN_MODELS, ADMIN_NEVER, ADMIN_VIEWS, API, DOORS
from tests.defence.scene import ALL, ROLES, SIGNED_IN, api_path, client_of, filled, furnish, path_to
from tests.defence.writes import undone

pytestmark = pytest.mark.django_db
PLAIN = ("anonymous", "reader", "banned", "admin")
ADMIN_WRITES = ("add", "change", "delete")
ADMIN_ARGUMENTS: dict[str, Callable[[SimpleNamespace], list[Any]]] = {
    **dict.fromkeys(
        ("articles_article_publishing", "articles_article_preview", "articles_article_revisions"),
        lambda scene: [scene.article.pk],
    ),
    "app_list": lambda scene: ["articles"],
    "view_on_site": lambda scene: [
        ContentType.objects.get_for_model(scene.article).pk,
        scene.article.pk,
    ],
}


class Callers:
    """A client for each role, as it was before it was last used."""

    def __init__(self, people: dict[str, Any]) -> None:
        self.clients = {role: client_of(person) for role, person in people.items()}
        self.cookies = {role: client.cookies.output() for role, client in self.clients.items()}

    def __getitem__(self, role: str) -> Client:
        client = self.clients[role]
        client.cookies.clear()
        client.cookies.load(self.cookies[role].replace("Set-Cookie: ", ""))
        return client


@pytest.fixture
def scene(db) -> SimpleNamespace:
    scene = furnish()
    scene.callers = Callers(scene.people)
    return scene


def addresses() -> dict[str, tuple[str, ...]]:
    """The arguments of every address outside the admin and the API, by its name."""

    def walk(resolver: Any, before: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
        for found in resolver.url_patterns:
            named = (*before, *(found.pattern.converters or found.pattern.regex.groupindex))
            if isinstance(found, URLPattern):
                yield found.name, named
            elif not found.namespace:
                yield from walk(found, named)

    return {name: named for name, named in walk(get_resolver(), ()) if name}


def refuses(response: HttpResponse) -> bool:
    """Told no, or sent to sign in."""
    to_the_door = response.status_code == 302 and "/login/" in response["Location"]
    return to_the_door or response.status_code in (401, 403, 404, 405)


def cell(
    ask: Callable[[], HttpResponse],
    *,
    may: bool,
    changes: bool,
    marks: frozenset[str] = frozenset(),
) -> str:
    """What is off about one request; empty if nothing is."""
    with undone() as writes:
        response = ask()
        if response.streaming:
            b"".join(response)
    said = f"{response.status_code} {sorted(writes.decided)}"
    if response.status_code >= 500:
        return f"broke: {said}"
    if not may:
        # Led elsewhere is not let in.
        out = refuses(response) or response.status_code == 302
        return "" if out and not writes.decided else f"let in: {said}"
    if refuses(response):
        return f"refused: {said}"
    if changes:
        return "" if writes.decided else f"nothing done: {said}"
    return f"changed: {said}" if writes.decided - marks else ""


def test_no_address_is_without_its_line():
    assert set(addresses()) == set(DOORS)


def asking(who: frozenset[str] | None, *, changes: bool) -> tuple[str, ...]:
    """Whose answers can differ: everybody's, but where there is no such method, or nothing to
    decide but whether somebody is signed in."""
    if who is None:
        return ("anonymous", "admin")
    return ROLES if changes or who not in (ALL, SIGNED_IN) else PLAIN


@pytest.mark.parametrize("method", ["get", "post"])
def test_every_role_at_every_address(scene, method):
    off = []
    for name, arguments in addresses().items():
        door, path = DOORS[name], path_to(scene, name, arguments)
        writing = method == "post"
        who = door.writes if writing else door.reads
        for role in asking(who, changes=writing and door.changes):
            client = scene.callers[role]
            body, query = (
                filled(door.body, scene) if writing else None,
                "" if writing and door.reads else door.query,
            )
            found = cell(
                partial(getattr(client, method), path + query, body),
                may=role in (who or ()),
                changes=writing and door.changes,
                marks=door.marks if writing or door.writes is None else frozenset(),
            )
            if found:
                off.append(f"{role} {method} {name}: {found}")
    assert not off, "\n" + "\n".join(off)


def test_every_role_at_every_operation_of_the_api(scene):
    off = []
    for role, ((method, path), (who, body)) in product(ROLES, API.items()):
        said = json.dumps(filled(body, scene) or {})
        found = cell(
            partial(
                scene.callers[role].generic, method, api_path(path, scene), said,
                content_type="application/json",
            ),
            may=role in who,
            changes=method != "GET" and not path.endswith(("/advice", "/acknowledgement")),
        )  # fmt: skip
        if found:
            off.append(f"{role} {method} {path}: {found}")
    assert not off, "\n" + "\n".join(off)


def test_no_operation_of_the_api_is_without_its_line():
    def plain(path: str) -> str:
        return re.sub(r"{\w+}", "{}", path.removeprefix("/api/v1"))

    documented = {
        (method.upper(), plain(path))
        for path, item in api.get_openapi_schema()["paths"].items()
        for method in item
    }
    assert {(method, plain(path)) for method, path in API} == documented


# --- the admin ------------------------------------------------------------------------------------


def admin_resolver() -> Any:
    return get_resolver().namespace_dict["admin"][1]


def test_no_page_of_the_admin_is_without_its_line():
    names = {name for name in admin_resolver().reverse_dict if isinstance(name, str)}
    usual = {
        f"{model}_{view}"
        for model in ADMIN_MODELS
        for view in ("changelist", "history", *ADMIN_WRITES)
    }
    assert names == usual | set(ADMIN_VIEWS)


def admin_doors(scene: SimpleNamespace) -> Iterator[tuple[str, str, frozenset[str]]]:
    """Method, path and who may, of every page of the admin. The forms are empty: who may not is
    told so before they are read."""
    for model, (see, write) in ADMIN_MODELS.items():
        app_label, _under, name = model.partition("_")
        row = apps.get_model(app_label, name).objects.order_by("pk").first()
        known = [row.pk] if row else []
        yield "get", reverse(f"admin:{model}_changelist"), see
        for view in ADMIN_WRITES:
            if view == "add" or known:
                path = reverse(f"admin:{model}_{view}", args=[] if view == "add" else known)
                yield "post", path, frozenset() if view in ADMIN_NEVER.get(model, ()) else write
    for name, who in ADMIN_VIEWS.items():
        wanted = ADMIN_ARGUMENTS.get(name, lambda scene: [])(scene)
        yield "get", reverse(f"admin:{name}", args=wanted), who


def test_every_role_at_every_page_of_the_admin(scene):
    off = []
    for method, path, who in admin_doors(scene):
        for role in (*PLAIN, "editor"):
            found = cell(
                partial(getattr(scene.callers[role], method), path),
                may=role in who,
                changes=False,
            )
            if found:
                off.append(f"{role} {method} {path}: {found}")
    assert not off, "\n" + "\n".join(off)
