from ..circumstances import SIGNS, signs, without_welcome_links
from ..decision import Finding
from ..scores import SPAM, judged_by
from ..submission import Policy, Submission


def spam(submission: Submission, policy: Policy) -> Finding | None:
    """Is it likely to be advertising, by its words and by who posts it, and where?"""
    if submission.author.trusted:
        return None
    seen = signs(submission, policy)
    return judged_by(
        "spam",
        SPAM,
        without_welcome_links(submission, policy),
        policy,
        shift=sum(SIGNS[sign] for sign in seen),
        signs=seen,
    )
