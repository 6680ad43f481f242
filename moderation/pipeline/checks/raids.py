from datetime import timedelta

from ..decision import Finding, Outcome
from ..likeness import likeness, shingles
from ..links import canonical_hosts, find_links, is_within
from ..sketches import own_letters, sites_of, unquoted
from ..submission import Alike, Member, Policy, Submission

NEW = timedelta(days=1)
NAMED = 50  # comments that a finding lists


def raids(submission: Submission, policy: Policy) -> Finding | None:
    """Do several accounts push nearly the same text, or one link, at once?"""
    if submission.author.trusted or not submission.alike:
        return None
    copies = _copies(submission, policy)
    linking, sites = _linking(submission, policy)
    found = {each.comment_id: each for each in (*copies, *linking)}
    if not found:
        return None
    known = {each.cluster for each in found.values() if each.cluster is not None}
    own = Member(
        submission.comment_id,
        submission.author.id,
        submission.author.joined_at,
        submission.discussion.article_id,
    )
    members = [each for each in submission.clusters if each.cluster in known]
    cluster = list(({each.comment_id: each for each in members} | found).values()) + [own]
    new_since = submission.posted_at - NEW
    return Finding(
        "raids",
        Outcome.HOLD,
        detail={
            # The name it already has, so that a raid keeps one while it grows.
            "cluster": min(known or (each.comment_id for each in cluster)),
            "size": len(cluster),
            "authors": len({each.author_id for each in cluster}),
            "articles": len({each.article_id for each in cluster}),
            "new_accounts": len({each.author_id for each in cluster if each.joined_at > new_since}),
            "domains": sorted(sites),
            "comments": sorted(found)[:NAMED],
        },
    )


def _copies(submission: Submission, policy: Policy) -> list[Member]:
    """Near-copies, once they come from enough authors or one of them is in a known raid."""
    letters = own_letters(submission.text, submission.around)
    # Many readers say "Thank you for this article" without having agreed on it.
    if not policy.raid_authors or len(letters) < policy.raid_min_letters:
        return []
    own = shingles(letters)
    near = [
        each.member
        for each in submission.alike
        if each.text and _is_copy(own, each, submission.around, policy)
    ]
    authors = {each.author_id for each in near} | {submission.author.id}
    enough = len(authors) >= policy.raid_authors
    return near if enough or any(each.cluster is not None for each in near) else []


def _is_copy(own: frozenset[str], other: Alike, around: str, policy: Policy) -> bool:
    letters = own_letters(other.text, around)
    if len(letters) < policy.raid_min_letters:
        return False
    return likeness(own, shingles(letters)) >= policy.raid_similarity


def _linking(submission: Submission, policy: Policy) -> tuple[list[Member], set[str]]:
    """Those that link to a domain which enough authors linked to within the hour; the domains."""
    if not policy.raid_link_authors or not any(each.sites for each in submission.alike):
        return [], set()
    allowed = canonical_hosts(policy.allowed_domains)
    links = find_links(unquoted(submission.text))
    pushed = set()
    for site in sites_of(link for link in links if not is_within(link.host, allowed)):
        authors = {each.member.author_id for each in submission.alike if site in each.sites}
        if len(authors | {submission.author.id}) >= policy.raid_link_authors:
            pushed.add(site)
    return [each.member for each in submission.alike if pushed & each.sites], pushed
