from moderation.scorer.language import OTHER, language

from ..decision import Finding
from ..scores import ABUSE, judged_by
from ..submission import Policy, Submission


def abuse(submission: Submission, policy: Policy) -> Finding | None:
    """Is it likely to attack or demean somebody?"""
    # What the scorer says of a language without figures is noise; another check holds those.
    if submission.author.trusted or language(submission.text) == OTHER:
        return None
    return judged_by("abuse", ABUSE, submission.text, policy)
