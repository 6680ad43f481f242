from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def premoderated(submission: Submission, policy: Policy) -> Finding | None:
    """Does an editor read every comment in this discussion before it goes live?"""
    if not submission.discussion.premoderated or submission.author.trusted:
        return None
    return Finding("premoderated", Outcome.HOLD)
