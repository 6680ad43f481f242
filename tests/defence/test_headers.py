"""What every answer of every kind says to a browser, whoever gives it."""

import json
import os
import re
import runpy
from pathlib import Path

import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.urls import clear_url_caches
from django.urls import path as address

from articles.images import FOLDER
from config import urls
from config.policy_reports import LINES, LONGEST
from tests.defence.answers import ask, whole_site
from tests.defence.scene import client_of
from tests.factories import make_article, make_user

pytestmark = pytest.mark.django_db
HTTPS = {"wsgi.url_scheme": "https"}
PICTURE = "0" * 32 + ".webp"
SEALED = {"default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'"}


def breaks(request):
    raise RuntimeError("a page that breaks")


@pytest.fixture
def site(settings, tmp_path):
    """The whole site over https, with a file among its static ones and one among its pictures."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    settings.SECURE_HSTS_SECONDS = 60 * 60 * 24 * 365
    settings.STATIC_ROOT, settings.MEDIA_ROOT = tmp_path / "static", tmp_path / "media"
    for file in ("static/site.css", f"media/{FOLDER}/{PICTURE}"):
        (tmp_path / file).parent.mkdir(parents=True)
        (tmp_path / file).write_text("body {}")
    urls.urlpatterns.append(address("breaks/", breaks))
    clear_url_caches()
    yield whole_site()
    urls.urlpatterns.pop()
    clear_url_caches()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def faults(headers: dict[str, str]) -> list[str]:
    """What is missing or too loose in an answer's headers."""
    policy = {part.strip() for part in headers.get("content-security-policy", "").split(";")}
    scripts = [part for part in policy if part.startswith(("script-src", "style-src"))]
    said = {
        "policy": policy >= SEALED and not any("unsafe" in part for part in scripts),
        "nonce": all(
            re.fullmatch(r"script-src( 'nonce-[A-Za-z0-9+/=]{24}')?", part)
            for part in scripts
            if part.startswith("script-src")
        ),
        "hsts": headers.get("strict-transport-security") == "max-age=31536000",
        "sniffing": headers.get("x-content-type-options") == "nosniff",
        "frames": headers.get("x-frame-options") == "DENY",
        "referrer": headers.get("referrer-policy") == "same-origin",
        "opener": headers.get("cross-origin-opener-policy") == "same-origin",
        "resource": headers.get("cross-origin-resource-policy") == "same-origin",
        "permissions": "camera=()" in headers.get("permissions-policy", "")
        and "publickey-credentials-get=(self)" in headers.get("permissions-policy", ""),
    }
    return [name for name, holds in said.items() if not holds]


# What is asked; the status that shows that it was this kind of answer.
KINDS = {
    "page": ("/", {}, 200),
    "article": ("/articles/{slug}/", {}, 200),
    "page for who is signed in": ("/my/comments/", {"HTTP_COOKIE": "{cookie}"}, 200),
    "API": ("/api/v1/articles", {}, 200),
    "API, refused": ("/api/v1/queue", {}, 401),
    "API, nowhere": ("/api/v1/nowhere", {}, 404),
    "its documentation": ("/api/v1/docs", {}, 200),
    "static file": ("/static/site.css", {}, 200),
    "picture": (f"/media/{FOLDER}/{PICTURE}", {}, 200),
    "feed": ("/feeds/articles.atom", {}, 200),
    "robots": ("/robots.txt", {}, 200),
    "health": ("/healthz", {}, 200),
    "redirect": ("/my/comments/", {}, 302),
    "export": ("/account/export/json/", {"HTTP_COOKIE": "{cookie}"}, 200),
    "poll": ("/live/{question}", {}, 200),
    "poll, nowhere": ("/live/999999999", {}, 404),
    "poll, other method": ("/live/1", {"REQUEST_METHOD": "POST"}, 405),
    "report": ("/policy-reports", {"REQUEST_METHOD": "POST"}, 204),
    "report, other method": ("/policy-reports", {}, 405),
    "bad request": ("/", {"CONTENT_LENGTH": "many"}, 400),
    "unknown host": ("/", {"HTTP_HOST": "elsewhere.example"}, 400),
    "no token": ("/language/", {"REQUEST_METHOD": "POST"}, 403),
    "nowhere": ("/nowhere/", {}, 404),
    "other method": ("/c/1/state/", {"REQUEST_METHOD": "DELETE"}, 403),
    "too large": ("/", {"CONTENT_LENGTH": "1000001"}, 413),
    "broken": ("/breaks/", {}, 500),
    "admin, signed out": ("/admin/", {}, 302),
}


@pytest.fixture
def named(settings):
    """What the addresses of KINDS name."""
    article, client = make_article(), client_of(make_user())
    name = settings.SESSION_COOKIE_NAME
    return {
        "slug": article.slug,
        "question": article.call_to_action.pk,
        "cookie": f"{name}={client.cookies[name].value}",
    }


def test_every_kind_of_answer_has_every_header(site, named):
    off = {}
    for kind, (asked, said, status) in KINDS.items():
        told = {name: value.format(**named) for name, value in said.items()}
        got, headers, _body = ask(site, asked.format(**named), **{**HTTPS, **told})
        # The admin has a policy of its own; tests/test_admin.py knows it.
        own = {"policy", "nonce"} if kind.startswith("admin") else set()
        if got != status or set(faults(headers)) != own:
            off[kind] = (got, faults(headers))
    assert not off


def test_a_page_sends_its_own_nonce_each_time_and_its_scripts_bear_it(site, named):
    nonces = set()
    for _time in range(2):
        _status, headers, body = ask(site, f"/articles/{named['slug']}/", **HTTPS)
        [nonce] = re.findall(r"'nonce-([^']+)'", headers["content-security-policy"])
        scripts = re.findall(r"<script[^>]*>", body.decode())
        run = [script for script in scripts if "application/ld+json" not in script]
        assert run and all(f'nonce="{nonce}"' in script for script in run)
        nonces.add(nonce)
    assert len(nonces) == 2


def test_no_promise_of_https_over_plain_http(site):
    assert "strict-transport-security" not in ask(site, "/robots.txt")[1]
    assert "strict-transport-security" not in ask(site, "/live/1")[1]


def test_a_proxy_that_is_trusted_says_whether_it_was_https(settings, site):
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    behind = whole_site()
    assert "strict-transport-security" in ask(behind, "/live/1", HTTP_X_FORWARDED_PROTO="https")[1]
    assert "strict-transport-security" not in ask(behind, "/live/1", **HTTPS)[1]
    # Nobody is trusted: what a stranger says of it is nothing.
    told = ask(site, "/live/1", HTTP_X_FORWARDED_PROTO="https")[1]
    assert "strict-transport-security" not in told


# --- trusted types ------------------------------------------------------------------------------


def test_pages_ask_for_trusted_types_and_are_told_of_breaches_alone(site, named):
    _status, headers, _body = ask(site, "/", **HTTPS)
    wished = headers["content-security-policy-report-only"]
    assert wished == "require-trusted-types-for 'script'; report-uri /policy-reports"
    assert "trusted-types" not in headers["content-security-policy"]


def report(site, caplog, said: object, **environ: str) -> list[str]:
    """The lines in the log that a report leads to."""
    caplog.clear()
    body = said if isinstance(said, bytes) else json.dumps(said).encode()
    status, headers, answer = ask(site, "/policy-reports", method="POST", body=body, **environ)
    assert (status, answer) == (204, b"")
    assert "set-cookie" not in headers
    return [each.getMessage() for each in caplog.records if each.name == "rejoinder.policy"]


def breach(**said: object) -> dict[str, object]:
    told = {
        "document-uri": "https://news.example.org/account/?secret",
        "script-sample": "my words",
        "source-file": "https://news.example.org/static/js/live.3f.js?mine",
        "effective-directive": "require-trusted-types-for",
    }
    return {"csp-report": {**told, **said}}


def test_a_report_is_a_line_without_a_person_in_it(site, caplog):
    line = "a browser reports require-trusted-types-for in {}"
    assert report(site, caplog, breach()) == [line.format("/static/js/live.3f.js")]
    for source in ("https://evil.example/x", "/people/7/", "\nforged: line", None, 7):
        assert report(site, caplog, breach(**{"source-file": source})) in (
            [line.format("elsewhere")],
            [],
        )


@pytest.mark.parametrize(
    "said",
    [b"", b"{", b"[" * LONGEST, b"null", b"[]", b'{"csp-report": 7}', b"x" * (LONGEST + 1)]
    + [breach(**{"effective-directive": each}) for each in ("a b", "\n", "x" * 41, None, 7, [])],
    ids=lambda said: str(said)[:40],
)
def test_what_is_no_report_is_nothing(site, caplog, said):
    assert report(site, caplog, said) == []


def test_another_sites_reports_are_nothing(site, caplog):
    assert report(site, caplog, breach(), HTTP_SEC_FETCH_SITE="cross-site") == []


def test_a_flood_of_reports_is_a_few_lines(site, caplog):
    told = [line for _time in range(3 * LINES) for line in report(site, caplog, breach())]
    # A minute may turn meanwhile.
    assert LINES <= len(told) <= 2 * LINES


# --- cookies, and what production is --------------------------------------------------------------

SETTINGS = Path(__file__).parent.parent.parent / "config" / "settings.py"


def settings_of(monkeypatch, tmp_path, **environment: str) -> dict[str, object]:
    """What the settings are in an environment with nothing else in it."""
    for name in os.environ:
        if name not in ("PATH", "LANG", "HOME"):
            monkeypatch.delenv(name)
    for name, value in {"REJOINDER_DATA": str(tmp_path), **environment}.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(SETTINGS))


def test_over_https_every_cookie_belongs_to_this_host_alone(monkeypatch, tmp_path):
    told = settings_of(monkeypatch, tmp_path, SITE_URL="https://news.example.org")
    for cookie in ("SESSION", "CSRF", "LANGUAGE"):
        assert told[f"{cookie}_COOKIE_NAME"].startswith("__Host-")
        # Without these a browser refuses a cookie of that name.
        assert told[f"{cookie}_COOKIE_SECURE"]
        assert told.get(f"{cookie}_COOKIE_DOMAIN") is None
        assert told.get(f"{cookie}_COOKIE_PATH", "/") == "/"
        # The session's is so by Django's own default.
        assert told.get(f"{cookie}_COOKIE_HTTPONLY", cookie == "SESSION")
        assert told.get(f"{cookie}_COOKIE_SAMESITE", "Lax") == "Lax"
    assert told["SECURE_HSTS_SECONDS"] >= 31_536_000 and told["SECURE_SSL_REDIRECT"]
    assert told["DEBUG"] is False
