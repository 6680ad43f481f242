from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def unproven(submission: Submission, policy: Policy) -> Finding | None:
    """Did a newcomer send no proof of work, now or at sign-up, where one was asked for?"""
    author = submission.author
    if author.trusted or author.approved or not (submission.unproven or author.unproven):
        return None
    return Finding(
        "unproven", Outcome.HOLD, detail={"at": "post" if submission.unproven else "sign_up"}
    )
