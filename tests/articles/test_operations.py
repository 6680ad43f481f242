from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied, ValidationError
from django.utils import timezone

from accounts.errors import Conflict, Forbidden
from articles import house, operations, tasks
from articles.models import (
    Article,
    ArticleRevision,
    CallToAction,
    FormerSlug,
    Guideline,
    HousePage,
    Section,
    Tag,
)
from comments import operations as comments
from record.models import Entry
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor():
    return make_user(role="editor")


@pytest.fixture
def section():
    return Section.objects.create(name="Work", slug="work")


@pytest.fixture
def draft(editor, section):
    article = Article(title="A quiet room", body="Some *words*.", section=section)
    return operations.save_article(actor=editor, article=article)


def asked(draft, editor, **more):
    return operations.set_call_to_action(
        actor=editor, article=draft, question="What do you make of it?", **more
    )


def codes(error: ValidationError) -> set[str]:
    """The codes of an error, whether it names fields or not."""
    fields = getattr(error, "error_dict", None)
    errors = sum(fields.values(), []) if fields else error.error_list
    return {found.code for found in errors}


def refusal(code: str):
    return pytest.raises(ValidationError, check=lambda error: code in codes(error))


# --- saving ---------------------------------------------------------------------------------


def test_saving_prepares_what_the_page_shows(editor, section):
    tags = [Tag.objects.create(name=name, slug=name) for name in ("work", "rest")]
    first, second = make_user(), make_user()
    article = Article(title="  Two   words ", body="*Yes*", section=section)
    operations.save_article(actor=editor, article=article, tags=tags, authors=[second, first])
    article.refresh_from_db()
    assert article.title == "Two words"
    assert article.slug == "two-words"
    assert article.body_html == "<p><em>Yes</em></p>"
    assert article.tag_list == [["rest", "rest"], ["work", "work"]]
    assert [byline.author for byline in article.bylines.all()] == [second, first]
    assert Entry.objects.about(article).get().verb == "save_article"


def test_an_article_without_named_authors_is_its_editors(draft, editor):
    assert [byline.author for byline in draft.bylines.all()] == [editor]


@pytest.mark.parametrize(
    "body", ["<script>alert(1)</script>", "[x](javascript:alert(1))", "<img src=x onerror=y>"]
)
def test_hostile_markdown_comes_out_inert(draft, editor, body):
    draft.body = body
    operations.save_article(actor=editor, article=draft)
    assert "<script" not in draft.body_html
    assert "href" not in draft.body_html
    assert "<img" not in draft.body_html


def test_a_revision_is_kept_only_when_the_words_changed(draft, editor):
    assert draft.revisions.count() == 1
    operations.save_article(actor=editor, article=draft)
    assert draft.revisions.count() == 1
    draft.body = "Other words."
    operations.save_article(actor=editor, article=draft)
    newest = draft.revisions.first()
    assert (newest.body, newest.editor) == ("Other words.", editor)
    assert ArticleRevision.objects.filter(article=draft).count() == 2


def test_slugs_made_from_equal_titles_differ(draft, editor, section):
    other = operations.save_article(
        actor=editor, article=Article(title=draft.title, body="x", section=section)
    )
    assert (draft.slug, other.slug) == ("a-quiet-room", "a-quiet-room-2")


def test_a_title_without_latin_letters_still_gets_an_address(editor, section):
    article = Article(title="الغرفة", body="x", section=section)
    assert operations.save_article(actor=editor, article=article).slug == "article"


def test_a_taken_slug_is_refused(draft, editor, section):
    rival = Article(title="Rival", slug=draft.slug, body="x", section=section)
    with refusal("unique"):
        operations.save_article(actor=editor, article=rival)
    assert Article.objects.count() == 1


@pytest.mark.parametrize("field", ["title", "standfirst", "body"])
@pytest.mark.parametrize("text", ["a\0b", "a\ud800b"])
def test_characters_that_no_database_holds_are_refused(draft, editor, field, text):
    setattr(draft, field, text)
    with refusal("forbidden_characters"):
        operations.save_article(actor=editor, article=draft)


@pytest.mark.parametrize("title", ["", "   ", "\u200b", "x" * 161])
def test_a_title_must_be_one(draft, editor, title):
    draft.title = title
    with pytest.raises(ValidationError):
        operations.save_article(actor=editor, article=draft)


def test_a_stale_copy_does_not_take_an_article_back_to_draft(draft, editor):
    asked(draft, editor)
    operations.publish(actor=editor, article=draft)
    assert draft.status == "draft"  # the copy in hand is old
    draft.title = "A louder room"
    operations.save_article(actor=editor, article=draft)
    assert Article.objects.get().status == "published"


# --- addresses ------------------------------------------------------------------------------


def test_the_old_address_of_a_published_article_leads_to_the_new_one(client, editor):
    article = make_article(slug="old")
    article.slug = "new"
    operations.save_article(actor=editor, article=article)
    response = client.get("/articles/old/")
    assert (response.status_code, response["Location"]) == (301, "/articles/new/")


def test_a_drafts_old_address_leads_nowhere(draft, editor):
    draft.slug = "elsewhere"
    operations.save_article(actor=editor, article=draft)
    assert not FormerSlug.objects.exists()


def test_an_old_address_leads_nowhere_while_its_article_is_a_draft(client, editor):
    article = make_article(slug="old")
    article.slug = "new"
    operations.save_article(actor=editor, article=article)
    operations.unpublish(actor=editor, article=article)
    assert client.get("/articles/old/").status_code == 404


def test_an_article_may_take_its_old_address_back(client, editor):
    article = make_article(slug="first")
    for slug in ("second", "first"):
        article.slug = slug
        operations.save_article(actor=editor, article=article)
    assert client.get("/articles/first/").status_code == 200
    assert client.get("/articles/second/")["Location"] == "/articles/first/"
    assert FormerSlug.objects.count() == 1


def test_an_address_in_use_belongs_to_who_uses_it_now(client, editor, section):
    moved = make_article(slug="spring")
    moved.slug = "autumn"
    operations.save_article(actor=editor, article=moved)
    heir = make_article(slug="heir", title="Heir")
    heir.slug = "spring"
    operations.save_article(actor=editor, article=heir)
    response = client.get("/articles/spring/")
    assert response.status_code == 200
    assert "Heir" in response.content.decode()


def test_a_slug_made_from_a_title_avoids_other_articles_old_addresses(editor, section):
    moved = make_article(slug="spring")
    moved.slug = "autumn"
    operations.save_article(actor=editor, article=moved)
    fresh = Article(title="Spring", body="x", section=section)
    assert operations.save_article(actor=editor, article=fresh).slug == "spring-2"


# --- the call to action ---------------------------------------------------------------------


def test_a_choice_offers_at_least_two_options(draft, editor):
    for options in ([], ["Only one"], ["Same", "  Same "]):
        with refusal("few_options"):
            asked(draft, editor, kind="choice", options=options)
    assert not CallToAction.objects.exists()


def test_options_keep_their_order_and_their_rows(draft, editor):
    question = asked(draft, editor, kind="choice", options=["Yes", "No"])
    yes = question.options.get(text="Yes")
    asked(draft, editor, kind="choice", options=["Perhaps", "No", "Yes"])
    assert [option.text for option in question.options.all()] == ["Perhaps", "No", "Yes"]
    assert question.options.get(text="Yes").pk == yes.pk


def test_an_option_that_readers_chose_stays(editor):
    article = make_article(kind="choice", options=("Yes", "No", "Perhaps"))
    yes = article.call_to_action.options.get(text="Yes")
    make_comment(article=article, choice=yes)
    with refusal("option_has_answers"):
        asked(article, editor, kind="choice", options=["No", "Perhaps"])
    with refusal("choice_has_answers"):
        asked(article, editor, kind="open_question")
    question = asked(article, editor, kind="choice", options=["Yes", "No"])
    assert [(option.text, option.live_count) for option in question.options.all()] == [
        ("Yes", 1),
        ("No", 0),
    ]


def test_a_choice_that_nobody_answered_may_become_a_question(draft, editor):
    asked(draft, editor, kind="choice", options=["Yes", "No"])
    question = asked(draft, editor)
    assert (question.kind, question.options.count()) == ("open_question", 0)


@pytest.mark.parametrize("question", ["", "  ", "\u200b", "?" * 301, "a\0b"])
def test_a_question_must_ask_something(draft, editor, question):
    with pytest.raises(ValidationError):
        operations.set_call_to_action(actor=editor, article=draft, question=question)


def test_a_closed_discussion_takes_no_answer_and_an_opened_one_does(editor):
    article = make_article()
    question = operations.close_discussion(actor=editor, call_to_action=article.call_to_action)
    with refusal("closed"):
        comments.post_comment(author=make_user(), call_to_action=question, body="A word.")
    operations.open_discussion(actor=editor, call_to_action=question)
    comments.post_comment(author=make_user(), call_to_action=question, body="A word.")


def test_opening_again_forgets_a_closing_time_that_has_passed(editor):
    article = make_article()
    CallToAction.objects.update(closes_at=timezone.now() - timedelta(minutes=1))
    question = CallToAction.objects.get()
    assert not question.is_open()
    operations.open_discussion(actor=editor, call_to_action=question)
    assert CallToAction.objects.get().is_open()
    assert article.call_to_action.pk == question.pk


# --- publishing -----------------------------------------------------------------------------


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


# --- who may --------------------------------------------------------------------------------

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


# --- around the articles --------------------------------------------------------------------


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
