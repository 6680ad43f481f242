from datetime import timedelta

from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def flood(submission: Submission, policy: Policy) -> Finding | None:
    """Has the author posted more comments in a short time than the house allows?"""
    if submission.author.trusted or not policy.flood_limit:
        return None
    window = timedelta(seconds=policy.flood_seconds)
    # Later comments do not count: judging late must not hold the first of a series.
    near = [
        earlier.comment_id
        for earlier in submission.recent
        if timedelta(0) <= submission.posted_at - earlier.posted_at < window
    ]
    posted = len(near) + 1
    if posted <= policy.flood_limit:
        return None
    return Finding(
        "flood",
        Outcome.HOLD,
        detail={"posted": posted, "limit": policy.flood_limit, "seconds": policy.flood_seconds},
    )
