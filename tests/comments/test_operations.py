"""What can be done to a comment, and what is refused."""

from datetime import timedelta

import pytest
from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.utils import timezone

from accounts.errors import Conflict, Forbidden, TooMany
from accounts.operations import erase_account
from articles.models import Article, CallToAction
from comments import operations
from comments.fragments import join, refresh_stale
from comments.models import Comment, CommentRevision, Notice
from comments.signals import comment_submitted
from tests.factories import make_article, make_comment, make_user, relax

pytestmark = pytest.mark.django_db
Status = Comment.Status
NOTICE = Notice(reason="shouting", guideline="readability", spans=((0, 3),))


def post(article, author=None, **fields):
    fields.setdefault("body", "A fair point.")
    return operations.post_comment(
        author=author or make_user(), call_to_action=article.call_to_action, **fields
    ).comment


def fresh(comment):
    return Comment.objects.get(pk=comment.pk)


def test_every_comment_is_born_pending_and_seen_by_its_author_alone():
    author, article = make_user(), make_article()
    comment = post(article, author)
    assert comment.status == Status.PENDING
    assert not comment.is_live
    assert comment in Comment.objects.visible_to(author)
    assert comment not in Comment.objects.visible_to(make_user())
    assert not Comment.objects.live().exists()
    assert not Comment.objects.listed().exists()


def test_a_post_is_announced_on_commit_and_not_before(django_capture_on_commit_callbacks):
    heard = []
    listen = lambda comment_id, **_: heard.append(comment_id)  # noqa: E731
    comment_submitted.connect(listen)
    try:
        with django_capture_on_commit_callbacks(execute=True):
            comment = post(make_article())
            assert heard == []
        assert heard == [comment.pk]
    finally:
        comment_submitted.disconnect(listen)


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ("", "empty"),
        (" \n\t ", "empty"),
        ("\u200b\u2060\ufeff", "empty"),
        ("> \n> ", "empty"),
        ("- \n- ", "empty"),
        ("a\x00b", "forbidden_characters"),
        ("a\ud800b", "forbidden_characters"),
        ("x" * 5_001, "too_long"),
    ],
)
def test_a_body_that_cannot_be_is_refused_and_nothing_is_stored(body, code):
    with pytest.raises(ValidationError) as refused:
        post(make_article(), body=body)
    assert refused.value.code == code
    assert not Comment.objects.exists()
    assert not CommentRevision.objects.exists()


def test_length_is_counted_after_normalising():
    body = "\n\n" + "x" * 4_999 + "e\u0301" + "   \n\n"
    assert len(post(make_article(), body=body).latest.source) == 5_000


def test_a_closed_discussion_takes_no_comment():
    article = make_article()
    CallToAction.objects.filter(article=article).update(
        closes_at=timezone.now() - timedelta(seconds=1)
    )
    article.call_to_action.refresh_from_db()
    with pytest.raises(ValidationError) as refused:
        post(article)
    assert refused.value.code == "closed"


@pytest.mark.parametrize("status", [Article.Status.DRAFT, Article.Status.SCHEDULED])
def test_an_article_that_is_not_public_takes_no_comment(status):
    article = make_article(status=status, published_at=timezone.now() + timedelta(hours=1))
    with pytest.raises(ObjectDoesNotExist):
        post(article)


@pytest.mark.parametrize(
    "standing",
    [
        {"banned": True},
        {"suspended_until": timezone.now() + timedelta(hours=1)},
        {"is_active": False},
    ],
)
def test_who_may_not_post_is_refused(standing):
    with pytest.raises(Forbidden) as refused:
        post(make_article(), make_user(**standing))
    assert refused.value.code == "may_not_post"


def test_a_suspension_that_is_over_is_over():
    author = make_user(suspended_until=timezone.now() - timedelta(seconds=1))
    assert post(make_article(), author).pk


def test_only_a_live_comment_of_the_same_discussion_can_be_answered():
    article, elsewhere = make_article(), make_comment()
    author = make_user()
    own_pending = post(article, author)
    for parent in (elsewhere, own_pending):
        with pytest.raises(ValidationError) as refused:
            post(article, author, parent=parent)
        assert refused.value.code == "parent_not_here"


def test_a_reply_knows_its_parent_root_and_depth():
    root = make_comment()
    reply = make_comment(parent=root)
    deeper = make_comment(parent=reply)
    assert (reply.parent_id, reply.root_id, reply.depth) == (root.pk, root.pk, 1)
    assert (deeper.parent_id, deeper.root_id, deeper.depth) == (reply.pk, root.pk, 2)


def test_the_same_key_gives_the_same_comment_and_one_row():
    author, article = make_user(), make_article()
    first = post(article, author, idempotency_key="k")
    again = operations.post_comment(
        author=author,
        call_to_action=article.call_to_action,
        body="A fair point.",
        idempotency_key="k",
    )
    assert again.comment == first and not again.created
    assert Comment.objects.count() == 1


def test_a_key_used_for_other_words_is_a_conflict_and_another_readers_key_is_not():
    author, article = make_user(), make_article()
    post(article, author, idempotency_key="k")
    with pytest.raises(Conflict) as refused:
        post(article, author, idempotency_key="k", body="Something else.")
    assert refused.value.code == "key_reused"
    assert post(article, idempotency_key="k").pk


def test_posting_too_fast_is_refused():
    relax(post_limit=2, post_seconds=60)
    author, article = make_user(), make_article()
    post(article, author, body="One.")
    post(article, author, body="Two.")
    with pytest.raises(TooMany):
        post(article, author, body="Three.")


def test_a_choice_must_be_made_and_be_on_offer():
    article = make_article(kind="choice", options=("Yes", "No"))
    yes = article.call_to_action.options.get(text="Yes")
    foreign = make_article(kind="choice", options=("Else",)).call_to_action.options.get()
    for choice, code in ((None, "choice_missing"), (foreign, "bad_choice")):
        with pytest.raises(ValidationError) as refused:
            post(article, choice=choice)
        assert refused.value.code == code
    comment = make_comment(article=article, choice=yes)
    yes.refresh_from_db()
    assert yes.live_count == 1
    assert make_comment(parent=comment).choice is None


# --- going live, and leaving ------------------------------------------------------------------


def test_approval_prepares_the_fragment_and_moves_every_counter_once():
    article = make_article()
    root = make_comment(article=article, body="**Bold** of you.")
    reply = make_comment(parent=root)
    root, action = fresh(root), CallToAction.objects.get(article=article)
    assert root.listed and root.is_live
    assert "<strong>Bold</strong>" in root.fragment
    assert root.excerpt == "Bold of you."
    assert (root.reply_count, root.thread_count, reply.number) == (1, 1, 1)
    assert action.live_count == 2
    before = action.version
    operations.approve(actor=None, comment=reply, revision_id=reply.latest_id)
    assert fresh(root).reply_count == 1
    assert CallToAction.objects.get(article=article).live_count == 2
    assert CallToAction.objects.get(article=article).version == before + 1


def test_posting_alone_changes_nothing_public():
    article = make_article()
    root = make_comment(article=article)
    version = CallToAction.objects.get(article=article).version
    post(article, parent=root)
    assert CallToAction.objects.get(article=article).version == version
    assert fresh(root).reply_count == 0


def test_a_withdrawn_comment_with_replies_leaves_a_tombstone_without_its_words():
    root = make_comment(body="Words to regret")
    reply = make_comment(parent=root)
    operations.withdraw_comment(actor=root.author, comment=root)
    root = fresh(root)
    assert root.listed and not root.is_live
    assert "regret" not in root.fragment and root.excerpt == ""
    operations.withdraw_comment(actor=reply.author, comment=reply)
    assert not fresh(reply).listed
    assert not fresh(root).listed
    assert root.call_to_action.article.call_to_action.comments.live().count() == 0


def test_tombstones_come_back_when_a_reply_below_them_is_restored():
    root = make_comment()
    middle = make_comment(parent=root)
    leaf = make_comment(parent=middle)
    operations.reject(actor=None, comment=leaf, revision_id=leaf.latest_id, notice=NOTICE)
    operations.withdraw_comment(actor=middle.author, comment=middle)
    operations.withdraw_comment(actor=root.author, comment=root)
    assert not Comment.objects.listed().exists()
    operations.approve(actor=None, comment=leaf, revision_id=leaf.latest_id)
    assert [c.pk for c in Comment.objects.listed()] == [root.pk, middle.pk, leaf.pk]
    assert (fresh(root).thread_count, fresh(root).reply_count) == (2, 1)


def test_withdrawing_twice_changes_nothing_and_only_its_author_may():
    comment = make_comment()
    with pytest.raises(Forbidden):
        operations.withdraw_comment(actor=make_user(role="editor"), comment=comment)
    first = operations.withdraw_comment(actor=comment.author, comment=comment)
    again = operations.withdraw_comment(actor=comment.author, comment=comment)
    assert again.withdrawn_at == first.withdrawn_at
    assert CallToAction.objects.get(pk=comment.call_to_action_id).live_count == 0


def test_a_live_comment_that_is_rejected_comes_down_and_is_marked_removed():
    comment = make_comment(body="Words that were live")
    operations.reject(actor=None, comment=comment, revision_id=comment.latest_id, notice=NOTICE)
    comment = fresh(comment)
    assert comment.removed_at and not comment.is_live and not comment.listed
    assert "were live" not in comment.fragment
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    assert fresh(comment).is_live


# --- edits -------------------------------------------------------------------------------------


def test_an_edit_is_judged_again_and_readers_keep_the_old_words_meanwhile():
    comment = make_comment(body="The old words")
    operations.edit_comment(actor=comment.author, comment=comment, body="The new words")
    comment = fresh(comment)
    assert comment.status == Status.PENDING and comment.is_live
    assert "The old words" in comment.fragment and "new" not in comment.fragment
    operations.approve(actor=None, comment=comment, revision_id=comment.latest_id)
    assert "The new words" in fresh(comment).fragment


def test_an_edit_that_is_rejected_leaves_the_old_words_live():
    comment = make_comment(body="The old words")
    edited = operations.edit_comment(actor=comment.author, comment=comment, body="Bad words")
    operations.reject(actor=None, comment=edited, revision_id=edited.latest_id, notice=NOTICE)
    comment = fresh(comment)
    assert comment.is_live and comment.status == Status.REJECTED
    assert "The old words" in comment.fragment


def test_a_ruling_on_text_that_has_changed_is_refused():
    comment = make_comment(status=Status.HELD)
    seen = comment.latest_id
    operations.edit_comment(actor=comment.author, comment=comment, body="Other words")
    with pytest.raises(Conflict) as refused:
        operations.approve(actor=make_user(role="editor"), comment=comment, revision_id=seen)
    assert refused.value.code == "changed"
    assert not fresh(comment).is_live


def test_the_edit_window_closes():
    relax(edit_minutes=10)
    comment = make_comment()
    Comment.objects.filter(pk=comment.pk).update(created_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(Conflict) as refused:
        operations.edit_comment(actor=comment.author, comment=comment, body="Late")
    assert refused.value.code == "edit_window_over"


def test_nobody_edits_anothers_comment():
    comment = make_comment()
    for stranger in (make_user(), make_user(role="editor"), make_user(role="admin")):
        with pytest.raises(Forbidden):
            operations.edit_comment(actor=stranger, comment=comment, body="Mine now")
    assert comment.revisions.count() == 1


def test_an_edit_to_the_same_words_is_no_edit():
    comment = make_comment(body="Same")
    operations.edit_comment(actor=comment.author, comment=comment, body="Same  ")
    assert fresh(comment).status == Status.APPROVED
    assert comment.revisions.count() == 1


# --- who rules, who reacts ---------------------------------------------------------------------


@pytest.mark.parametrize(("role", "may"), [("reader", False), ("editor", True), ("admin", True)])
def test_only_editors_and_admins_rule(role, may):
    comment = make_comment(status=Status.HELD)
    call = lambda: operations.approve(  # noqa: E731
        actor=make_user(role=role), comment=comment, revision_id=comment.latest_id
    )
    if may:
        call()
    else:
        with pytest.raises(Forbidden):
            call()
    assert fresh(comment).is_live is may


def test_one_reaction_a_reader_and_the_score_follows():
    comment, reader = make_comment(), make_user()
    operations.react(actor=reader, comment=comment, value=1)
    comment = operations.react(actor=reader, comment=fresh(comment), value=1)
    assert (comment.ups, comment.downs) == (1, 0) and comment.score > 0
    comment = operations.react(actor=reader, comment=comment, value=-1)
    assert (comment.ups, comment.downs, comment.score) == (0, 1, 0.0)
    comment = operations.react(actor=reader, comment=comment, value=0)
    assert (comment.ups, comment.downs) == (0, 0)
    assert not comment.reactions.exists()


def test_nobody_reacts_to_their_own_or_to_what_is_not_live():
    comment = make_comment()
    with pytest.raises(Forbidden):
        operations.react(actor=comment.author, comment=comment, value=1)
    with pytest.raises(ObjectDoesNotExist):
        operations.react(actor=make_user(), comment=make_comment(status=Status.HELD), value=1)
    relax(reactions=False)
    with pytest.raises(Forbidden):
        operations.react(actor=make_user(), comment=comment, value=1)


def test_switching_reactions_off_takes_them_from_every_fragment():
    comment = make_comment()
    assert "/react/" in comment.fragment
    relax(reactions=False)
    refresh_stale()
    assert "/react/" not in fresh(comment).fragment


def test_only_words_that_were_edited_are_marked_so():
    comment = make_comment(body="First words")
    edited = operations.edit_comment(actor=comment.author, comment=comment, body="Other words")
    operations.reject(actor=None, comment=edited, revision_id=edited.latest_id, notice=NOTICE)
    operations.rename_author(comment.author)
    refresh_stale()
    assert "%(edited)s" not in fresh(comment).fragment
    operations.approve(actor=None, comment=edited, revision_id=edited.latest_id)
    assert "%(edited)s" in fresh(comment).fragment


def test_a_percent_sign_and_a_placeholder_in_a_text_stay_text():
    comment = make_comment(body="100 % sure of %(ups)s and %s")
    page = Comment.objects.page_of_discussion(comment.call_to_action, sort="newest")
    assert "100 % sure of %(ups)s and %s" in join(page.rows)


def test_an_erased_account_leaves_its_comments_without_its_name(django_capture_on_commit_callbacks):
    author = make_user(display_name="Zephyrine")
    comment = make_comment(author=author, body="Words that stay")
    make_comment(parent=comment)
    assert "Zephyrine" in comment.fragment and author.notifications.exists()
    with django_capture_on_commit_callbacks(execute=True):
        erase_account(actor=author, user=author)
    assert "Zephyrine" not in fresh(comment).fragment, "no sweep has been by"
    assert refresh_stale() == 1
    comment = fresh(comment)
    assert comment.is_live and "Words that stay" in comment.fragment
    assert "Zephyrine" not in comment.fragment
    assert not author.notifications.exists()
