from moderation.scorer.language import OTHER, language

from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def unmeasured_language(submission: Submission, policy: Policy) -> Finding | None:
    """Is it in a language for which nobody has measured how well the scorer judges?"""
    if submission.author.trusted or not policy.hold_unmeasured_languages:
        return None
    if language(submission.text) != OTHER:
        return None
    return Finding("unmeasured_language", Outcome.HOLD)
