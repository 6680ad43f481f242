"""The admin: who sees what, that nothing is written around an operation, and its own policy."""

import io
import re
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib import admin
from django.urls import get_resolver, reverse
from django.utils import timezone
from PIL import Image

from accounts.admin import GovernedAdmin
from accounts.models import User
from articles.models import Article, CallToAction, Guideline, HousePage, LeadImage, Section, Tag
from comments.models import Comment
from moderation.models import ArticlePolicy, DecisionRecord, LinkDomain, Phrase, Policy
from record.admin import ReadOnlyAdmin
from record.models import Entry
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db
MODELS = sorted(admin.site._registry, key=lambda model: model._meta.label)
FOR_EDITORS = {Article, LeadImage, Section, Tag}
HOSTILE = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"


@pytest.fixture
def editor(client):
    user = make_user(role="editor")
    client.force_login(user)
    return user


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    return user


def path(model, page: str = "changelist", *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def messages(response) -> str:
    return " ".join(str(message) for message in response.context["messages"])


# --- who enters -----------------------------------------------------------------------------


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
        kind = type(model_admin)
        assert kind.save_model.__module__.split(".")[0] in {"accounts", "articles", "moderation"}
        if "has_delete_permission" not in vars(kind):
            assert kind.delete_model.__module__.split(".")[0] in {"articles", "moderation"}, model


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


# --- writing an article ---------------------------------------------------------------------


def form_of(section: Section, **more) -> dict:
    return {
        "title": "A quiet room",
        "slug": "",
        "standfirst": "",
        "body": "Some *words*.",
        "section": section.pk,
        "canonical_url": "",
        "question": "Who is it for?",
        "kind": "open_question",
        "options": "",
        "closes_at_0": "",
        "closes_at_1": "",
        "is_open": "on",
        "alt": "",
        "credit": "",
        "bylines-TOTAL_FORMS": "0",
        "bylines-INITIAL_FORMS": "0",
        **more,
    }


@pytest.fixture
def section():
    return Section.objects.create(name="Work", slug="work")


def picture() -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", (700, 500), "teal").save(out, "PNG")
    out.seek(0)
    out.name = "../../evil.php"
    return out


def test_an_editor_writes_previews_and_publishes_an_article(client, editor, section, settings):
    first, second, tag = make_user(), make_user(), Tag.objects.create(name="Desk", slug="desk")
    response = client.post(
        path(Article, "add"),
        form_of(
            section,
            tags=[tag.pk],
            **{
                "bylines-TOTAL_FORMS": "2",
                "bylines-0-author": first.pk,
                "bylines-0-position": "1",
                "bylines-1-author": second.pk,
                "bylines-1-position": "0",
            },
        ),
    )
    article = Article.objects.get()
    assert response["Location"] == path(Article, "publishing", article.pk)
    assert (article.slug, article.status) == ("a-quiet-room", "draft")
    assert article.body_html == "<p>Some <em>words</em>.</p>"
    assert article.tag_list == [["desk", "Desk"]]
    assert [byline.author for byline in article.bylines.all()] == [second, first]
    assert article.call_to_action.question == "Who is it for?"
    assert article.revisions.count() == 1

    publishing = client.get(response["Location"]).content.decode()
    assert f"{settings.SITE_URL}/drafts/{article.share_token}/" in publishing
    preview = client.get(path(Article, "preview", article.pk), follow=True).content.decode()
    assert "A quiet room" in preview

    client.post(response["Location"], {"publish": ""})
    article.refresh_from_db()
    assert article.status == "published"
    verbs = list(Entry.objects.values_list("verb", flat=True))
    assert verbs == ["publish", "set_call_to_action", "save_article"]


def test_a_schedule_is_entered_by_the_publishers_clock_and_kept_in_utc(
    client, editor, section, settings
):
    settings.PUBLISHER_TIME_ZONE = "America/Santiago"
    editor.time_zone = "Asia/Tokyo"
    editor.save()
    article = make_article(status="draft")
    client.post(
        path(Article, "publishing", article.pk),
        {"schedule": "", "at_0": "2031-07-14", "at_1": "06:30:00"},
    )
    article.refresh_from_db()
    assert article.status == "scheduled"
    assert article.published_at == datetime(2031, 7, 14, 10, 30, tzinfo=UTC)
    shown = client.get(path(Article, "publishing", article.pk)).content.decode()
    assert "July 14, 2031, 6:30 a.m." in shown
    assert "America/Santiago" in shown


@pytest.mark.parametrize(
    ("date", "time"), [("", ""), ("2020-01-01", "10:00"), ("tomorrow", "noon"), ("9999-12-31", "x")]
)
def test_a_schedule_that_makes_no_sense_is_refused(client, editor, date, time):
    article = make_article(status="draft")
    client.post(
        path(Article, "publishing", article.pk), {"schedule": "", "at_0": date, "at_1": time}
    )
    article.refresh_from_db()
    assert article.status == "draft"


def test_reading_the_publishing_page_changes_nothing(client, editor):
    article = make_article(status="draft")
    before = Article.objects.values().get()
    for word in ("publish", "archive", "unpublish", "renew"):
        client.get(path(Article, "publishing", article.pk), {word: ""})
    assert Article.objects.values().get() == before


def test_a_form_from_elsewhere_publishes_nothing(editor):
    from django.test import Client  # noqa: PLC0415 - the one test that wants its checks

    strict = Client(enforce_csrf_checks=True)
    strict.force_login(editor)
    article = make_article(status="draft")
    assert strict.post(path(Article, "publishing", article.pk), {"publish": ""}).status_code == 403
    article.refresh_from_db()
    assert article.status == "draft"


def test_an_article_without_a_question_is_not_published_and_the_page_says_why(
    client, editor, section
):
    client.post(path(Article, "add"), form_of(section, question=""))
    article = Article.objects.get()
    response = client.post(path(Article, "publishing", article.pk), {"publish": ""}, follow=True)
    assert "call to action" in messages(response)
    article.refresh_from_db()
    assert article.status == "draft"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"title": ""}, "title"),
        ({"title": "x" * 161}, "title"),
        ({"slug": "not a slug"}, "slug"),
        ({"section": "10" * 15}, "section"),
        ({"section": ""}, "section"),
        ({"kind": "choice", "options": "Only one"}, "options"),
        ({"kind": "choice", "options": "\n".join("abcdefghijklmn")}, "options"),
        ({"kind": "choice", "options": "a\n" + "b" * 121}, "options"),
        ({"kind": "unheard of"}, "kind"),
        ({"question": "?" * 301}, "question"),
        ({"closes_at_0": "x"}, "closes_at"),
        ({"canonical_url": "javascript:alert(1)"}, "canonical_url"),
        ({"picture": io.BytesIO(b"GIF89a")}, "picture"),
    ],
)
def test_what_cannot_be_stored_is_said_beside_its_field_and_nothing_is_stored(
    client, editor, section, more, field
):
    response = client.post(path(Article, "add"), form_of(section) | more)
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors
    assert not Article.objects.exists()
    assert not CallToAction.objects.exists()


def test_a_picture_needs_alternative_text_and_loses_its_name(
    client, editor, section, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    refused = client.post(path(Article, "add"), form_of(section, picture=picture()))
    assert "alt" in refused.context["adminform"].form.errors
    client.post(path(Article, "add"), form_of(section, picture=picture(), alt="A teal field"))
    image = Article.objects.get().lead_image
    assert image.alt == "A teal field"
    assert re.fullmatch(r"lead/[0-9a-f]{32}\.jpg", image.file.name)
    files = {
        file.relative_to(tmp_path).as_posix() for file in tmp_path.rglob("*") if file.is_file()
    }
    assert files == {image.file.name, *image.sizes.values()}


def test_an_answered_option_stays_and_the_form_says_so(client, editor):
    article = make_article(kind="choice", options=("Yes", "No", "Perhaps"))
    make_comment(article=article, choice=article.call_to_action.options.get(text="Yes"))
    response = client.post(
        path(Article, "change", article.pk),
        form_of(article.section, title=article.title, kind="choice", options="No\nPerhaps"),
    )
    assert "options" in response.context["adminform"].form.errors
    assert article.call_to_action.options.count() == 3


def test_closing_a_discussion_is_a_switch_on_the_form(client, editor):
    article = make_article(question="Who is it for?")
    wanted = form_of(article.section, title=article.title, slug=article.slug)
    del wanted["is_open"]
    client.post(path(Article, "change", article.pk), wanted)
    assert not CallToAction.objects.get().is_open()
    assert Entry.objects.filter(verb="close_discussion").exists()


def test_two_editors_at_once_meet_a_refusal_and_no_broken_page(client, editor, section):
    make_article(slug="taken")
    article = make_article()
    wanted = form_of(section, title=article.title, slug="taken")
    response = client.post(path(Article, "change", article.pk), wanted)
    assert response.status_code == 200
    article.refresh_from_db()
    assert article.slug != "taken"


def test_articles_are_published_and_archived_from_the_list_each_with_its_own_answer(client, editor):
    ready, unready = make_article(status="draft"), make_article(status="draft")
    CallToAction.objects.filter(article=unready).delete()
    response = client.post(
        path(Article),
        {"action": "publish_now", "_selected_action": [ready.pk, unready.pk]},
        follow=True,
    )
    assert {article.pk: article.status for article in Article.objects.all()} == {
        ready.pk: "published",
        unready.pk: "draft",
    }
    assert "Done: 1." in messages(response)
    assert str(unready) in messages(response)
    client.post(path(Article), {"action": "archive", "_selected_action": [ready.pk]})
    assert Article.objects.get(pk=ready.pk).status == "archived"


def test_a_draft_is_deleted_on_its_page_and_a_published_article_is_not(client, editor):
    draft, live = make_article(status="draft"), make_article()
    client.post(path(Article, "delete", draft.pk), {"post": "yes"})
    assert client.post(path(Article, "delete", live.pk), {"post": "yes"}).status_code == 403
    assert Article.objects.get() == live
    assert "delete_selected" not in client.get(path(Article)).content.decode()


def test_revisions_show_what_changed_as_words(client, editor, section):
    client.post(path(Article, "add"), form_of(section, body="First line."))
    article = Article.objects.get()
    changed = form_of(section, body=HOSTILE, slug=article.slug)
    client.post(path(Article, "change", article.pk), changed)
    text = client.get(path(Article, "revisions", article.pk)).content.decode()
    assert "− First line." in text
    assert "+ &lt;script&gt;alert(1)" in text
    assert "<script>alert(1)" not in text
    assert str(editor) in text


def test_a_page_of_an_article_that_does_not_exist_is_not_found(client, editor):
    for page in ("publishing", "preview", "revisions"):
        for number in (999, 10**30, "x"):
            assert client.get(path(Article, page, number)).status_code == 404


def test_editors_find_authors_by_name_and_learn_no_address(client, editor):
    found = make_user(display_name="Wren Ashby")
    base = {"app_label": "articles", "model_name": "byline", "field_name": "author"}
    address = reverse("admin:autocomplete")
    by_name = client.get(address, {**base, "term": "Wren"}).json()["results"]
    assert by_name == [{"id": str(found.pk), "text": "Wren Ashby"}]
    assert client.get(address, {**base, "term": found.email}).json()["results"] == []


def test_sections_and_tags_are_kept_by_their_operations(client, editor):
    client.post(
        path(Section, "add"), {"name": "Work", "slug": "work", "description": "", "position": "1"}
    )
    client.post(path(Tag, "add"), {"name": "Desk", "slug": "desk"})
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert verbs == {"save_section", "save_tag"}
    article = make_article()
    section = article.section
    response = client.post(path(Section, "delete", section.pk), {"post": "yes"}, follow=True)
    assert response.status_code == 200
    assert Section.objects.filter(pk=section.pk).exists()


# --- discussion -----------------------------------------------------------------------------


def rule(client, action: str, *comments: Comment, **more):
    page = client.get(path(Comment)).content.decode()
    seen_at = re.search(r'name="seen_at" value="([^"]+)"', page)[1]
    return client.post(
        path(Comment),
        {
            "action": action,
            "_selected_action": [comment.pk for comment in comments],
            "seen_at": seen_at,
            **more,
        },
        follow=True,
    )


def test_an_admin_approves_and_rejects_through_the_one_path_of_every_ruling(client, head):
    good, bad = (make_comment(status="held") for _number in range(2))
    rule(client, "approve", good)
    rule(client, "reject", bad, reason="spam")
    good.refresh_from_db()
    bad.refresh_from_db()
    assert (good.status, bad.status) == ("approved", "rejected")
    records = {record.comment_id: record for record in DecisionRecord.objects.all()}
    assert records[good.pk].actor == records[bad.pk].actor == head
    assert records[bad.pk].reason == "spam"


@pytest.mark.parametrize("reason", ["", "shouting", "x"])
def test_rejecting_needs_a_reason(client, head, reason):
    comment = make_comment(status="held")
    response = rule(client, "reject", comment, reason=reason)
    assert response.status_code == 200
    comment.refresh_from_db()
    assert comment.status == "held"


def test_a_text_that_changed_after_the_list_was_shown_is_not_ruled_on(client, head):
    comment = make_comment(status="held")
    early = (timezone.now() - timedelta(hours=1)).isoformat()
    response = rule(client, "approve", comment, seen_at=early)
    assert "changed" in messages(response)
    for nonsense in ("", "x", "2026-01-01T00:00:00", "9" * 50):
        rule(client, "approve", comment, seen_at=nonsense)
    comment.refresh_from_db()
    assert comment.status == "held"


def test_nobody_approves_from_the_list_without_being_an_admin(client, editor):
    comment = make_comment(status="held")
    response = client.post(path(Comment), {"action": "approve", "_selected_action": [comment.pk]})
    assert response.status_code == 403
    comment.refresh_from_db()
    assert comment.status == "held"


def test_a_hostile_comment_is_shown_as_the_text_it_is(client, head):
    comment = make_comment(body=HOSTILE, author=make_user(display_name="<b>Bold</b>"))
    for address in (path(Comment), path(Comment, "change", comment.pk)):
        text = client.get(address, {"q": "alert"} if address.endswith("comment/") else {})
        assert "<script>alert(1)" not in text.content.decode()
        assert "<img src=x" not in text.content.decode()
        assert "<b>Bold" not in text.content.decode()
        assert "&lt;script&gt;alert(1)" in text.content.decode()


@pytest.mark.parametrize(
    "model", [Article, Comment, User, Policy], ids=lambda model: model._meta.label
)
def test_a_list_costs_the_same_queries_for_few_rows_and_for_many(
    client, head, model, django_assert_max_num_queries, django_assert_num_queries
):
    def fill(count: int) -> None:
        for _number in range(count):
            make_comment()
            Policy.objects.create()

    fill(2)
    with django_assert_max_num_queries(20) as few:
        client.get(path(model))
    fill(10)
    with django_assert_num_queries(len(few)):
        client.get(path(model))


def test_a_changed_policy_is_a_new_one(client, head):
    form = client.get(path(Policy, "add")).context["adminform"].form
    wanted = {name: field for name, field in form.initial.items() if field is not False}
    client.post(path(Policy, "add"), {**wanted, "links_allowed": "7"})
    old, new = Policy.objects.order_by("pk")
    assert (old.links_allowed, new.links_allowed, new.created_by) == (2, 7, head)
    assert client.post(path(Policy, "change", old.pk), wanted).status_code == 403
    assert Entry.objects.filter(verb="change_policy", actor=head).exists()


@pytest.mark.parametrize(
    ("field", "value"), [("max_length", "10" * 15), ("near_repeat_similarity", "nan")]
)
def test_a_policy_out_of_bounds_is_refused(client, head, field, value):
    form = client.get(path(Policy, "add")).context["adminform"].form
    response = client.post(path(Policy, "add"), {**form.initial, field: value})
    assert response.status_code == 200
    assert field in response.context["adminform"].form.errors


def test_lists_are_changed_by_their_operation_and_logged(client, head):
    article = make_article()
    client.post(path(Phrase, "add"), {"text": "cheap tonic", "effect": "hold", "note": ""})
    client.post(path(LinkDomain, "add"), {"domain": "spam.example", "effect": "block"})
    client.post(path(ArticlePolicy, "add"), {"article": article.pk, "premoderated": "on"})
    client.post(path(Phrase, "delete", Phrase.objects.get().pk), {"post": "yes"})
    client.post(
        path(LinkDomain),
        {"action": "delete_selected", "_selected_action": [LinkDomain.objects.get().pk], "post": 1},
    )
    assert ArticlePolicy.objects.get().premoderated
    assert not Phrase.objects.exists()
    assert not LinkDomain.objects.exists()
    verbs = sorted(Entry.objects.values_list("verb", flat=True))
    assert verbs == ["delete_rule"] * 2 + ["save_rule"] * 3


# --- people and the house -------------------------------------------------------------------


def standing(**more) -> dict:
    return {"role": "reader", "suspended_to_0": "", "suspended_to_1": "", **more}


def test_role_and_standing_are_changed_by_their_operations(client, head):
    user = make_user()
    wanted = standing(role="editor", is_restricted="on", suspended_to_0="2031-01-01")
    client.post(path(User, "change", user.pk), {**wanted, "suspended_to_1": "00:00"})
    user = User.objects.get(pk=user.pk)
    assert user.is_editor
    assert user.restricted
    assert user.suspended_until == datetime(2031, 1, 1, tzinfo=UTC)
    verbs = set(Entry.objects.about(user).values_list("verb", flat=True))
    assert verbs == {"set_role", "set_standing"}


def test_nobody_changes_their_own_role_and_the_page_says_so(client, head):
    response = client.post(path(User, "change", head.pk), standing(), follow=True)
    assert "own account" in messages(response)
    assert User.objects.get(pk=head.pk).is_admin


def test_no_page_about_people_shows_a_password_or_a_tokens_digest(client, head):
    user = make_user()
    token = user.tokens.create(name="mine", digest="d" * 64)
    pages = [path(User), path(User, "change", user.pk), path(type(token))]
    for address in [*pages, path(type(token), "change", token.pk)]:
        text = client.get(address).content.decode()
        assert user.password not in text
        assert "d" * 64 not in text


def test_a_person_is_found_by_name_and_by_address(client, head):
    user = make_user(display_name="Wren Ashby")
    for term in ("wren", user.email):
        assert "Wren Ashby" in client.get(path(User), {"q": term}).content.decode()


def test_accounts_are_neither_made_nor_deleted_here(client, head):
    user = make_user()
    assert client.get(path(User, "add")).status_code == 403
    assert client.post(path(User, "delete", user.pk), {"post": "yes"}).status_code == 403


def test_pages_and_guidelines_are_kept_by_their_operations(client, head):
    client.post(
        path(HousePage, "add"),
        {"title": "Terms", "slug": "terms", "body": "*So*", "position": "1"},
    )
    assert HousePage.objects.get().body_html == "<p><em>So</em></p>"
    client.post(
        path(Guideline, "add"),
        {"code": "calm", "title": "Calm", "text": "Be calm.", "position": "1"},
    )
    guideline = Guideline.objects.get()
    client.post(
        path(Guideline, "change", guideline.pk),
        {"code": "other", "title": "Calmer", "text": "Be calmer.", "position": "1"},
    )
    guideline.refresh_from_db()
    assert (guideline.code, guideline.title) == ("calm", "Calmer")


def test_the_log_reads_well_when_its_people_are_gone(client, head):
    Entry.objects.create(actor_id=987_654, verb="publish", subject="articles.article", subject_id=1)
    assert "account 987654" in client.get(path(Entry)).content.decode()
