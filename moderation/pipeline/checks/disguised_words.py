from ..decision import Finding, Outcome, Span
from ..scores import verdict_on
from ..submission import Policy, Submission


def disguised_words(submission: Submission, policy: Policy) -> Finding | None:
    """Are there words written so that a filter does not know them?"""
    if submission.author.trusted or not policy.hold_disguised_words:
        return None
    found = verdict_on(submission.text).disguised
    if not found:
        return None
    return Finding(
        "disguised_words",
        Outcome.HOLD,
        spans=tuple(Span(*span) for span in found),
        detail={"found": len(found)},
    )
