from ..decision import Finding, Outcome, Span
from ..evidence import kept_spans
from ..links import find_links
from ..submission import Policy, Submission


def disguised_links(submission: Submission, policy: Policy) -> Finding | None:
    """Does the text hide a link, or where a link leads?"""
    links = [link for link in find_links(submission.text) if link.disguise]
    if not links:
        return None
    return Finding(
        "disguised_links",
        Outcome.HOLD,
        spans=kept_spans(Span(link.start, link.end) for link in links),
        detail={"disguises": sorted({link.disguise for link in links if link.disguise})},
    )
