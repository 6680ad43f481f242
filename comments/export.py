"""What comments keeps about a person, for their export."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.export import Section, in_chunks
from accounts.models import User
from comments import ports
from comments.models import Comment, CommentRevision, Draft, Follow, Notification, Reaction

ARTICLE_TEXTS = ("call_to_action__article__body", "call_to_action__article__body_html")


def sections(user: User) -> Iterator[Section]:
    """Comments with everything about them, and what this person began, thought and was told."""
    yield Section(
        name="comments",
        title=_("Comments"),
        about=_("Every comment with every version that is still kept, and where each stands."),
        labels={
            "article": _("Article"),
            "question": _("Question"),
            "address": _("Address"),
            "chosen": _("Option chosen"),
            "state": _("State"),
            "answers": _("In reply to"),
            "written": _("Written"),
            "decided": _("Decided"),
            "live_since": _("Live since"),
            "withdrawn": _("Withdrawn"),
            "taken_down": _("Taken down"),
            "picked": _("Editor’s pick since"),
            "adds_something": _("Readers who said it adds something"),
            "does_not": _("Readers who said it does not"),
            "reason": _("Reason given"),
            "decided_by": _("Decided by"),
            "note": _("The editor’s note"),
            "versions": _("Versions"),
            "text": _("Text"),
            "erased": _("Erased"),
        },
        lead="article",
        words=frozenset({"text", "note"}),
        rows=in_chunks(
            user.comments.select_related("call_to_action__article", "choice")
            .prefetch_related("revisions")
            # Each row has an article of its own, and a chunk of them would weigh megabytes.
            .defer("fragment", *ARTICLE_TEXTS),
            _comment,
        ),
    )
    yield Section(
        name="drafts",
        title=_("Drafts"),
        labels={
            "article": _("Article"),
            "answers": _("In reply to"),
            "changed": _("Changed"),
            "text": _("Text"),
        },
        lead="article",
        words=frozenset({"text"}),
        rows=in_chunks(
            Draft.objects.filter(user=user)
            .select_related("call_to_action__article")
            .defer(*ARTICLE_TEXTS),
            _draft,
        ),
    )
    yield Section(
        name="reactions",
        title=_("Reactions"),
        labels={"about": _("Comment"), "reaction": _("You said"), "at": _("When")},
        lead="about",
        rows=in_chunks(
            Reaction.objects.filter(user=user),
            lambda row: {
                "about": _address(row.comment_id),
                "reaction": row.get_value_display(),
                "value": row.value,
                "at": row.created_at,
            },
        ),
    )
    yield Section(
        name="followed_discussions",
        title=_("Discussions you follow"),
        labels={"article": _("Article"), "since": _("Since")},
        lead="article",
        rows=in_chunks(
            Follow.objects.filter(user=user)
            .select_related("call_to_action__article")
            .defer(*ARTICLE_TEXTS),
            lambda row: {"article": row.call_to_action.article.title, "since": row.created_at},
        ),
    )
    yield Section(
        name="notifications",
        title=_("Notifications"),
        labels={
            "kind": _("Kind"),
            "about": _("Comment"),
            "at": _("When"),
            "mailed": _("Mailed"),
            "read": _("Read"),
        },
        lead="kind",
        rows=in_chunks(
            Notification.objects.filter(user=user),
            lambda row: {
                "kind": row.get_kind_display(),
                "about": _address(row.comment_id),
                "at": row.created_at,
                "mailed": row.mailed_at,
                "read": row.read_at,
            },
        ),
    )


def _address(comment_id: int | None) -> str | None:
    return f"{settings.SITE_URL}/c/{comment_id}/" if comment_id else None


def _state(comment: Comment) -> str:
    return _("Withdrawn") if comment.withdrawn_at else comment.get_status_display()


def _comment(comment: Comment) -> dict:
    notice = comment.notice or {}
    by = {True: _("automatic checks"), False: _("an editor")}
    return {
        "number": comment.pk,
        "article": comment.call_to_action.article.title,
        "question": comment.call_to_action.question,
        "address": _address(comment.pk),
        "chosen": comment.choice.text if comment.choice else None,
        "answers": _address(comment.parent_id),
        "state": _state(comment),
        "status": comment.status,
        "is_live": comment.is_live,
        "written": comment.created_at,
        "decided": comment.decided_at,
        "live_since": comment.live_at,
        "withdrawn": comment.withdrawn_at,
        "taken_down": comment.removed_at,
        "picked": comment.picked_at,
        "adds_something": comment.ups,
        "does_not": comment.downs,
        "reason": ports.reason_told(notice["reason"], notice.get("labels", ())) if notice else None,
        "decided_by": by[notice.get("by_machine", True)] if notice else None,
        "note": notice.get("note"),
        "notice": comment.notice,
        "versions": [_version(comment, row) for row in comment.revisions.all()],
    }


def _version(comment: Comment, row: CommentRevision) -> dict:
    return {
        "number": row.pk,
        "written": row.created_at,
        "shown_to_readers": comment.is_live and row.pk == comment.live_revision_id,
        "erased": row.erased_at,
        "text": row.source,
    }


def _draft(row: Draft) -> dict:
    return {
        "article": row.call_to_action.article.title,
        "answers": _address(row.parent_id),
        "changed": row.updated_at,
        "text": row.body,
    }
