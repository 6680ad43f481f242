from ..decision import Finding, Outcome
from ..evidence import phrase_finding
from ..submission import Policy, Submission


def suspect_phrases(submission: Submission, policy: Policy) -> Finding | None:
    """Does the text contain a phrase that an editor should look at?"""
    return phrase_finding("suspect_phrases", Outcome.HOLD, submission.text, policy.suspect_phrases)
