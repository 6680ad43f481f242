"""The lines of the logs: one id from the request to the effect, and no word about a person."""

import json
import logging
import re
import sys
import urllib.error
import urllib.parse
import urllib.request
from http.cookiejar import CookieJar

import pytest
from django.core.exceptions import DisallowedHost, ValidationError
from django.db import OperationalError

from benchmarks.client import Client
from benchmarks.replay import stage
from config import access, metrics
from config.celery import Doorbell, app
from config.logs import JsonLines, Lines, request_id
from tests.site import RunningSite, wait_until

WORD = "zanzaruk"
REQUEST = "feedc0de0123456789abcdef"


@pytest.fixture(autouse=True)
def _no_request():
    request_id.set("")


def record(name: str, message: str, *args: object, error: bool = False, **fields: object):
    return logging.getLogger(name).makeRecord(
        name,
        logging.INFO,
        "/somewhere/django/core/handlers/exception.py",
        124,
        message,
        args,
        sys.exc_info() if error else None,
        extra={"fields": fields} if fields else None,
    )


# --- A line -------------------------------------------------------------------------------------


def test_a_line_names_its_request_and_what_it_is_about():
    request_id.set("0123456789abcdef")
    line = json.loads(JsonLines().format(record("rejoinder.tasks", "task", comment_id=12, ms=3.5)))
    assert line.pop("time").endswith("+00:00")
    assert line == {
        "level": "INFO",
        "logger": "rejoinder.tasks",
        "message": "task",
        "request": "0123456789abcdef",
        "comment_id": 12,
        "ms": 3.5,
    }
    assert Lines().format(record("rejoinder.tasks", "task", comment_id=12)) == (
        "INFO rejoinder.tasks: task comment_id=12 request=0123456789abcdef"
    )


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (record("django.request", "%s: %s", "Not Found", f"/people/{WORD}/"), "Not Found: …"),
        (record("django.security.X", "%r asked %d times", WORD, 7), "… asked 7 times"),
        (record("allauth", "mail to %(to)s", {"to": WORD}), "mail to …"),
        (record("django.security.DisallowedHost", f"Invalid HTTP_HOST header: '{WORD}'."),
         "… (exception.py:124)"),
        (record("psycopg.pool", "error connecting in %r: %s", "pool", OSError(WORD)),
         "error connecting in …: OSError"),
        (record("celery.app.trace", "Task %(name)s[%(id)s] raised: %(exc)s",
                {"name": "moderation.judge_comment", "id": "8-4", "exc": WORD}),
         "Task moderation.judge_comment[8-4] raised: …"),
        (record("some.package", "%d rows", WORD), "%d rows"),
        (record("comments.mail", "mail server away (%s)", "OSError"), "mail server away (OSError)"),
    ],
)  # fmt: skip
def test_what_packages_fill_in_is_left_out(said, expected):
    for formatter in (JsonLines(), Lines()):
        line = formatter.format(said)
        assert WORD not in line
        assert expected in (json.loads(line)["message"] if line[0] == "{" else line)


@pytest.mark.parametrize(
    ("raised", "told"),
    [
        (ValidationError(f"{WORD} is taken"), ""),
        (DisallowedHost(WORD), ""),
        (UnicodeEncodeError("ascii", WORD, 0, 1, WORD), ""),
        (OperationalError(f"server closed the connection\nDETAIL: {WORD}"),
         "server closed the connection"),
        (OSError(28, "No space left on device", f"/media/{WORD}"), "No space left on device"),
    ],
)  # fmt: skip
def test_an_exception_is_told_by_kind_and_place_alone(raised, told):
    def fail(text: str) -> None:
        try:
            raise KeyError(text)
        except KeyError as error:
            raise raised from error

    try:
        fail(WORD)
    except Exception:
        said = record("comments.x", "not done", error=True)
    line = JsonLines().format(said)
    assert WORD not in line + Lines().format(said)
    first, cause = json.loads(line)["error"]
    assert first["kind"].endswith(type(raised).__name__)
    assert first.get("said", "") == told
    assert any(place.endswith(" fail") for place in first["at"])
    assert cause["kind"] == "builtins.KeyError"
    assert "\n" not in line


def test_a_line_break_in_a_message_makes_no_second_line():
    forged = record("comments.x", "one\nINFO rejoinder.requests: forged")
    assert "\n" not in JsonLines().format(forged)
    assert "\n" not in Lines().format(forged)


# --- A request ----------------------------------------------------------------------------------


def ask(application, **environ):
    """One request of a WSGI application: status, headers and body."""
    answered = {}

    def start(status, headers, *error):
        answered.update(status=status, headers=dict(headers))

    body = b"".join(application({"REQUEST_METHOD": "GET", "PATH_INFO": "/", **environ}, start))
    return answered["status"], answered["headers"], body


def served(view: str, status: str = "200 OK"):
    def application(environ, start):
        environ[access.ROUTE] = view
        start(status, [("Content-Type", "text/plain")])
        return [request_id.get().encode()]

    return access.observed(application)


@pytest.mark.parametrize(
    ("given", "proxies", "kept"),
    [
        ("a1b2c3d4e5f60718", 1, True),
        ("a1b2c3d4e5f60718", 0, False),  # from anybody
        ("short", 1, False),
        ("x" * 65, 1, False),
        ("0123456789\r\nSet-Cookie", 1, False),
        (f"name={WORD}@example.org", 1, False),
        ("", 1, False),
    ],
)
def test_an_id_is_taken_from_a_trusted_proxy_alone_and_only_if_it_is_one(
    settings, given, proxies, kept
):
    settings.TRUSTED_PROXIES = proxies
    status, headers, body = ask(served("home"), HTTP_X_REQUEST_ID=given)
    name = headers["X-Request-ID"]
    assert body.decode() == name, "whatever the request logs bears it"
    assert (name == given) is kept
    assert re.fullmatch(r"[A-Za-z0-9-]{8,64}", name)


def noted(caplog) -> list[dict]:
    return [r.fields for r in caplog.records if r.name == "rejoinder.requests"]


@pytest.mark.parametrize(
    ("chosen", "view", "status", "lines"),
    [
        ("on", "article", "200 OK", 1),
        ("on", "article", "304 Not Modified", 1),
        ("on", access.LIVE, "304 Not Modified", 0),
        ("on", access.LIVE, "200 OK", 0),
        ("on", access.LIVE, "503 Service Unavailable", 1),
        ("all", access.LIVE, "304 Not Modified", 1),
        ("off", "article", "200 OK", 0),
    ],
)
def test_a_request_has_one_line_and_open_pages_that_ask_have_none(
    settings, caplog, chosen, view, status, lines
):
    settings.ACCESS_LOG = chosen
    with caplog.at_level(logging.INFO, "rejoinder.requests"):
        ask(served(view, status), QUERY_STRING=f"q={WORD}", REMOTE_ADDR="203.0.113.7")
    found = noted(caplog)
    assert len(found) == lines
    for fields in found:
        assert fields.pop("ms") >= 0
        assert fields == {"method": "GET", "view": view, "status": int(status[:3])}


def test_what_is_raised_beyond_django_is_answered_and_noted_without_its_words(caplog):
    def application(environ, start):
        raise RuntimeError(WORD)

    status, headers, body = ask(access.observed(application), REQUEST_METHOD="BREW")
    assert (status, body) == ("500 Internal Server Error", b"")
    assert "X-Request-ID" in headers
    assert WORD not in "".join(JsonLines().format(record) for record in caplog.records)
    [failed, line] = caplog.records
    assert failed.levelno == logging.ERROR
    assert line.fields["method"] == "OTHER" and line.fields["status"] == 500


def test_a_request_is_counted_by_its_view(db):
    def count() -> float:
        sample = {"method": "GET", "view": "article_of_a_test", "status": "200"}
        return metrics._counted.get_sample_value("rejoinder_requests_total", sample) or 0

    before = count()
    ask(served("article_of_a_test"))
    assert count() == before + 1


@pytest.mark.parametrize(
    ("path", "view"),
    [("/", "front"), ("/healthz", "healthz"), ("/static/none.css", "static"), ("/none/", "")],
)
def test_django_names_the_view(client, db, path, view):
    answer = client.get(path)
    assert answer.wsgi_request.META.get(access.ROUTE, "") == view


def test_a_message_for_the_worker_bears_the_id_of_its_request(monkeypatch):
    sent = []
    monkeypatch.setattr(Doorbell, "apply_async", lambda self, **options: sent.append(options))
    app.loader.import_default_modules()
    bell = app.tasks["moderation.judge_comment"]
    request_id.set(REQUEST)
    assert bell.ring(12)
    assert sent[0]["headers"] == {"rejoinder_request": REQUEST}
    assert bell.about((12,)) == {"task": "moderation.judge_comment", "comment_id": 12}


# --- The whole site -----------------------------------------------------------------------------

EMAIL, OTHER_EMAIL = f"{WORD}.reader@example.org", f"{WORD}.new@example.org"
BODY = f"What the {WORD} says of the harbour is fair, and I have seen it there myself."
ADDRESS = "203.0.113.77"


@pytest.mark.site
def test_one_id_leads_from_request_to_effect_and_no_line_holds_a_word_of_anybody(data_dir):
    """A reader posts, signs up, mistypes and strays, on a site that logs all it can."""
    env = {"LOG_LEVEL": "DEBUG", "LOG_FORMAT": "json", "ACCESS_LOG": "all", "BEHIND_PROXY": "true"}
    with RunningSite(data_dir=data_dir, env=env) as site:
        ready = stage(data_dir, "prepare", changes={}, names=[f"{WORD}.reader"], editor="editor")
        token = ready["tokens"][f"{WORD}.reader"]
        client = Client(site.url)
        path = f"/api/v1/articles/{ready['slug']}/comments"
        forwarded = {"X-Forwarded-For": ADDRESS, "User-Agent": f"{WORD}/1.0"}
        posted = client.call(
            "POST",
            path,
            token=token,
            body={"body": BODY},
            headers={"X-Request-ID": REQUEST, **forwarded},
        )
        assert posted.status == 201
        stray(site, forwarded, token)
        assert stage(data_dir, "wait_decided", seconds=30) == 0
        logs = data_dir / "logs"
        wait_until(
            lambda: "moderation.judge_comment" in (logs / "worker.log").read_text(), 20, "a line"
        )
    web, worker = (lines_of(logs / name) for name in ("web.log", "worker.log"))
    for name in ("web.log", "worker.log", "redis.log"):
        text = (logs / name).read_text(errors="replace")
        for canary in (WORD, ADDRESS, token, "rejoinder-demo", "harbour", "q="):
            assert canary not in text.lower(), f"{canary} in {name}"
    assert len(web) > 10 and len(worker) > 5
    number = posted.body["id"]
    assert [
        (line["message"], line["view"], line["status"])
        for line in web
        if line.get("request") == REQUEST and line["logger"] == "rejoinder.requests"
    ] == [("request", "api-1:list_comments", 201)], "a view of the API is named by its first method"
    mine = [line for line in worker if line.get("request") == REQUEST]
    [effect] = [line for line in mine if line["message"] == "effect"]
    assert (effect["comment_id"], effect["by"]) == (number, "machine")
    [task] = [line for line in mine if line.get("task") == "moderation.judge_comment"]
    assert (task["comment_id"], task["state"]) == (number, "SUCCESS")


def lines_of(path) -> list[dict]:
    """The JSON lines of a log; whatever else a program printed is not of ours."""
    found = [line for line in path.read_text().splitlines() if line.startswith("{")]
    return [json.loads(line) for line in found]


def stray(site: RunningSite, headers: dict[str, str], token: str) -> None:
    """What people type into addresses and forms, and machines into headers."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(CookieJar()))

    def send(path: str, fields: dict[str, str] | None = None, **more: str) -> str:
        data = urllib.parse.urlencode(fields).encode() if fields is not None else None
        request = urllib.request.Request(
            f"{site.url}{path}",
            data,
            {**headers, **{k.replace("_", "-"): v for k, v in more.items()}},
        )
        try:
            return opener.open(request, timeout=20).read().decode()
        except urllib.error.HTTPError as error:
            return error.read().decode(errors="replace")

    form = send("/accounts/signup/")
    csrf = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', form)[1]
    person = {"email": OTHER_EMAIL, "display_name": f"Lord {WORD}", "password1": f"{WORD}-9-zz"}
    send("/accounts/signup/", {**person, "csrfmiddlewaretoken": csrf})
    send("/accounts/signup/", {**person, "csrfmiddlewaretoken": "forged"})
    send("/accounts/login/", {"login": EMAIL, "password": WORD, "csrfmiddlewaretoken": csrf})
    send(f"/search/?q={WORD}")
    send(f"/people/{WORD}/")
    send(f"/accounts/confirm-email/{WORD}:token/")
    send("/", Host=f"{WORD}.example.net")
    send("/api/v1/articles", Authorization=f"Bearer {WORD}")
    broken = Client(site.url)
    broken.call("POST", "/api/v1/articles/replay/comments", token=token, body={"boody": WORD})
    broken.call("POST", "/api/v1/articles/replay/comments", token=token, body={"body": WORD * 9999})
