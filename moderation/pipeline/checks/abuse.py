from ..decision import Finding
from ..scores import ABUSE, judged_by
from ..submission import Policy, Submission


def abuse(submission: Submission, policy: Policy) -> Finding | None:
    """Is it likely to attack or demean somebody?"""
    if submission.author.trusted:
        return None
    return judged_by("abuse", ABUSE, submission, policy)
