"""What moderation keeps about a person, for their export."""

from collections.abc import Iterator

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.export import Section, in_chunks
from accounts.models import User
from moderation import reasons
from moderation.models import Appeal, DecisionRecord, LegalNotice, PendingEffect, Report
from moderation.operations.landing import told_of


def sections(user: User) -> Iterator[Section]:
    """Decisions about this person's comments, what they contested, and what they reported."""
    yield Section(
        name="decisions",
        title=_("Decisions on your comments"),
        about=_("Each judgement of each version, by our automatic checks or by an editor."),
        labels={
            "comment": _("Comment"),
            "outcome": _("Outcome"),
            "reason": _("Reason"),
            "by": _("Decided by"),
            "at": _("When"),
            "found": _("What the checks found"),
            "check": _("Check"),
            "asked_for": _("Asked for"),
            "certainty": _("Score, from 0 to 1"),
        },
        lead="outcome",
        rows=in_chunks(
            # What nobody has been told of yet may still be undone.
            DecisionRecord.objects.filter(comment__author=user).exclude(
                pk__in=PendingEffect.objects.waiting().values("pk")
            ),
            _decision,
        ),
    )
    yield Section(
        name="appeals",
        title=_("Decisions you contested"),
        labels={
            "comment": _("Comment"),
            "words": _("Your words"),
            "at": _("When"),
            "decided": _("Decided"),
            "outcome": _("Outcome"),
            "note": _("The editor’s note"),
        },
        lead="comment",
        words=frozenset({"words", "note"}),
        rows=in_chunks(
            Appeal.objects.filter(comment__author=user),
            lambda row: {
                "comment": _address(row.comment_id),
                "at": row.created_at,
                "words": row.words,
                "decided": row.decided_at,
                "outcome": row.get_outcome_display(),
                "note": row.note,
            },
        ),
    )
    yield Section(
        name="reports",
        title=_("What you reported"),
        labels={
            "about": _("About"),
            "reason": _("Reason"),
            "note": _("Your note"),
            "at": _("When"),
            "looked_at": _("Looked at"),
        },
        lead="about",
        words=frozenset({"note"}),
        rows=in_chunks(Report.objects.filter(reporter=user), _report),
    )
    yield Section(
        name="legal_notices",
        title=_("Your notices of illegal content"),
        labels={
            "about": _("About"),
            "why": _("Why"),
            "law": _("Which law"),
            "name": _("Name"),
            "email": _("Email address"),
            "at": _("When"),
            "settled": _("Settled"),
            "outcome": _("Outcome"),
            "answer": _("Our answer"),
        },
        lead="about",
        words=frozenset({"why", "law", "answer"}),
        rows=in_chunks(
            LegalNotice.objects.filter(notifier=user),
            lambda row: {
                "about": _address(row.comment_id),
                "at": row.created_at,
                "why": row.why,
                "law": row.law,
                "name": row.name,
                "email": row.email,
                "settled": row.settled_at,
                "outcome": row.get_outcome_display(),
                "answer": row.answer,
            },
        ),
    )


def _address(comment_id: int) -> str:
    return f"{settings.SITE_URL}/c/{comment_id}/"


def _decision(row: DecisionRecord) -> dict:
    return {
        "comment": _address(row.comment_id),
        "outcome": row.get_outcome_display(),
        "code": row.outcome,
        "version": row.revision_id,
        "reason": told_of(row),
        "reason_code": row.reason,
        # Which editor is theirs to keep; that it was a person is yours to know.
        "by": _("automatic checks") if row.by_machine else _("an editor"),
        "at": row.at,
        "rules": row.policy_id,
        "software": row.software,
        "found": [
            {
                "check": reasons.told(found["code"], labels) or found["code"],
                "code": found["code"],
                "asked_for": DecisionRecord.Outcome(found["outcome"]).label,
                "certainty": found["score"],
                "taken_for": [reasons.told(label) for label in labels],
                "places": found["spans"],
            }
            for found in row.findings
            for labels in ([over["label"] for over in found["detail"].get("labels", ())],)
        ],
    }


def _report(row: Report) -> dict:
    about = (
        _address(row.comment_id)
        if row.comment_id
        else f"{settings.SITE_URL}/people/{row.profile_id}/"
    )
    return {
        "about": about,
        "reason": row.get_reason_display(),
        "at": row.created_at,
        "note": row.note,
        "looked_at": row.settled_at,
    }
