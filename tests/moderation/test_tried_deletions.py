"""A deletion from the rules is tried like any other change, before it is made."""

import pytest

from moderation import operations
from moderation.models import ArticlePolicy, LinkDomain, Phrase, Trial
from tests.admin_pages import path
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
TONIC = "My grandmother swore by a spoonful of tonic before every long walk."


@pytest.fixture
def head(client):
    user = make_user(role="admin")
    client.force_login(user)
    relax()
    return user


def test_deleting_a_phrase_is_tried_on_the_past_before_it_is_done(client, head):
    operations.save_rules(actor=None, rows=[Phrase(text="tonic", effect="hold")])
    comment = make_comment(body=TONIC, status="pending")
    assert operations.judge(comment_id=comment.pk).outcome == "hold"
    phrase = Phrase.objects.get()
    page = client.get(path(Phrase, "delete", phrase.pk)).content.decode()
    assert 'name="moderation_phrase_try_first"' in page
    answer = client.post(
        path(Phrase, "delete", phrase.pk), {"moderation_phrase_try_first": "1", "post": "yes"}
    )
    trial = Trial.objects.get()
    assert answer.url == path(Trial, "change", trial.pk)
    assert Phrase.objects.get() == phrase
    client.post(answer.url, {"test": "1", "decisions": "10"})
    trial.refresh_from_db()
    assert trial.backtest["moves"] == {"hold>approve": 1}
    assert "tonic" in client.get(answer.url).content.decode()
    client.post(answer.url, {"enable": "1"})
    assert not Phrase.objects.exists()


def test_a_phrase_is_still_deleted_at_once_by_who_is_sure(client, head):
    operations.save_rules(actor=None, rows=[Phrase(text="tonic", effect="hold")])
    client.post(path(Phrase, "delete", Phrase.objects.get().pk), {"post": "yes"})
    assert not Phrase.objects.exists()
    assert not Trial.objects.exists()


def test_several_rows_and_every_kind_of_them_are_tried_as_one_deletion(client, head):
    article = make_article()
    operations.save_rules(
        actor=None,
        rows=[
            LinkDomain(domain="a.example", effect="block"),
            LinkDomain(domain="b.example", effect="allow"),
            ArticlePolicy(article=article, links_allowed=0),
        ],
    )
    chosen = {
        "action": "try_without",
        "_selected_action": [row.pk for row in LinkDomain.objects.all()],
    }
    answer = client.post(path(LinkDomain), chosen)
    trial = Trial.objects.get()
    assert answer.url == path(Trial, "change", trial.pk)
    assert len(trial.change["remove_domains"]) == LinkDomain.objects.count() == 2
    row = ArticlePolicy.objects.get()
    answer = client.post(
        path(ArticlePolicy, "delete", row.pk), {"moderation_articlepolicy_try_first": "1"}
    )
    assert Trial.objects.first().change["articles"] == {str(article.pk): {}}
    assert ArticlePolicy.objects.get() == row


@pytest.mark.parametrize("role", ["editor", "reader"])
def test_nobody_but_an_admin_tries_a_deletion(client, role):
    operations.save_rules(actor=None, rows=[Phrase(text="tonic", effect="hold")])
    phrase = Phrase.objects.get()
    client.force_login(make_user(role=role))
    client.post(path(Phrase, "delete", phrase.pk), {"moderation_phrase_try_first": "1"})
    client.post(path(Phrase), {"action": "try_without", "_selected_action": [phrase.pk]})
    assert not Trial.objects.exists()
