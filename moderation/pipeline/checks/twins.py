from ..decision import Finding, Outcome
from ..likeness import letters_of
from ..submission import Policy, Submission


def twins(submission: Submission, policy: Policy) -> Finding | None:
    """Have other authors posted the same text?"""
    if not submission.twins or submission.author.trusted:
        return None
    # Many readers say "Thank you for this article" without having agreed on it.
    if len(letters_of(submission.text)) < policy.repeat_min_letters:
        return None
    return Finding("twins", Outcome.HOLD, detail={"comments": list(submission.twins[:20])})
