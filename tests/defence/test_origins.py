"""No change without a token, and none that a page of another site asks for."""

import json
from collections.abc import Iterator
from itertools import product
from types import SimpleNamespace
from typing import Any

import pytest
from django.middleware.csrf import _get_new_csrf_string
from django.urls import URLPattern, get_resolver

from config.api import api
from tests.defence.doors import API, DOORS
from tests.defence.scene import api_path, client_of, filled, furnish, path_to
from tests.defence.test_doors import addresses
from tests.defence.writes import undone

pytestmark = pytest.mark.django_db
# One click in a mail program, which has no page of ours to take a token from.
WITHOUT_TOKEN = {"unsubscribe"}
FOREIGN = {
    "no token": {},
    "another site": {"Sec-Fetch-Site": "cross-site"},
    "another host of the same site": {"Sec-Fetch-Site": "same-site"},
    "another origin": {"Origin": "https://evil.example"},
    "our name on another port": {"Origin": "http://testserver:81"},
    "an origin that is hidden": {"Origin": "null"},
    "a page elsewhere": {"Referer": "https://evil.example/form"},
}


@pytest.fixture
def scene(db) -> SimpleNamespace:
    return furnish()


def views(resolver: Any = None, before: str = "") -> Iterator[tuple[str, str, Any]]:
    """Prefix, name and view of every address."""
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLPattern):
            yield before, pattern.name or "", pattern.callback
        else:
            yield from views(pattern, before + str(pattern.pattern))


def test_one_click_in_a_mail_is_the_only_form_without_a_token():
    free = {
        name
        for before, name, view in views()
        if getattr(view, "csrf_exempt", False) and not before.startswith("api/")
    }
    assert free == WITHOUT_TOKEN


def signed(scene: SimpleNamespace) -> tuple[Any, str]:
    """A browser of an admin, as strict as a real one, and its token."""
    client = client_of(scene.people["admin"], enforce_csrf_checks=True)
    token = _get_new_csrf_string()
    client.cookies["csrf"] = token
    return client, token


def test_no_form_is_taken_from_elsewhere(scene):
    client, token = signed(scene)
    taken = []
    for kind, (name, arguments) in product(FOREIGN, addresses().items()):
        if name in WITHOUT_TOKEN:
            continue
        body = filled(DOORS[name].body, scene)
        if kind != "no token":
            body["csrfmiddlewaretoken"] = token
        with undone() as writes:
            response = client.post(path_to(scene, name, arguments), body, headers=FOREIGN[kind])
        if response.status_code != 403 or writes.decided:
            taken.append((kind, name, response.status_code, writes.decided))
    assert not taken


def test_the_same_form_is_taken_from_a_page_of_ours(scene):
    client, token = signed(scene)
    said = {"language": "de", "csrfmiddlewaretoken": token}
    for headers in (
        {},
        {"Sec-Fetch-Site": "same-origin", "Origin": "http://testserver"},
        {"Sec-Fetch-Site": "none"},
        {"Referer": "http://testserver/"},
    ):
        assert client.post("/language/", said, headers=headers).status_code == 302, headers


def test_no_call_with_a_session_is_taken_from_elsewhere(scene):
    client, token = signed(scene)
    taken = []
    for kind, ((method, path), (_who, body)) in product(FOREIGN, API.items()):
        if method == "GET":
            continue
        headers = {**FOREIGN[kind], **({"X-CSRFToken": token} if kind != "no token" else {})}
        with undone() as writes:
            response = client.generic(
                method, api_path(path, scene), json.dumps(filled(body, scene) or {}),
                content_type="application/json", headers=headers,
            )  # fmt: skip
        if response.status_code != 403 or writes.decided:
            taken.append((kind, method, path, response.status_code))
    assert not taken


def test_a_bearer_token_is_no_browsers_and_needs_no_other(scene):
    client = client_of(None, enforce_csrf_checks=True)
    for headers in FOREIGN.values():
        response = client.put(
            f"/api/v1/comments/{scene.other.pk}/reaction", {"value": 1},
            content_type="application/json",
            headers={"Authorization": f"Bearer {scene.secret}", **headers},
        )  # fmt: skip
        assert response.status_code == 200, headers


def test_what_only_looks_like_a_bearer_token_opens_no_session(scene):
    client, _token = signed(scene)
    path = f"/api/v1/comments/{scene.other.pk}/pick"
    response = client.put(
        path, {"picked": True}, content_type="application/json",
        headers={"Authorization": "Bearer none", "Origin": "https://evil.example"},
    )  # fmt: skip
    assert response.status_code in (401, 403)
    # Outside the API it excuses nothing.
    response = client.post(
        "/language/", {"language": "de", "csrfmiddlewaretoken": client.cookies["csrf"].value},
        headers={"Authorization": "Bearer none", "Origin": "https://evil.example"},
    )  # fmt: skip
    assert response.status_code == 403


def test_every_operation_of_the_api_that_changes_something_is_asked_above():
    documented = {
        method.upper() for item in api.get_openapi_schema()["paths"].values() for method in item
    }
    assert documented == {method for method, _path in API}
