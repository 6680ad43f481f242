from ..decision import Finding, Outcome
from ..submission import Policy, Submission


def disposable_mail(submission: Submission, policy: Policy) -> Finding | None:
    """Has a newcomer an e-mail address that is made to be thrown away?"""
    author = submission.author
    if author.trusted or author.approved or not author.disposable:
        return None
    return None if policy.disposable_mail == "take" else Finding("disposable_mail", Outcome.HOLD)
