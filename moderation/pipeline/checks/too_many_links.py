from ..decision import Finding, Outcome, Span
from ..evidence import kept_spans
from ..links import canonical_hosts, find_links, is_within
from ..submission import Policy, Submission


def too_many_links(submission: Submission, policy: Policy) -> Finding | None:
    """Does the text hold more links than the house allows its author?"""
    allowed_domains = canonical_hosts(policy.allowed_domains)
    links = [
        link for link in find_links(submission.text) if not is_within(link.host, allowed_domains)
    ]
    author = submission.author
    known = author.approved > 0 or author.trusted
    allowed = policy.links_allowed if known else policy.links_allowed_newcomer
    if len(links) <= allowed:
        return None
    return Finding(
        "too_many_links",
        Outcome.HOLD,
        spans=kept_spans(Span(link.start, link.end) for link in links),
        detail={"links": len(links), "allowed": allowed},
    )
