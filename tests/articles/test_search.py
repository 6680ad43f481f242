"""Finding articles: what readers may read, the most telling first."""

from datetime import timedelta

import pytest
from django.utils import timezone

from articles import house, operations, search
from articles.models import Article, Section, Tag
from fulltext import parse
from tests.factories import make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(db):
    return make_user(role="editor")


def write(editor, title, *, body="Some words.", standfirst="", question="Why?", tags=()) -> Article:
    section, _made = Section.objects.get_or_create(slug="society", defaults={"name": "Society"})
    article = operations.save_article(
        actor=editor,
        article=Article(title=title, standfirst=standfirst, body=body, section=section),
        tags=tags,
    )
    operations.set_call_to_action(actor=editor, article=article, question=question)
    return article


def found(text: str, page: int = 1) -> list[str]:
    return [article.title for article in search.find(parse(text), page=page).articles]


def test_an_article_is_found_from_its_publication_to_its_recall(editor):
    article = write(editor, "The lighthouse", body="A **keeper** in the dark.")
    assert search.INDEX.is_empty()
    operations.publish(actor=editor, article=article)
    assert found("keeper") == found("lighthou") == ["The lighthouse"]
    article.refresh_from_db()
    operations.archive(actor=editor, article=article)
    assert found("keeper") == ["The lighthouse"]
    operations.unpublish(actor=editor, article=article)
    assert search.INDEX.is_empty() and found("keeper") == []


def test_a_scheduled_article_is_found_when_its_hour_has_come(editor):
    article = write(editor, "The lighthouse")
    hour = timezone.now() + timedelta(hours=1)
    operations.publish(actor=editor, article=article, at=hour)
    assert search.INDEX.is_empty()
    Article.objects.update(published_at=timezone.now() - timedelta(seconds=1))
    operations.publish_due()
    assert found("lighthouse") == ["The lighthouse"]


def test_title_question_standfirst_tags_and_body_are_found_as_they_are_now(editor):
    tag = Tag.objects.create(name="Ferries", slug="ferries")
    article = write(
        editor, "Alpha", standfirst="Bravo", body="Charlie", question="Delta?", tags=[tag]
    )
    operations.publish(actor=editor, article=article)
    for word in ("alpha", "bravo", "charlie", "delta", "ferries"):
        assert found(word) == ["Alpha"], word
    article.refresh_from_db()
    article.body = "Echo"
    operations.save_article(actor=editor, article=article, tags=[tag])
    operations.set_call_to_action(actor=editor, article=article, question="Foxtrot?")
    tag.name = "Golf"
    house.save_tag(actor=editor, tag=tag)
    for word in ("charlie", "delta", "ferries"):
        assert found(word) == [], word
    for word in ("echo", "foxtrot", "golf"):
        assert found(word) == ["Alpha"], word


def test_a_title_says_more_than_a_body(editor):
    for title, body in (
        ("Elsewhere", "Tides, once."),
        ("Tides", "Water that comes and goes."),
        ("Farther off", "Tides, once more."),
    ):
        operations.publish(actor=editor, article=write(editor, title, body=body))
    assert found("tides")[0] == "Tides"
    assert set(found("tides")) == {"Tides", "Elsewhere", "Farther off"}


def test_pages_go_on_and_end(editor, monkeypatch):
    monkeypatch.setattr(search, "PAGE", 2)
    for n in range(5):
        operations.publish(actor=editor, article=write(editor, f"Tide {n}"))
    seen, page = [], 1
    while page:
        result = search.find(parse("tide"), page=page)
        seen += [article.title for article in result.articles]
        page = result.next_page
    assert sorted(seen) == [f"Tide {n}" for n in range(5)]


def test_the_search_page_shows_articles_first_and_links_all_of_them(editor, client):
    for n in range(7):
        article = write(editor, f"Tide <{n}>", standfirst="When the tide turns.")
        operations.publish(actor=editor, article=article)
    html = client.get("/search/?q=tide").content.decode()
    assert html.count('class="hit"') == 5
    assert "<mark>Tide</mark> &lt;6&gt;" in html
    assert 'href="/search/?q=tide&amp;in=articles"' in html
    html = client.get("/search/?q=tide&in=articles").content.decode()
    assert html.count('class="hit"') == 7
    assert f'href="/people/{editor.pk}/"' in html
