from ..circumstances import unwelcome_links
from ..decision import Finding, Outcome, Span
from ..evidence import kept_spans
from ..submission import Policy, Submission


def too_many_links(submission: Submission, policy: Policy) -> Finding | None:
    """Does the text hold more links than the house allows its author?"""
    links = unwelcome_links(submission, policy)
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
