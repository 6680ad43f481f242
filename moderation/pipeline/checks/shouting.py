import re

from ..decision import Finding, Outcome, Span
from ..evidence import kept_spans
from ..links import find_links
from ..submission import Policy, Submission

_WORDS_APART = re.compile(r"[^\W_]+")


def shouting(submission: Submission, policy: Policy) -> Finding | None:
    """Is most of the text in capitals?"""
    text = list(submission.text)
    # Nobody chooses the case of an address. Scripts without case have no say either way.
    for link in find_links(submission.text):
        text[link.start : link.end] = " " * (link.end - link.start)
    capitals = sum(char.isupper() for char in text)
    letters = capitals + sum(char.islower() for char in text)
    if letters < max(policy.shouting_min_letters, 1):
        return None
    share = capitals / letters
    if share < policy.shouting_share:
        return None
    loud = [
        Span(*match.span()) for match in _WORDS_APART.finditer("".join(text)) if match[0].isupper()
    ]
    return Finding("shouting", Outcome.HOLD, spans=kept_spans(loud), score=round(share, 3))
