from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def restricted(submission: Submission, policy: Policy) -> Finding | None:
    """Does the author's standing send every comment to an editor?"""
    # No exception for trusted authors: an editor who was restricted is restricted.
    if not submission.author.restricted:
        return None
    return Finding("restricted", Outcome.HOLD)
