from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone

from articles import operations
from articles.models import (
    Article,
    ArticleRevision,
    CallToAction,
    FormerSlug,
    Section,
    Tag,
)
from comments import operations as comments
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


# --- saving ----------------------------------------------------------------------------------


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


# --- addresses -------------------------------------------------------------------------------


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


# --- the call to action ----------------------------------------------------------------------


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
