from ..decision import Finding, Outcome, Span
from ..evidence import kept_spans
from ..links import canonical_hosts, domain_of, find_links, find_names
from ..submission import Policy, Submission


def blocked_links(submission: Submission, policy: Policy) -> Finding | None:
    """Does the text link to a domain that the house blocks, or to one below it?"""
    if not policy.blocked_domains:
        return None
    blocked = canonical_hosts(policy.blocked_domains)
    spans, domains = [], []
    # A blocked name counts even where it is too odd to be taken for a link.
    for link in (*find_links(submission.text), *find_names(submission.text)):
        domain = domain_of(link.host, blocked)
        if domain is not None:
            spans.append(Span(link.start, link.end))
            domains.append(domain)
    if not spans:
        return None
    return Finding(
        "blocked_links",
        Outcome.REJECT,
        spans=kept_spans(spans),
        detail={"domains": sorted(set(domains))},
    )
