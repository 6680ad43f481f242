from ..decision import Finding
from ..scores import SPAM, judged_by
from ..submission import Policy, Submission


def spam(submission: Submission, policy: Policy) -> Finding | None:
    """Is it likely to be advertising?"""
    if submission.author.trusted:
        return None
    return judged_by("spam", SPAM, submission, policy)
