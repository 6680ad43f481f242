from moderation.scorer.language import OTHER, language

from ..decision import Finding, Outcome, Span
from ..scores import verdict_on
from ..submission import Policy, Submission


def disguised_words(submission: Submission, policy: Policy) -> Finding | None:
    """Are there telling words written so that a filter does not know them?"""
    if submission.author.trusted or not policy.hold_disguised_words:
        return None
    # What is strange in English may be plain in a language that the scorer does not know.
    if language(submission.text) == OTHER:
        return None
    verdict = verdict_on(submission.text)
    # A path of a file or a slip of the space bar looks like a disguise too, but hides nothing.
    carried = [span for spans in verdict.spans.values() for span in spans]
    found = [
        (start, end)
        for start, end in verdict.disguised
        if any(first < end and start < last for first, last, _weight in carried)
        and not _emphasised(submission.text[start:end])
    ]
    if not found:
        return None
    return Finding(
        "disguised_words",
        Outcome.HOLD,
        spans=tuple(Span(*span) for span in found),
        detail={"found": len(found)},
    )


def _emphasised(written: str) -> bool:
    """Are the only signs in it at its edges, as Markdown and the end of a sentence leave them?"""
    plain = written.strip("*_~.,!?")
    return plain != written and plain.isascii() and plain.isalpha()
