from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def out_of_hours(submission: Submission, policy: Policy) -> Finding | None:
    """Was it written while nobody reads in this discussion?"""
    if submission.discussion.attended or submission.author.trusted:
        return None
    return Finding("out_of_hours", Outcome.HOLD)
