from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from accounts.errors import Conflict, Forbidden
from articles import house, operations, tasks
from articles.models import (
    Article,
    Guideline,
    HousePage,
    Section,
    Tag,
)
from record.models import Entry
from tests.factories import make_article, make_comment, make_user
from tests.refusals import refusal

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make_user(role="editor")


@pytest.fixture
def section():
    return Section.objects.create(name="Labour", slug="labour")


@pytest.fixture
def draft(editor, section):
    article = Article(title="A quiet room", body="Some *words*.", section=section)
    return operations.save_article(actor=editor, article=article)


def asked(draft, editor, **more):
    return operations.set_call_to_action(
        actor=editor, article=draft, question="What do you make of it?", **more
    )


# --- publishing ------------------------------------------------------------------------------


def test_nothing_is_published_without_a_call_to_action(draft, editor):
    for at in (None, timezone.now() + timedelta(days=1)):
        with refusal("no_call_to_action"):
            operations.publish(actor=editor, article=draft, at=at)
    assert Article.objects.get().status == "draft"


def test_publishing_shows_an_article_now(client, draft, editor):
    asked(draft, editor)
    assert client.get(draft.get_absolute_url()).status_code == 404
    operations.publish(actor=editor, article=draft)
    assert client.get(draft.get_absolute_url()).status_code == 200
    assert draft.title in client.get("/").content.decode()


def test_a_scheduled_article_appears_when_its_hour_comes_without_any_task(client, draft, editor):
    asked(draft, editor)
    operations.publish(actor=editor, article=draft, at=timezone.now() + timedelta(hours=1))
    assert client.get(draft.get_absolute_url()).status_code == 404
    assert draft.title not in client.get("/").content.decode()
    Article.objects.update(published_at=timezone.now() - timedelta(seconds=1))
    assert client.get(draft.get_absolute_url()).status_code == 200
    assert draft.title in client.get("/").content.decode()


def test_a_time_that_has_passed_is_refused(draft, editor):
    asked(draft, editor)
    with refusal("in_the_past"):
        operations.publish(actor=editor, article=draft, at=datetime(2020, 1, 1, tzinfo=UTC))


def test_what_is_live_is_not_published_twice(editor):
    with refusal("already_live"):
        operations.publish(actor=editor, article=make_article())


def test_the_task_marks_what_is_due_once_and_logs_it(draft, editor):
    asked(draft, editor)
    operations.publish(actor=editor, article=draft, at=timezone.now() + timedelta(hours=1))
    assert operations.publish_due() == 0
    later = timezone.now() + timedelta(hours=2)
    assert operations.publish_due(now=later) == 1
    assert operations.publish_due(now=later) == 0
    assert Article.objects.get().status == "published"
    last = Entry.objects.about(draft).first()
    assert (last.verb, last.actor_id) == ("publish", None)


def test_the_task_closes_what_is_due_once_and_logs_it(draft, editor):
    closes_at = timezone.now() + timedelta(hours=1)
    question = asked(draft, editor, closes_at=closes_at)
    assert operations.close_due() == 0
    assert operations.close_due(now=closes_at) == 1
    assert operations.close_due(now=closes_at) == 0
    question.refresh_from_db()
    assert question.state == "closed"
    assert Entry.objects.about(question).first().verb == "close_discussion"


def test_the_tasks_bear_the_names_that_the_clock_calls(settings):
    scheduled = {entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values()}
    assert {tasks.publish_due.name, tasks.close_due.name} <= scheduled


def test_an_archived_article_keeps_its_page_and_leaves_the_lists(client, editor):
    article = make_article(title="Old news")
    operations.archive(actor=editor, article=article)
    assert client.get(article.get_absolute_url()).status_code == 200
    assert "Old news" not in client.get("/").content.decode()
    assert "Old news" not in client.get("/feeds/articles.atom").content.decode()


def test_an_archived_article_comes_back_with_the_date_it_had(editor):
    article = make_article()
    operations.archive(actor=editor, article=article)
    assert operations.publish(actor=editor, article=article).published_at == article.published_at


def test_a_draft_cannot_be_archived(draft, editor):
    with refusal("not_live"):
        operations.archive(actor=editor, article=draft)


def test_taken_back_to_draft_an_article_hides_with_its_discussion_and_returns_with_it(
    client, editor
):
    article = make_article()
    comment = make_comment(article=article, body="Worth keeping.")
    operations.unpublish(actor=editor, article=article)
    for path in (article.get_absolute_url(), comment.get_absolute_url()):
        assert client.get(path).status_code == 404
    operations.publish(actor=editor, article=article)
    assert "Worth keeping." in client.get(article.get_absolute_url()).content.decode()


def test_a_draft_can_be_deleted_and_a_published_article_cannot(draft, editor):
    operations.delete_draft(actor=editor, article=draft)
    assert not Article.objects.exists()
    with refusal("not_draft"):
        operations.delete_draft(actor=editor, article=make_article())


def test_a_draft_that_readers_had_answered_stays(editor):
    article = make_article()
    make_comment(article=article)
    operations.unpublish(actor=editor, article=article)
    with refusal("has_answers"):
        operations.delete_draft(actor=editor, article=article)
    assert Article.objects.exists()


def test_a_renewed_share_link_ends_the_old_one(client, draft, editor):
    old = f"/drafts/{draft.share_token}/"
    assert client.get(old).status_code == 200
    renewed = operations.renew_share_link(actor=editor, article=draft)
    assert client.get(old).status_code == 404
    assert client.get(f"/drafts/{renewed.share_token}/").status_code == 200


# --- who may ---------------------------------------------------------------------------------

EDITORS_ALONE = {
    "save_article": lambda actor, article: operations.save_article(actor=actor, article=article),
    "set_call_to_action": lambda actor, article: asked(article, actor),
    "open_discussion": lambda actor, article: operations.open_discussion(
        actor=actor, call_to_action=article.call_to_action
    ),
    "close_discussion": lambda actor, article: operations.close_discussion(
        actor=actor, call_to_action=article.call_to_action
    ),
    "publish": lambda actor, article: operations.publish(actor=actor, article=article),
    "unpublish": lambda actor, article: operations.unpublish(actor=actor, article=article),
    "archive": lambda actor, article: operations.archive(actor=actor, article=article),
    "delete_draft": lambda actor, article: operations.delete_draft(actor=actor, article=article),
    "renew": lambda actor, article: operations.renew_share_link(actor=actor, article=article),
    "save_section": lambda actor, article: house.save_section(actor=actor, section=article.section),
    "delete_section": lambda actor, article: house.delete_section(
        actor=actor, section=article.section
    ),
    "save_tag": lambda actor, article: house.save_tag(actor=actor, tag=Tag(name="x")),
    "delete_tag": lambda actor, article: house.delete_tag(
        actor=actor, tag=Tag.objects.create(name="y", slug="y")
    ),
}


@pytest.mark.parametrize("deed", EDITORS_ALONE)
@pytest.mark.parametrize("who", ["nobody", "reader", "former editor"])
def test_only_editors_write_and_publish(deed, who):
    article = make_article()
    actor = AnonymousUser() if who == "nobody" else make_user(is_active=who == "reader")
    before = Article.objects.values().get()
    with pytest.raises(Forbidden):
        EDITORS_ALONE[deed](actor, article)
    assert Article.objects.values().get() == before
    assert not Entry.objects.exists()


@pytest.mark.parametrize("role", ["reader", "editor"])
def test_only_admins_change_pages_and_guidelines(role):
    actor = make_user(role=role)
    page = HousePage.objects.create(slug="terms", title="Terms", body="x")
    for deed in (
        lambda: house.save_house_page(actor=actor, page=page),
        lambda: house.delete_house_page(actor=actor, page=page),
        lambda: house.save_guideline(
            actor=actor, guideline=Guideline(code="calm", title="Calm", text="Be calm.")
        ),
    ):
        with pytest.raises(PermissionDenied):
            deed()
    assert not Entry.objects.exists()


# --- around the articles ---------------------------------------------------------------------


def test_a_renamed_tag_is_renamed_on_its_articles(client, draft, editor):
    tag = house.save_tag(actor=editor, tag=Tag(name="Data privacy"))
    assert tag.slug == "data-privacy"
    operations.save_article(actor=editor, article=draft, tags=[tag])
    tag.name = "Privacy"
    house.save_tag(actor=editor, tag=tag)
    draft.refresh_from_db()
    assert draft.tag_list == [["data-privacy", "Privacy"]]
    house.delete_tag(actor=editor, tag=tag)
    draft.refresh_from_db()
    assert draft.tag_list == []


def test_a_section_with_articles_stays(draft, editor, section):
    with pytest.raises(Conflict):
        house.delete_section(actor=editor, section=section)
    house.delete_section(actor=editor, section=Section.objects.create(name="Empty", slug="empty"))
    assert Section.objects.get() == section


def test_a_house_page_is_rendered_when_it_is_saved():
    page = HousePage(slug="about", title="About", body="Hello, [terms](/pages/terms/).")
    house.save_house_page(actor=make_user(role="admin"), page=page)
    assert '<a href="/pages/terms/"' in page.body_html


def test_a_guidelines_code_is_for_good():
    admin = make_user(role="admin")
    guideline = house.save_guideline(
        actor=admin, guideline=Guideline(code="calm", title="Calm", text="Be calm.")
    )
    guideline.code = "quiet"
    with refusal("code_fixed"):
        house.save_guideline(actor=admin, guideline=guideline)
