"""The JSON API: who may do what, what bad input gets, and the shape it all has."""

import json
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client

from accounts import sanctions
from accounts.operations import issue_token
from articles.models import Guideline
from comments.models import Comment
from config.api import api
from moderation import operations as moderation
from moderation.models import Phrase
from tests.factories import make_article, make_comment, make_user, relax

Status = Comment.Status
SNAPSHOT = Path(__file__).parent.parent / "docs" / "openapi.json"


def test_the_openapi_document_is_the_one_in_the_repository():
    """Changed on purpose: `make openapi` writes it anew."""
    now = json.loads(json.dumps(api.get_openapi_schema(), default=str))
    assert json.loads(SNAPSHOT.read_text()) == now


class Caller:
    """Calls the API as one person, or as nobody."""

    def __init__(self, client, user=None):
        self.client = client
        self.headers = {}
        if user is not None:
            _row, secret = issue_token(actor=user, user=user, name="test")
            self.headers["Authorization"] = f"Bearer {secret}"

    def __call__(self, method, path, body=None, **headers):
        response = self.client.generic(
            method,
            f"/api/v1{path}",
            data=body if isinstance(body, bytes | str) else json.dumps(body or {}),
            content_type="application/json",
            headers={**self.headers, **{k.replace("_", "-"): v for k, v in headers.items()}},
        )
        assert response["Content-Type"].startswith("application/json"), path
        parsed = json.loads(response.content)
        if response.status_code >= 400:
            assert set(parsed) <= {"code", "detail", "fields"} and parsed["code"], parsed
        return response.status_code, parsed


@pytest.fixture
def scene(db):
    relax()
    return {
        "live": make_comment(),
        "held": make_comment(status=Status.HELD),
        "article": make_article(),
    }


# Method, path, body; then the status for nobody, a reader, its author, an editor, an admin.
TABLE = [
    ("GET", "/articles", None, 200, 200, 200, 200, 200),
    ("GET", "/articles/{article.slug}", None, 200, 200, 200, 200, 200),
    ("GET", "/articles/{article.slug}/comments", None, 200, 200, 200, 200, 200),
    ("POST", "/articles/{article.slug}/comments", {"body": "Yes."}, 401, 201, 201, 201, 201),
    ("POST", "/articles/{article.slug}/advice", {"body": "Yes."}, 401, 200, 200, 200, 200),
    ("GET", "/comments/{live.pk}", None, 200, 200, 200, 200, 200),
    ("GET", "/comments/{held.pk}", None, 404, 404, 200, 200, 200),
    ("PATCH", "/comments/{live.pk}", {"body": "Else."}, 401, 403, 200, 403, 403),
    ("PATCH", "/comments/{held.pk}", {"body": "Else."}, 401, 404, 200, 403, 403),
    ("DELETE", "/comments/{live.pk}", None, 401, 403, 200, 403, 403),
    ("DELETE", "/comments/{held.pk}", None, 401, 404, 200, 403, 403),
    ("PUT", "/comments/{live.pk}/reaction", {"value": 1}, 401, 200, 403, 200, 200),
    ("PUT", "/comments/{held.pk}/reaction", {"value": 1}, 401, 404, 404, 404, 404),
    ("PUT", "/comments/{live.pk}/pick", {"picked": True}, 401, 403, 403, 200, 200),
    ("PUT", "/comments/{held.pk}/pick", {"picked": True}, 401, 404, 403, 404, 404),
    ("GET", "/search", None, 200, 200, 200, 200, 200),
    ("GET", "/proof", None, 200, 200, 200, 200, 200),
    ("GET", "/me/comments", None, 401, 200, 200, 200, 200),
    ("GET", "/queue", None, 401, 403, 403, 200, 200),
    (
        "POST", "/comments/{held.pk}/rulings",
        {"revision": "{held.latest_id}", "outcome": "approve"},
        401, 404, 403, 201, 201,
    ),
    (
        "POST", "/comments/{live.pk}/rulings",
        {"revision": "{live.latest_id}", "outcome": "reject", "reason": "spam"},
        401, 403, 403, 201, 201,
    ),
    (
        "POST", "/clusters/{held.pk}/rulings",
        {"seen": [{"comment": 1, "revision": 1}], "outcome": "approve"},
        401, 403, 403, 200, 200,
    ),
    ("POST", "/rulings/{ruling.pk}/undo", None, 401, 403, 403, 201, 201),
    ("GET", "/comments/{refused.pk}/decision", None, 401, 404, 200, 404, 404),
    ("GET", "/comments/{held.pk}/decision", None, 401, 404, 404, 404, 404),
    ("POST", "/comments/{refused.pk}/appeals", {"words": "No."}, 401, 404, 201, 403, 403),
    ("GET", "/appeals", None, 401, 403, 403, 200, 200),
    ("POST", "/appeals/{appeal.pk}/ruling", {"outcome": "upheld"}, 401, 403, 403, 201, 201),
    ("GET", "/reasons", None, 401, 403, 403, 200, 200),
    ("PUT", "/comments/{live.pk}/escalation", {"note": "Look."}, 401, 403, 403, 200, 200),
    ("DELETE", "/comments/{live.pk}/escalation", None, 401, 403, 403, 409, 409),
    ("GET", "/people/{live.author_id}/sanctions", None, 401, 403, 403, 200, 200),
    (
        "POST", "/people/{live.author_id}/sanctions", {"kind": "warn", "note": "No."},
        401, 403, 403, 201, 201,
    ),
    ("GET", "/me/sanctions", None, 401, 200, 200, 200, 200),
    ("DELETE", "/sanctions/{sanction.pk}", None, 401, 403, 403, 200, 200),
    ("POST", "/sanctions/{sanction.pk}/acknowledgement", None, 401, 404, 200, 404, 404),
    ("POST", "/comments/{live.pk}/reports", {"reason": "spam"}, 401, 201, 201, 201, 201),
    ("POST", "/comments/{held.pk}/reports", {"reason": "spam"}, 401, 404, 404, 404, 404),
]  # fmt: skip
CALLERS = ("nobody", "reader", "author", "editor", "admin")


@pytest.mark.parametrize("caller", CALLERS)
@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row[0]} {row[1]}")
def test_who_may_do_what(client, scene, row, caller):
    method, path, body, *expected = row
    if "{ruling" in path:
        editor = make_user(role="editor")
        scene["ruling"] = moderation.rule(
            actor=editor, comment=scene["held"], revision_id=scene["held"].latest_id,
            outcome="approve",
        )  # fmt: skip
    if "{refused" in path or "{appeal" in path:
        scene["refused"] = make_comment(status=Status.HELD)
        moderation.rule(
            actor=make_user(role="editor"), comment=scene["refused"],
            revision_id=scene["refused"].latest_id, outcome="reject", reason="spam",
        )  # fmt: skip
    if "{sanction" in path:
        scene["sanction"] = sanctions.give(
            actor=None, user=scene["live"].author, kind="warn", note="No."
        )
    if "{appeal" in path:
        author = scene["refused"].author
        scene["appeal"] = moderation.appeal(actor=author, comment=scene["refused"])
    named = {"{held": "held", "{refused": "refused", "{appeal": "refused"}
    subject = scene[next((row for part, row in named.items() if part in path), "live")]
    user = {
        "nobody": lambda: None,
        "reader": make_user,
        "author": lambda: subject.author,
        "editor": lambda: make_user(role="editor"),
        "admin": lambda: make_user(role="admin"),
    }[caller]()
    if body and "revision" in body:
        body = {**body, "revision": int(body["revision"].format(**scene))}
    status, _answer = Caller(client, user)(method, path.format(**scene), body)
    assert status == expected[CALLERS.index(caller)]


def test_every_operation_is_in_the_table_of_who_may_what():
    documented = {
        (method.upper(), path.removeprefix("/api/v1"))
        for path, item in api.get_openapi_schema()["paths"].items()
        for method in item
    }
    shape = {
        "/articles/{article.slug}": "/articles/{slug}",
        "/comments/{live.pk}": "/comments/{comment_id}",
        "/comments/{held.pk}": "/comments/{comment_id}",
        "/comments/{refused.pk}": "/comments/{comment_id}",
        "/clusters/{held.pk}": "/clusters/{cluster_id}",
        "/rulings/{ruling.pk}": "/rulings/{record_id}",
        "/appeals/{appeal.pk}": "/appeals/{appeal_id}",
        "/people/{live.author_id}": "/people/{person_id}",
        "/sanctions/{sanction.pk}": "/sanctions/{sanction_id}",
    }
    tabled = set()
    for method, path, *_rest in TABLE:
        for ours, theirs in shape.items():
            path = path.replace(ours, theirs)
        tabled.add((method, path))
    assert tabled == documented


@pytest.mark.parametrize(
    ("body", "status", "code"),
    [
        ({}, 422, "invalid"),
        ({"body": None}, 422, "invalid"),
        ({"body": ""}, 422, "empty"),
        ({"body": " \u200b\n"}, 422, "empty"),
        ({"body": "a\x00b"}, 422, "forbidden_characters"),
        ({"body": "a\ud800b"}, 422, "forbidden_characters"),
        ({"body": "x" * 5_001}, 422, "too_long"),
        ({"body": "Yes.", "parent": 10**30}, 422, "invalid"),
        ({"body": "Yes.", "parent": 2**63 - 1}, 422, "parent_not_here"),
        ({"body": "Yes.", "parent": 0}, 422, "invalid"),
        ({"body": "Yes.", "choice": 10**30}, 422, "invalid"),
        ({"body": "Yes.", "choice": 5_000_000}, 422, "bad_choice"),
        ("{", 400, "bad_request"),
        ("[1]", 422, "invalid"),
        (b"\xff\xfe", 400, "bad_request"),
        ("x" * 1_000_001, 413, "too_large"),
        ("[" * 100_000, 400, "bad_request"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_bad_input_gets_a_clear_error_and_stores_nothing(client, scene, body, status, code):
    before = Comment.objects.count()
    got, answer = Caller(client, make_user())(
        "POST", f"/articles/{scene['article'].slug}/comments", body
    )
    assert (got, answer["code"]) == (status, code)
    assert Comment.objects.count() == before


@pytest.mark.parametrize(
    "path",
    [
        "/comments/1" + "0" * 30,
        "/comments/9223372036854775808",
        "/comments/0",
        "/comments/x",
        "/comments/5000000",
        "/articles/nowhere",
        "/articles/a%00b",
        "/articles/nowhere/comments",
        "/no/such/place",
    ],
)
def test_what_is_not_there_is_refused_in_the_one_shape(client, db, path):
    status, _answer = Caller(client)("GET", path)
    assert status in (404, 422)


@pytest.mark.parametrize("query", ["sort=worst", "after=zzz", "parent=1" + "0" * 30, "after=%00"])
def test_bad_cursors_are_refused(client, scene, query):
    status, _answer = Caller(client)("GET", f"/articles/{scene['article'].slug}/comments?{query}")
    assert status == 422


def test_the_same_key_answers_the_same_row(client, scene):
    call, path = Caller(client, make_user()), f"/articles/{scene['article'].slug}/comments"
    first = call("POST", path, {"body": "Once."}, Idempotency_Key="k1")
    again = call("POST", path, {"body": "Once."}, Idempotency_Key="k1")
    other = call("POST", path, {"body": "Twice."}, Idempotency_Key="k1")
    assert (first[0], again[0], other[0]) == (201, 200, 409)
    assert first[1]["id"] == again[1]["id"] and other[1]["code"] == "key_reused"


def test_a_parent_of_another_article_is_refused(client, scene):
    status, answer = Caller(client, make_user())(
        "POST",
        f"/articles/{scene['article'].slug}/comments",
        {"body": "Yes.", "parent": scene["live"].pk},
    )
    assert (status, answer["code"]) == (422, "parent_not_here")


def test_a_banned_reader_is_told_so(client, scene):
    user = make_user()
    call = Caller(client, user)
    user.banned = True
    user.save(update_fields=["banned"])
    path = f"/articles/{scene['article'].slug}/comments"
    status, answer = call("POST", path, {"body": "Yes."})
    assert (status, answer["code"]) == (403, "may_not_post")


def test_too_fast_is_429(client, scene):
    relax(post_limit=1)
    call, path = Caller(client, make_user()), f"/articles/{scene['article'].slug}/comments"
    assert call("POST", path, {"body": "One."})[0] == 201
    assert call("POST", path, {"body": "Two."})[0] == 429


def test_a_session_needs_a_csrf_token_and_a_bearer_does_not(scene):

    user = make_user()
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user, "allauth.account.auth_backends.AuthenticationBackend")
    path = f"/articles/{scene['article'].slug}/comments"
    assert Caller(strict)("POST", path, {"body": "Yes."})[0] == 403
    assert Caller(Client(enforce_csrf_checks=True), user)("POST", path, {"body": "Y."})[0] == 201


def test_paging_over_json_shows_everything_once(client, scene):
    article = scene["article"]
    ids = [make_comment(article=article, body=f"Thought {n}.").pk for n in range(53)]
    call, seen, after = Caller(client), [], ""
    while after is not None:
        _status, page = call("GET", f"/articles/{article.slug}/comments?sort=oldest&after={after}")
        seen += [item["id"] for item in page["items"]]
        after = page["next"]
    assert seen == ids


def test_the_queue_shows_findings_and_a_stale_ruling_is_a_conflict(client, scene):
    editor = Caller(client, make_user(role="editor"))
    relax(shouting_min_letters=5)
    comment = make_comment(status=Status.PENDING, body="THIS IS ALL IN CAPITALS NOW")
    moderation.judge(comment_id=comment.pk)
    _status, page = editor("GET", "/queue")
    item = next(item for item in page["items"] if item["comment"]["id"] == comment.pk)
    assert item["decision"]["findings"][0]["code"] == "shouting"
    ruling = {"revision": comment.latest_id + 1, "outcome": "approve"}
    status, answer = editor("POST", f"/comments/{comment.pk}/rulings", ruling)
    assert (status, answer["code"]) == (409, "changed")


def test_an_author_reads_why_over_json_and_contests_it(client, scene):
    Guideline.objects.create(code="respect", title="Be kind", text="To all of us.")
    Phrase.objects.create(text="casino", effect=Phrase.Effect.REJECT)
    comment = make_comment(status=Status.PENDING, body="The casino pays.")
    moderation.judge(comment_id=comment.pk)
    author = Caller(client, comment.author)
    own = author("GET", f"/comments/{comment.pk}")[1]["own"]
    assert own["status"] == "rejected" and own["decision_url"] == f"/c/{comment.pk}/decision/"
    assert own["notice"]["guideline"] == "respect"
    assert own["notice"]["guideline_title"] == "Be kind"
    assert author("GET", "/me/comments")[1]["items"][0]["decision_url"] == own["decision_url"]
    _status, stated = author("GET", f"/comments/{comment.pk}/decision")
    record = comment.decisions.get()
    assert stated["decision"] == record.pk and stated["outcome"] == "reject"
    assert stated["by_machine"] and stated["stands"] and stated["reason"] == "banned_phrases"
    assert stated["told"] == "It contains words that are not published here."
    assert stated["guideline"] == {"code": "respect", "title": "Be kind", "text": "To all of us."}
    assert stated["text"] == [
        {"text": "The ", "evidence": False},
        {"text": "casino", "evidence": True},
        {"text": " pays.", "evidence": False},
    ]
    until = datetime.fromisoformat(stated["contest_by"])
    assert until - record.at == pytest.approx(timedelta(days=184), abs=timedelta(seconds=1))
    assert stated["url"] == own["decision_url"] and stated["appeal"] is None
    assert author("POST", f"/comments/{comment.pk}/appeals", {"words": "It is a town."})[0] == 201
    _status, stated = author("GET", f"/comments/{comment.pk}/decision")
    assert stated["appeal"]["words"] == "It is a town." and stated["contest_by"] is None


def test_a_held_comment_says_why_over_json_and_has_no_decision_yet(client, scene):
    Guideline.objects.create(code="readability", title="Write to be read", text="In sentences.")
    own = Caller(client, scene["held"].author)("GET", f"/comments/{scene['held'].pk}")[1]["own"]
    assert own["notice"]["guideline_title"] == "Write to be read"
    assert own["notice"]["told"] == "Most of it is in capitals." and own["decision_url"] is None


def test_no_statement_names_an_editor(client, scene):
    editor = make_user(role="editor", display_name="Quilla Quist")
    moderation.rule(
        actor=editor, comment=scene["held"], revision_id=scene["held"].latest_id,
        outcome="reject", reason="off_topic", note="Ask it elsewhere.",
    )  # fmt: skip
    author = Caller(client, scene["held"].author)
    _status, stated = author("GET", f"/comments/{scene['held'].pk}/decision")
    assert not stated["by_machine"] and stated["note"] == "Ask it elsewhere."
    assert "actor" not in stated and "Quilla" not in json.dumps(stated)


def test_the_documentation_page_loads_nothing_from_elsewhere(client, db):
    response = client.get("/api/v1/docs")
    html = response.content.decode()
    assert response.status_code == 200
    assert "http://" not in html and "https://" not in html and "//cdn" not in html
    assert "unsafe" not in response["Content-Security-Policy"]


def test_appeals_come_in_pages_and_one_that_is_settled_meanwhile_loses_none(
    client, monkeypatch, db
):
    monkeypatch.setattr("moderation.queue.cases.PAGE", 2)
    editor, made = make_user(role="editor"), []
    for _number in range(5):
        comment = make_comment(status=Status.HELD)
        moderation.rule(
            actor=editor, comment=comment, revision_id=comment.latest_id,
            outcome="reject", reason="off_topic",
        )  # fmt: skip
        comment.refresh_from_db()
        made.append(moderation.appeal(actor=comment.author, comment=comment, words="Why?"))
    caller = Caller(client, make_user(role="editor"))
    _status, first = caller("GET", "/appeals")
    assert [each["id"] for each in first["items"]] == [each.pk for each in made[:2]]
    assert (first["waiting"], first["next"]) == (5, str(made[1].pk))
    ruling = {"outcome": "upheld"}
    assert caller("POST", f"/appeals/{made[1].pk}/ruling", ruling)[0] == 201
    _status, second = caller("GET", f"/appeals?after={first['next']}")
    assert [each["id"] for each in second["items"]] == [each.pk for each in made[2:4]]
    _status, last = caller("GET", f"/appeals?after={second['next']}")
    assert [each["id"] for each in last["items"]] == [made[4].pk]
    assert last["next"] is None and last["waiting"] == 4
