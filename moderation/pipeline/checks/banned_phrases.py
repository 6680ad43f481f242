from ..decision import Finding, Outcome
from ..evidence import phrase_finding
from ..submission import Policy, Submission


def banned_phrases(submission: Submission, policy: Policy) -> Finding | None:
    """Does the text contain a phrase that the house never prints?"""
    return phrase_finding("banned_phrases", Outcome.REJECT, submission.text, policy.banned_phrases)
