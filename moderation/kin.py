"""Which other comments may be near-copies of one, or link where it links: the facts of a raid."""

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.db.models import Count, Q

from comments.models import Comment, CommentRevision
from moderation import models
from moderation.pipeline.links import canonical_host, find_links, is_within
from moderation.pipeline.sketches import own_letters, site_value, sites_of, sketch, unquoted
from moderation.pipeline.submission import Alike, Member

ALIKE_WITHIN = timedelta(days=7)
LINKED_WITHIN = timedelta(hours=1)
MEETINGS_LIMIT = 400  # equal values looked at, newest first
FAMILIAR_AUTHORS = 3  # who linked to a domain before that hour: it is one that people link to
COMPARED_LIMIT = 12  # texts read, those that share most values
COMPARED_OF_ONE = 2  # of one author: it is the others who make a raid
MEMBERS_LIMIT = 1_000  # of the raids that were met, newest first


@dataclass(frozen=True, slots=True)
class Kin:
    """What a Submission holds under the same names."""

    around: str
    sketch: tuple[int, ...] = ()
    alike: tuple[Alike, ...] = ()
    clusters: tuple[Member, ...] = ()


def kin_of(comment: Comment, policy: models.Policy) -> Kin:
    """The comments like this one, in one query, and three more where there are any.

    None are looked for where the policy has raids switched off, nor for trusted authors.
    """
    around = _around(comment)
    if comment.author.has_editors_role:
        return Kin(around)
    copies, sites = _values(comment.latest.source, around, policy)
    values = (*copies, *sites)
    if not values:
        return Kin(around)
    meetings = _meetings(comment, copies, sites)
    members = {member.comment_id: member for _value, _revision, member in meetings}
    texts = _texts_of_likeliest(
        Counter((revision, member) for value, revision, member in meetings if value not in sites)
    )
    unfamiliar = _unfamiliar(comment, {value for value, _, _ in meetings} & set(sites))
    linked: dict[int, set[str]] = {}
    for value, _revision, member in meetings:
        if value in unfamiliar:
            linked.setdefault(member.comment_id, set()).add(sites[value])
    alike = tuple(
        Alike(member, texts.get(pk, ""), frozenset(linked.get(pk, ())))
        for pk, member in members.items()
        if pk in texts or pk in linked
    )
    return Kin(around, values, alike, _members_of({each.member.cluster for each in alike}, comment))


def _around(comment: Comment) -> str:
    article, parent = comment.call_to_action.article, comment.parent
    answered = parent.live_revision.source if parent and parent.live_revision else ""
    return "\n".join(
        (
            article.title,
            article.standfirst,
            article.body,
            comment.call_to_action.question,
            answered,
        )
    )


def _values(
    text: str, around: str, policy: models.Policy
) -> tuple[tuple[int, ...], dict[int, str]]:
    """The values of near-copies, and those of the domains that are linked to with their names."""
    copies: tuple[int, ...] = ()
    letters = own_letters(text, around) if policy.raid_authors else ""
    if letters and len(letters) >= policy.raid_min_letters:
        copies = sketch(letters)
    if not policy.raid_link_authors:
        return copies, {}
    # Readers who point to another article of this house are no raid.
    own = {canonical_host(urlsplit(settings.SITE_URL).hostname or "")}
    links = [link for link in find_links(unquoted(text)) if not is_within(link.host, own)]
    return copies, {site_value(site): site for site in sites_of(links)}


def _meetings(
    comment: Comment, copies: tuple[int, ...], sites: dict[int, str]
) -> list[tuple[int, int, Member]]:
    """Each equal value of another comment: the value, its revision, and whose it is."""
    at = comment.latest.created_at
    # The newest are chosen from the index alone: of a large raid there are thousands.
    newest = (
        models.SketchValue.objects.filter(
            Q(value__in=copies, at__gt=at - ALIKE_WITHIN)
            | Q(value__in=list(sites), at__gt=at - LINKED_WITHIN, at__lt=at + LINKED_WITHIN)
        )
        .order_by("-at")
        .values("pk")[:MEETINGS_LIMIT]
    )
    rows = (
        models.SketchValue.objects.filter(pk__in=newest)
        .exclude(sketch__comment=comment)
        .order_by("-at")
        .values_list(
            "value",
            "sketch__revision_id",
            "sketch__comment_id",
            "sketch__comment__author_id",
            "sketch__comment__author__date_joined",
            "sketch__comment__call_to_action__article_id",
            "sketch__cluster",
        )
    )
    return [(value, revision, Member(*facts)) for value, revision, *facts in rows]


def _unfamiliar(comment: Comment, sites: set[int]) -> set[int]:
    """Those of these domains that readers did not link to before; no query for none."""
    if not sites:
        return set()
    at = comment.latest.created_at
    before = (
        models.SketchValue.objects.filter(
            value__in=sites, at__gt=at - ALIKE_WITHIN, at__lte=at - LINKED_WITHIN
        )
        .filter(
            sketch__cluster__isnull=True,
            sketch__comment__live_revision__isnull=False,
            sketch__comment__removed_at__isnull=True,
        )
        .order_by("value")
        .values("value")
        .annotate(authors=Count("sketch__comment__author", distinct=True))
        .filter(authors__gte=FAMILIAR_AUTHORS)
    )
    return sites - set(before.values_list("value", flat=True))


def _texts_of_likeliest(shared: Counter[tuple[int, Member]]) -> dict[int, str]:
    """The words of the comments that share most values, by comment; no query for none."""
    chosen: dict[int, int] = {}
    of_one: Counter[int] = Counter()
    for (revision, member), _count in shared.most_common():
        of_one[member.author_id] += 1
        if of_one[member.author_id] <= COMPARED_OF_ONE and len(chosen) < COMPARED_LIMIT:
            chosen[revision] = member.comment_id
    if not chosen:
        return {}
    rows = CommentRevision.objects.filter(pk__in=chosen).values_list("pk", "source")
    return {chosen[pk]: source for pk, source in rows}


def _members_of(clusters: set[int | None], comment: Comment) -> tuple[Member, ...]:
    """The members of these raids; no query for none."""
    known = clusters - {None}
    if not known:
        return ()
    rows = (
        models.Sketch.objects.filter(cluster__in=known)
        .exclude(comment=comment)
        .order_by("-pk")
        .values_list(
            "comment_id",
            "comment__author_id",
            "comment__author__date_joined",
            "comment__call_to_action__article_id",
            "cluster",
        )[:MEMBERS_LIMIT]
    )
    return tuple(Member(*row) for row in rows)
