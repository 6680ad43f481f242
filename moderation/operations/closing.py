"""Discussions that close by their age."""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef
from django.utils import timezone

from articles import operations as articles
from articles.models import Article, CallToAction
from moderation import intake
from record.models import Entry

AT_ONCE = 200


def close_old(*, now: datetime | None = None) -> int:
    """Close discussions of articles as old as the policy says, AT_ONCE at most. Returns how many.

    One that somebody has opened again stays open until somebody closes it.
    """
    now = now or timezone.now()
    site = intake.current_policy()
    own = {
        article_id: rules["auto_close_days"]
        for article_id, rules in intake.own_rules(site.pk).items()
        if "auto_close_days" in rules
    }
    due: list[int] = []
    if site.auto_close_days:
        before = now - timedelta(days=site.auto_close_days)
        others = Article.objects.exclude(pk__in=list(own)).filter(published_at__lte=before)
        due += _open(others).values_list("pk", flat=True)[:AT_ONCE]
    for days in sorted(set(own.values()) - {0}):
        named = [article_id for article_id, its_days in own.items() if its_days == days]
        old = Article.objects.filter(pk__in=named, published_at__lte=now - timedelta(days=days))
        due += _open(old).values_list("pk", flat=True)[:AT_ONCE]
    closing = CallToAction.objects.filter(article__in=due[:AT_ONCE], state=CallToAction.State.OPEN)
    count = 0
    for asked in closing:
        articles.close_discussion(actor=None, call_to_action=asked)
        count += 1
    return count


def _open(rows):
    """Of these articles those whose discussion is open, and was never opened again."""
    opened = Entry.objects.filter(
        subject=CallToAction._meta.label_lower,
        subject_id=OuterRef("call_to_action__pk"),
        verb="open_discussion",
    )
    return rows.filter(call_to_action__state=CallToAction.State.OPEN).exclude(Exists(opened))
