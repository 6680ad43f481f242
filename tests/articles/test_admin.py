"""Editors write and publish in the admin, through the operations."""

import io
import re
from datetime import UTC, datetime

import pytest
from django.urls import reverse
from PIL import Image

from articles.models import Article, CallToAction, Section, Tag
from record.models import Entry
from tests.admin_pages import HOSTILE, messages, path
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(client):
    user = make_user(role="editor")
    client.force_login(user)
    return user


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
    return Section.objects.create(name="Labour", slug="labour")


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
    assert "July 14, 2031, 6:30 AM" in shown
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
        path(Section, "add"),
        {"name": "Labour", "slug": "labour", "description": "", "position": "1"},
    )
    client.post(path(Tag, "add"), {"name": "Desk", "slug": "desk"})
    verbs = set(Entry.objects.values_list("verb", flat=True))
    assert verbs == {"save_section", "save_tag"}
    article = make_article()
    section = article.section
    response = client.post(path(Section, "delete", section.pk), {"post": "yes"}, follow=True)
    assert response.status_code == 200
    assert Section.objects.filter(pk=section.pk).exists()
