"""What speaks for or against advertising besides the words: links, contacts, who posts, where."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

from .links import Link, canonical_hosts, find_links, is_within
from .submission import Policy, Submission

NEW = timedelta(days=1)
KNOWN = 5  # approved comments
# In log-odds, set by hand: 0.7 doubles the odds. None of them holds a text whose words say nothing.
SIGNS = {
    "known_author": -1.0,
    "new_account": 0.7,
    "same_place_from_others": 0.7,
    "same_place_before": 0.7,
}
# A mailbox, or a number to call: seven digits and more, in groups.
_CONTACT = re.compile(
    r"(?<![\w.])[\w.+-]{1,64}+@[\w-]{1,63}\.\w|(?<![\w+])\+?\d(?:[ ()./-]{0,2}\d){6,14}(?!\w)"
)


def unwelcome_links(submission: Submission, policy: Policy) -> list[Link]:
    """The links of the text that lead elsewhere than to domains that are always welcome."""
    allowed = canonical_hosts(policy.allowed_domains)
    return [link for link in find_links(submission.text) if not is_within(link.host, allowed)]


def without_welcome_links(submission: Submission, policy: Policy) -> str:
    """The text with blanks for links to domains that are always welcome; places stay the same."""
    if not policy.allowed_domains:
        return submission.text
    allowed, parts, at = canonical_hosts(policy.allowed_domains), [], 0
    for link in find_links(submission.text):
        if is_within(link.host, allowed):
            parts += [submission.text[at : link.start], " " * (link.end - link.start)]
            at = link.end
    return "".join((*parts, submission.text[at:]))


def signs(submission: Submission, policy: Policy) -> tuple[str, ...]:
    """Which of SIGNS the circumstances show. Those against an author need a link or a contact: a
    newcomer's plain words are read like anybody's."""
    return tuple(_signs(submission, policy))


def _signs(submission: Submission, policy: Policy) -> Iterator[str]:
    author = submission.author
    if author.approved >= KNOWN and author.rejected * 10 <= author.approved:
        yield "known_author"
    hosts = {link.host for link in unwelcome_links(submission, policy)}
    if not hosts and not _CONTACT.search(submission.text):
        return
    if author.approved == 0 and submission.posted_at - author.joined_at < NEW:
        yield "new_account"
    if any(each.sites & hosts for each in submission.alike if each.member.author_id != author.id):
        yield "same_place_from_others"
    if any(
        link.host in hosts for earlier in submission.recent for link in find_links(earlier.text)
    ):
        yield "same_place_before"
