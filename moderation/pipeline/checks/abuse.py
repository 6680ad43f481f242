from moderation.scorer.language import OTHER, language

from ..decision import Finding
from ..scores import ABUSE, judged_by
from ..submission import Policy, Submission


def abuse(submission: Submission, policy: Policy) -> Finding | None:
    """Is it likely to attack or demean somebody?"""
    if submission.author.trusted:
        return None
    # Of a language without figures the scorer says little; while those texts wait anyway, nothing.
    if policy.hold_unmeasured_languages and language(submission.text) == OTHER:
        return None
    return judged_by("abuse", ABUSE, submission.text, policy)
