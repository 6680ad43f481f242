"""What is not a page of a selection: the queue of the API, raids, legal notices, appeals."""

from dataclasses import dataclass

from django.db.models import Q

from accounts.errors import Forbidden
from accounts.models import User
from comments.models import Comment
from moderation.models import Appeal, LegalNotice
from moderation.operations.appeals import refusals_to_rule
from moderation.operations.raids import cluster_of
from moderation.queue.context import CONTEXT, Item, in_context
from moderation.queue.counting import EXACT
from moderation.queue.pages import PAGE, check_reader


@dataclass(frozen=True, slots=True)
class Listing:
    """Items with how many there are, more than EXACT counted as EXACT + 1, and the number of the
    last one shown when more follow."""

    items: list[Item]
    total: int
    next_id: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """A contested decision before an editor. refusal: why this editor does not rule on it."""

    appeal: Appeal
    item: Item
    refusal: Forbidden | None


@dataclass(frozen=True, slots=True)
class Cases:
    """As a Listing, of contested decisions."""

    cases: list[Case]
    total: int
    next_id: int | None


def waiting(
    *, reader: User, after: int | None = None, cluster: int | None = None, size: int = PAGE
) -> Listing:
    """Held comments in the order they were held; after: the id of the last one seen; cluster: of
    this raid alone."""
    check_reader(reader)
    rows = Comment.objects.waiting()
    if cluster is not None:
        rows = rows.filter(sketch__cluster=cluster_of(cluster))
    total = rows[: EXACT + 1].count()
    if after:
        last = Comment.objects.filter(pk=after).values_list("decided_at", flat=True).first()
        if last is not None:
            rows = rows.filter(Q(decided_at__gt=last) | Q(decided_at=last, pk__gt=after))
    shown = list(rows.select_related(*CONTEXT)[: size + 1])
    return Listing(
        in_context(shown[:size]), total, shown[size - 1].pk if len(shown) > size else None
    )


def decided_of_cluster(*, reader: User, cluster: int) -> list[Comment]:
    """The newest comments of a raid that do not wait: live, rejected, or taken back."""
    check_reader(reader)
    rows = Comment.objects.filter(sketch__cluster=cluster).exclude(
        pk__in=Comment.objects.waiting().values("pk")
    )
    return list(rows.select_related("author").order_by("-pk")[:PAGE])


def legal_notices(*, reader: User) -> list[tuple[LegalNotice, Item]]:
    """Open notices that a comment is illegal, oldest first, with what they are about."""
    check_reader(reader)
    rows = LegalNotice.objects.filter(settled_at__isnull=True).select_related(
        *(f"comment__{name}" for name in CONTEXT)
    )
    shown = list(rows.order_by("created_at", "pk")[:PAGE])
    return list(zip(shown, in_context([notice.comment for notice in shown]), strict=True))


def appeals(*, reader: User, after: int | None = None) -> Cases:
    """Open appeals, oldest first, each with the contested decision and who made it; after: the
    number of the last one seen, which may have been ruled on since."""
    check_reader(reader)
    rows = Appeal.objects.open()
    total = rows[: EXACT + 1].count()
    if after:
        last = Appeal.objects.filter(pk=after).values_list("created_at", flat=True).first()
        if last is not None:
            rows = rows.filter(Q(created_at__gt=last) | Q(created_at=last, pk__gt=after))
    found = list(
        rows.select_related(
            "contested", "decision__revision", *(f"comment__{name}" for name in CONTEXT)
        ).order_by("created_at", "pk")[: PAGE + 1]
    )
    shown = found[:PAGE]
    items = in_context([appeal.comment for appeal in shown])
    refusals = refusals_to_rule(actor=reader, appeals=shown)
    return Cases(
        [
            Case(appeal, item, refusals.get(appeal.pk))
            for appeal, item in zip(shown, items, strict=True)
        ],
        total,
        shown[-1].pk if len(found) > PAGE else None,
    )
