"""Display names and bios pass the checks of text that comments pass."""

from django.utils import timezone

from moderation import intake
from moderation.pipeline import judge
from moderation.pipeline.submission import AuthorFacts, Submission


def name_allowed(text: str) -> bool:
    """May this stand as a person's name or bio? What a comment would be held for, may not."""
    now = timezone.now()
    facts = Submission(
        comment_id=0,
        revision_id=0,
        text=text,
        posted_at=now,
        author=AuthorFacts(id=0, joined_at=now, approved=1),
    )
    checks = ("banned_phrases", "suspect_phrases", "blocked_links", "disguised_links")
    return not judge(facts, intake.policy_from(intake.current_policy()), checks).findings
