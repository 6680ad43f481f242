from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def unverified(submission: Submission, policy: Policy) -> Finding | None:
    """Has the author confirmed no e-mail address?"""
    if submission.author.verified:
        return None
    return Finding("unverified", Outcome.HOLD)
