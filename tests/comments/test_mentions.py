"""Calling somebody by name."""

import pytest

from accounts.models import Ignored, User
from comments import mentions, operations
from comments.models import Comment, Notification
from markup import render_comment
from tests.factories import make_article, make_comment, make_user

pytestmark = pytest.mark.django_db
Kind = Notification.Kind


def told(user: User) -> list[str]:
    return list(user.notifications.order_by("pk").values_list("kind", flat=True))


def taking_part(article, name: str) -> User:
    return make_comment(article=article, author=make_user(display_name=name)).author


@pytest.mark.parametrize(
    "body",
    [
        "@Corwin Thrale is right.",
        "I think, @corwin thrale, that it is so.",
        "(@Corwin Thrale)",
        "@C0rwin Thra1e said it",
        "@Соrwin Thrale in letters that only look so",
        "@Cor\u200bwin Thrale with something unseen",
        "**@Corwin Thrale**’s point",
        "\uff20Corwin Thrale",
    ],
)
def test_a_name_after_the_sign_tells_its_bearer(body):
    article = make_article()
    corwin = taking_part(article, "Corwin Thrale")
    make_comment(article=article, body=body)
    assert told(corwin) == [Kind.MENTION]


@pytest.mark.parametrize(
    "body",
    [
        "Corwin Thrale is right.",
        "@Corwin is right.",
        "@Corwin Thrales are many.",
        "Write to me@Corwin Thrale",
        "> @Corwin Thrale said so\n\nNo.",
        "`@Corwin Thrale`",
        "@ Corwin Thrale",
    ],
)
def test_what_does_not_call_a_name_tells_nobody(body):
    article = make_article()
    corwin = taking_part(article, "Corwin Thrale")
    make_comment(article=article, body=body)
    assert told(corwin) == []


def test_the_longest_name_is_meant():
    article = make_article()
    short, long = taking_part(article, "Wren"), taking_part(article, "Wren Ashby")
    make_comment(article=article, body="@Wren Ashby, and nobody else.")
    assert (told(short), told(long)) == ([], [Kind.MENTION])
    make_comment(article=article, body="@Wren and that is all")
    assert told(short) == [Kind.MENTION]


def test_a_name_in_a_script_without_spaces_ends_anywhere():
    article = make_article()
    person = taking_part(article, "李明华")
    make_comment(article=article, body="@李明华你说得对")
    assert told(person) == [Kind.MENTION]


def test_only_who_takes_part_can_be_called():
    article, elsewhere = make_article(), make_article()
    stranger = make_user(display_name="Corwin Thrale")
    other = taking_part(elsewhere, "Maren Holt")
    unseen = make_comment(
        article=article,
        author=make_user(display_name="Ilse Brandt"),
        status=Comment.Status.HELD,
    ).author
    writer = article.bylines.get().author
    make_comment(
        article=article,
        body=f"@Corwin Thrale @Maren Holt @Ilse Brandt @{writer.display_name}",
    )
    assert told(stranger) == told(other) == []
    assert told(unseen) == [Kind.HELD]
    assert told(writer) == [Kind.MENTION]


def test_nobody_is_told_before_it_is_live_and_everybody_once():
    article = make_article()
    corwin = taking_part(article, "Corwin Thrale")
    comment = make_comment(
        article=article, body="@Corwin Thrale, @Corwin Thrale", status=Comment.Status.PENDING
    )
    assert told(corwin) == []
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    assert told(corwin) == [Kind.MENTION]
    comment = operations.edit_comment(
        actor=comment.author, comment=comment, body="@Corwin Thrale, again"
    )
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    assert told(corwin) == [Kind.MENTION]


def test_an_edit_may_call_somebody_more():
    article = make_article()
    corwin = taking_part(article, "Corwin Thrale")
    comment = make_comment(article=article)
    comment = operations.edit_comment(actor=comment.author, comment=comment, body="@Corwin Thrale!")
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    assert told(corwin) == [Kind.MENTION]


def test_a_reply_is_told_once_as_a_reply():
    parent = make_comment(author=make_user(display_name="Corwin Thrale"))
    make_comment(parent=parent, body="@Corwin Thrale, no.")
    assert told(parent.author) == [Kind.REPLY]


def test_nobody_calls_themself():
    article = make_article()
    corwin = taking_part(article, "Corwin Thrale")
    make_comment(article=article, author=corwin, body="As @Corwin Thrale I say")
    assert told(corwin) == []


def test_whoever_ignores_the_author_hears_nothing_of_them():
    article = make_article()
    corwin = taking_part(article, "Corwin Thrale")
    bore = make_user()
    Ignored.objects.create(user=corwin, person=bore)
    make_comment(article=article, author=bore, body="@Corwin Thrale, listen")
    parent = make_comment(article=article, author=corwin)
    make_comment(parent=parent, author=bore)
    assert told(corwin) == []


def test_a_comment_calls_at_most_five_also_with_its_edits():
    article = make_article()
    names = ["Corwin Thrale", "Maren Holt", "Ilse Brandt", "Wren Ashby", "Tomas Vega", "Una Lind"]
    people = [taking_part(article, name) for name in names]
    everybody = " ".join(f"@{name}," for name in names)
    comment = make_comment(article=article, body=everybody)
    assert [told(person) for person in people] == [[Kind.MENTION]] * 5 + [[]]
    comment = operations.edit_comment(actor=comment.author, comment=comment, body="@Una Lind")
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    assert told(people[5]) == []


def test_looking_for_names_costs_a_fixed_number_of_queries(django_assert_num_queries):
    article = make_article()
    for name in ("Corwin Thrale", "Maren Holt"):
        taking_part(article, name)
    none = make_comment(article=article, body="Nobody is called.")
    many = make_comment(article=article, body="@Corwin Thrale @Maren Holt @Nobody @at all")
    with django_assert_num_queries(0):
        assert mentions.mentioned(none) == []
    with django_assert_num_queries(1):
        assert len(mentions.mentioned(many)) == 2


def test_a_text_of_signs_alone_is_looked_at_only_so_far():
    assert len(mentions.keys(render_comment("@x " * 1_500))) <= 20
