"""The admin: who enters, who sees what, and the policy it alone has."""

import re

import pytest
from django.contrib import admin
from django.urls import get_resolver

from accounts.admin import GovernedAdmin
from articles.models import Article, HousePage, LeadImage, Section, Tag
from record.admin import ReadOnlyAdmin
from tests.admin_pages import path
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
FOR_EDITORS = {Article, LeadImage, Section, Tag}


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    return user


def test_the_admin_has_one_door_which_is_the_houses_own(client):
    first = client.get("/admin/articles/article/")
    assert first["Location"] == "/admin/login/?next=/admin/articles/article/"
    second = client.get(first["Location"])
    assert second["Location"] == "/accounts/login/?next=/admin/articles/article/"
    assert client.post("/admin/login/", {"username": "x", "password": "y"}).status_code == 302


@pytest.mark.parametrize("wanted", ["https://elsewhere.example/", "//elsewhere.example", "/x"])
def test_the_door_leads_nowhere_but_into_the_admin(client, wanted):
    response = client.get("/admin/login/", {"next": wanted})
    assert response["Location"] == "/accounts/login/?next=/admin/"


def test_a_reader_who_is_signed_in_is_told_no_and_not_sent_round_in_circles(client):
    client.force_login(make_user())
    response = client.get("/admin/", follow=True)
    assert response.status_code == 403
    assert len(response.redirect_chain) == 1


def test_staff_without_a_role_stays_outside(client):
    client.force_login(make_user(is_staff=True))
    assert client.get("/admin/", follow=True).status_code == 403


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
@pytest.mark.parametrize("role", ["editor", "admin"])
def test_editors_see_articles_and_admins_see_everything(client, role, model):
    client.force_login(make_user(role=role))
    allowed = role == "admin" or model in FOR_EDITORS
    assert client.get(path(model)).status_code == (200 if allowed else 403)


def test_every_model_of_ours_that_stands_alone_is_in_the_admin():
    apps = {"accounts", "articles", "comments", "moderation", "record"}
    assert {model._meta.app_label for model in MODELS} == apps
    registered = {model._meta.label for model in MODELS}
    assert registered >= {
        "accounts.User",
        "articles.Article",
        "articles.Guideline",
        "comments.Comment",
        "moderation.DecisionRecord",
        "moderation.Policy",
        "moderation.Report",
        "record.Entry",
    }


def test_nothing_that_can_be_written_is_written_by_django():
    for model, model_admin in admin.site._registry.items():
        assert isinstance(model_admin, GovernedAdmin | ReadOnlyAdmin), model
        if isinstance(model_admin, ReadOnlyAdmin):
            continue
        kind, ours = type(model_admin), {"accounts", "articles", "moderation"}
        assert kind.save_model.__module__.split(".")[0] in ours, model
        if "has_delete_permission" not in vars(kind):
            assert kind.delete_model.__module__.split(".")[0] in ours, model


@pytest.mark.parametrize(
    "model",
    [model for model in MODELS if isinstance(admin.site._registry[model], ReadOnlyAdmin)],
    ids=lambda model: model._meta.label,
)
def test_what_is_read_only_takes_no_form(client, head, model):
    make_comment()
    row = model.objects.first()
    assert client.get(path(model, "add")).status_code == 403
    if row is not None:
        assert client.get(path(model, "change", row.pk)).status_code == 200
        assert client.post(path(model, "change", row.pk), {}).status_code == 403
        assert client.post(path(model, "delete", row.pk), {"post": "yes"}).status_code == 403


# --- its own policy -------------------------------------------------------------------------


def test_only_the_admin_may_evaluate_and_style_inline(client, head):
    article = make_article()
    comment = make_comment(article=article)
    HousePage.objects.create(slug="terms", title="Terms", body="x")
    inside = client.get("/admin/articles/article/")["Content-Security-Policy"]
    assert "'unsafe-eval'" in inside
    assert "script-src 'self' 'unsafe-eval';" in inside + ";"
    assert "'unsafe-inline'" not in re.search(r"script-src[^;]*", inside)[0]
    arguments = {
        "slug": [article.slug, "society", "terms"],
        "comment_id": [comment.pk],
        "pk": [head.pk],
        "token": [article.share_token],
        "name": ["0" * 32 + ".webp"],
    }
    tried = 0
    for pattern, kwargs in _routes(get_resolver()):
        if pattern.startswith("admin/"):
            continue
        for value in arguments.get(next(iter(kwargs), ""), [""]):
            address = "/" + re.sub(r"<[^>]+>", str(value), pattern)
            response = client.get(address)
            policy = response.get("Content-Security-Policy", "")
            assert "unsafe-" not in policy, address
            assert "script-src 'nonce-" in policy or "script-src" in policy, address
            tried += 1
    assert tried > 40


def _routes(resolver, before: str = ""):
    for found in resolver.url_patterns:
        raw = str(found.pattern).lstrip("^").rstrip("$")
        raw = re.sub(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)", r"<\1>", raw).replace("\\", "")
        if hasattr(found, "url_patterns"):
            yield from _routes(found, before + raw)
        else:
            yield before + raw, re.findall(r"<(?:\w+:)?(\w+)>", before + raw)
