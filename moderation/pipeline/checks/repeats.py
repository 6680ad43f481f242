from ..decision import Finding, Outcome
from ..likeness import letters_of, likeness, shingles
from ..submission import Policy, Submission


def repeats(submission: Submission, policy: Policy) -> Finding | None:
    """Has the author posted this text, or nearly this text, before?"""
    letters = letters_of(submission.text)
    if not letters or submission.author.trusted:
        return None
    is_short = len(letters) < policy.repeat_min_letters
    own = shingles(letters)
    scores = {}
    for earlier in submission.recent:
        if earlier.posted_at > submission.posted_at:
            # Judging late must not make the first of two a copy of the second.
            continue
        others = letters_of(earlier.text)
        if others == letters:
            scores[earlier.comment_id] = 1.0
        elif not is_short:
            scores[earlier.comment_id] = likeness(own, shingles(others))
    threshold = 1.0 if is_short else policy.near_repeat_similarity
    copies = {pk: score for pk, score in scores.items() if score >= threshold}
    limit = policy.short_repeat_limit if is_short else policy.repeat_limit
    if len(copies) < max(limit, 1):
        return None
    return Finding(
        "repeats",
        Outcome.HOLD,
        score=round(max(copies.values()), 3),
        detail={"comments": list(copies)},
    )
