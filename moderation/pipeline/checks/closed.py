from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def closed(submission: Submission, policy: Policy) -> Finding | None:
    """Did the discussion close before the comment was judged?"""
    if submission.discussion.open:
        return None
    # It was accepted while the discussion was open, so an editor decides; it is never lost.
    return Finding("closed", Outcome.HOLD)
