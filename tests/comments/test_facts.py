"""What a reader's own choices say about a discussion."""

import pytest

from accounts.models import Ignored
from comments.facts import Begun, Facts, facts_about
from comments.models import Draft, Follow, Notification
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db


def test_one_query_tells_everything_a_reader_chose_here(django_assert_num_queries):
    article, reader, bore = make_article(), make_user(), make_user()
    asked, comment = article.call_to_action, make_comment(article=article)
    Ignored.objects.create(user=reader, person=bore)
    answer = Draft.objects.create(user=reader, call_to_action=asked, body="An answer")
    reply = Draft.objects.create(user=reader, call_to_action=asked, body="A reply", parent=comment)
    Follow.objects.create(user=reader, call_to_action=asked)
    Notification.objects.create(user=reader, kind=Notification.Kind.REPLY, comment=comment)
    with django_assert_num_queries(1):
        facts = facts_about(reader, asked)
    assert facts == Facts(
        ignored=frozenset({bore.pk}),
        drafts={
            None: Begun("An answer", answer.updated_at),
            comment.pk: Begun("A reply", reply.updated_at),
        },
        follows=True,
        unread=1,
    )


def test_what_others_chose_and_what_is_elsewhere_does_not_count():
    article, elsewhere, reader, other = make_article(), make_article(), make_user(), make_user()
    Ignored.objects.create(user=other, person=reader)
    Draft.objects.create(user=reader, call_to_action=elsewhere.call_to_action, body="Elsewhere")
    Draft.objects.create(user=other, call_to_action=article.call_to_action, body="Another's")
    Follow.objects.create(user=reader, call_to_action=elsewhere.call_to_action)
    assert facts_about(reader, article.call_to_action) == Facts()
