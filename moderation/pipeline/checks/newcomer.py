from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def newcomer(submission: Submission, policy: Policy) -> Finding | None:
    """Has the author fewer approved comments than the house asks for?"""
    author = submission.author
    if author.trusted or author.approved >= policy.newcomer_first_n:
        return None
    return Finding(
        "newcomer",
        Outcome.HOLD,
        detail={"approved": author.approved, "first_n": policy.newcomer_first_n},
    )
