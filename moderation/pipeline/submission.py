"""What a judgement is made from: frozen values, which a check can read but not change."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from moderation.scorer.residual import Residual


@dataclass(frozen=True, slots=True)
class AuthorFacts:
    """The author as known when the comment is judged.

    `approved` and `rejected` count the author's other comments. `trusted` is true for editors.
    `restricted` is true when the author's standing sends every comment to an editor.
    `verified` is false when the author has confirmed no e-mail address, `disposable` true when it
    is at a disposable domain, `unproven` true when they signed up without a proof asked for.
    """

    id: int
    joined_at: datetime
    approved: int = 0
    rejected: int = 0
    trusted: bool = False
    restricted: bool = False
    verified: bool = True
    disposable: bool = False
    unproven: bool = False


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another comment by the same author."""

    comment_id: int
    text: str
    posted_at: datetime


@dataclass(frozen=True, slots=True)
class DiscussionFacts:
    """The discussion as it stands when the comment is judged.

    `attended` is false outside the hours in which somebody reads.
    """

    open: bool = True
    premoderated: bool = False
    attended: bool = True
    article_id: int = 0


# Named tuples, because hundreds of them may be read for one judgement.
class Member(NamedTuple):
    """Another comment of the last seven days; `cluster` names the raid it is known to be in."""

    comment_id: int
    author_id: int
    joined_at: datetime
    article_id: int
    cluster: int | None = None


class Alike(NamedTuple):
    """A comment that may be a near-copy of this one, or that links to the same place.

    `text` is there for those most likely to be copies, else empty. `sites` holds the domains that
    both link to within an hour, and that readers did not link to in the week before.
    """

    member: Member
    text: str = ""
    sites: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Submission:
    """One revision of one comment with the facts its judgement may use.

    `text` is the normalised source text; every span of a finding counts its characters.
    `recent` holds the author's other comments of the last 24 hours, newest first, at most 20.
    `twins` holds the ids of other authors' recent comments with the same fingerprint.
    `around` is what a comment here may well quote: the article, its question, the comment answered.
    `sketch` holds the numbers under which near-copies of the text, and comments that link where it
    links, are found; `alike` those that were found, the author's own included, and `clusters` the
    newest members of every raid that one of them is known to be in.
    `unproven` is true when it came without the proof of work that was asked for.
    """

    comment_id: int
    revision_id: int
    text: str
    posted_at: datetime
    author: AuthorFacts
    recent: tuple[Earlier, ...] = ()
    twins: tuple[int, ...] = ()
    discussion: DiscussionFacts = DiscussionFacts()
    around: str = ""
    sketch: tuple[int, ...] = ()
    alike: tuple[Alike, ...] = ()
    clusters: tuple[Member, ...] = ()
    unproven: bool = False


# A named tuple, because long lists are compared and hashed as a whole to find their compiled form.
class Phrase(NamedTuple):
    """One entry of a phrase list; `*` in its text stands for any run of letters within a word."""

    id: int
    text: str


@dataclass(frozen=True, slots=True)
class Lesson:
    """What rulings taught about a kind, "abuse" or "spam"; `number` is what it is called by."""

    kind: str
    number: int
    residual: Residual


@dataclass(frozen=True, slots=True)
class Policy:
    """The thresholds and lists that a judgement follows; `version` goes into the decision's record.

    banned_phrases, suspect_phrases: reject, or hold, a text that contains one.
    allowed_domains: links there, and below, are not counted.
    blocked_domains: links there, and below, reject the text.
    links_allowed: how many links pass; links_allowed_newcomer: the same before a first approval.
    repeat_limit: how many earlier copies of one's own text are enough to hold the next.
    repeat_min_letters: shorter texts ("I agree") count as repeats only when exact, and only after
        short_repeat_limit copies; between authors they never count.
    near_repeat_similarity: from 0 to 1, from where on two texts are copies of each other.
    disposable_mail: "take", "hold" a newcomer's comments, or "refuse" such addresses, which holds
        those of accounts that have one already.
    newcomer_first_n: hold until this many comments are approved; 0 switches it off.
    flood_limit: how many comments, this one included, may be posted within flood_seconds;
        0 switches it off. At most 20 earlier comments are known, so beyond 20 it never holds.
    raid_authors: near-copies by so many authors, this one included, are a raid; 0 switches it off.
        At most 12 other texts are compared, so beyond 13 it never holds.
    raid_similarity: from 0 to 1, from where on two texts are near-copies across authors;
        raid_min_letters: texts with fewer letters of their own never are.
    raid_link_authors: so many authors who link to one domain within an hour are a raid as well;
        0 switches it off.
    shouting_share: from 0 to 1, the share of capitals from which a text shouts;
        shouting_min_letters: shorter texts never do.
    hold_from, reject_from: label and probability pairs, from which on a score holds or rejects.
        A label that hold_from does not name is held from what the scorer recommends, and from 1.0
        never; one that reject_from does not name is never rejected on a score.
    learned: what this site's rulings have taught.
    hold_disguised_words: hold words that are written so that a filter does not know them.
    hold_unmeasured_languages: hold what is in a language the scorer has no figures for.
    checks_off: checks that are not asked.
    check_budget_ms: a check that takes longer is itself a reason to hold.
    """

    version: int = 1
    banned_phrases: tuple[Phrase, ...] = ()
    suspect_phrases: tuple[Phrase, ...] = ()
    allowed_domains: frozenset[str] = frozenset()
    blocked_domains: frozenset[str] = frozenset()
    links_allowed: int = 2
    links_allowed_newcomer: int = 1
    repeat_limit: int = 1
    repeat_min_letters: int = 30
    short_repeat_limit: int = 5
    near_repeat_similarity: float = 0.85
    disposable_mail: str = "hold"
    newcomer_first_n: int = 0
    flood_limit: int = 5
    flood_seconds: int = 60
    raid_authors: int = 3
    raid_similarity: float = 0.5
    raid_min_letters: int = 60
    raid_link_authors: int = 5
    shouting_share: float = 0.7
    shouting_min_letters: int = 30
    hold_from: tuple[tuple[str, float], ...] = ()
    reject_from: tuple[tuple[str, float], ...] = ()
    learned: tuple[Lesson, ...] = ()
    hold_disguised_words: bool = True
    hold_unmeasured_languages: bool = True
    checks_off: frozenset[str] = frozenset()
    check_budget_ms: int = 1000
