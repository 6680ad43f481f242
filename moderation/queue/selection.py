"""Which comments an editor looks at: a tab, an order and filters, as they stand in an address."""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import timedelta
from urllib.parse import urlencode

from moderation.pipeline.scores import ABUSE, SPAM

WAITING, REPORTED, APPEALS = "waiting", "reported", "appeals"
APPROVED, REJECTED, ALL = "approved", "rejected", "all"
TABS = (WAITING, REPORTED, APPEALS, APPROVED, REJECTED, ALL)

DUE, NEWEST, OLDEST, MOST_REPORTED, HIGHEST = "due", "newest", "oldest", "reported", "score"
# The first is a tab's own; what is not offered has no index to read it by.
_ORDERS = {
    WAITING: (DUE, NEWEST, OLDEST, MOST_REPORTED),
    REPORTED: (MOST_REPORTED, NEWEST, OLDEST),
    APPEALS: (OLDEST, NEWEST),
    APPROVED: (NEWEST, OLDEST),
    REJECTED: (NEWEST, OLDEST),
    ALL: (NEWEST, OLDEST),
}

AGES = {
    "1h": timedelta(hours=1),
    "6h": timedelta(hours=6),
    "1d": timedelta(days=1),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
LANGUAGES = ("en", "de", "other", "unknown")
LABELS = (*ABUSE, *SPAM)
_WORDS = 200
_CURSOR = 300


@dataclass(frozen=True, slots=True)
class Selection:
    """Empty fields choose everything. article, section, author, cluster: numbers. reason: a code.
    label: the likeliest of the scorer's. age, older: of AGES, held, decided or reported no longer
    ago, or longer ago.
    language: of LANGUAGES. score: a label whose probability lies from low to high, of what waits
    alone; high belongs to the range only where it is 1. words: whole ones, looked for in all
    comments, whatever became of them. after: a QueuePage's next. order: of
    `orders`, empty for the first."""

    tab: str = WAITING
    order: str = ""
    article: int | None = None
    section: int | None = None
    reason: str = ""
    label: str = ""
    author: int | None = None
    age: str = ""
    older: str = ""
    language: str = ""
    escalated: bool = False
    score: str = ""
    low: float = 0.0
    high: float = 1.0
    cluster: int | None = None
    words: str = ""
    after: str = ""

    @property
    def orders(self) -> tuple[str, ...]:
        """The orders this selection can be read in, its own first."""
        if self.words:
            return (NEWEST,)
        if self.score and self.tab == WAITING:
            return (HIGHEST,)
        if self.age or self.older:
            return tuple(order for order in _ORDERS[self.tab] if order in (NEWEST, OLDEST))
        return _ORDERS[self.tab]

    @property
    def ordered_by(self) -> str:
        return self.order if self.order in self.orders else self.orders[0]

    @property
    def is_filtered(self) -> bool:
        """Does it leave anything of its tab out?"""
        return self.but(order="") != Selection(tab=self.tab)

    def but(self, **changes) -> "Selection":
        """This selection with changes, from its first page: Selection(...).but(tab="reported")."""
        return replace(self, **{"after": "", **changes})

    def as_query(self) -> str:
        """For an address, without "?": what differs from the plain selection, in a fixed order."""
        plain = Selection()
        said = {
            _PARAMETERS.get(field.name, field.name): _as_text(value)
            for field in fields(self)
            if (value := getattr(self, field.name)) != getattr(plain, field.name)
        }
        return urlencode(said)

    @classmethod
    def from_query(cls, query: Mapping[str, str]) -> "Selection":
        """What an address asks for, request.GET or any mapping of text; what makes no sense is
        left out, so that an old link still opens the desk. Never raises."""

        def text(name: str, most: int = 40) -> str:
            # No row holds a NUL, and PostgreSQL refuses to be asked for one.
            return query.get(_PARAMETERS.get(name, name), "").replace("\0", "").strip()[:most]

        def among(name: str, choices) -> str:
            return text(name) if text(name) in choices else ""

        low, high = _probability(text("low"), 0.0), _probability(text("high"), 1.0)
        tab = among("tab", TABS) or WAITING
        score = among("score", LABELS) if tab == WAITING else ""
        return cls(
            tab=tab,
            order=among("order", (*_ORDERS[tab], HIGHEST)),
            article=_number(text("article")),
            section=_number(text("section")),
            reason=text("reason"),
            label=among("label", LABELS),
            author=_number(text("author")),
            age=among("age", AGES),
            older=among("older", AGES),
            language=among("language", LANGUAGES),
            escalated=text("escalated") == "1",
            score=score,
            low=min(low, high) if score else 0.0,
            high=max(low, high) if score else 1.0,
            cluster=_number(text("cluster")),
            words=text("words", _WORDS),
            after=text("after", _CURSOR),
        )


_PARAMETERS = {"words": "q"}


def _as_text(value: object) -> str:
    if value is True:
        return "1"
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _number(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 19 else None


def _probability(text: str, otherwise: float) -> float:
    try:
        value = float(text)
    except ValueError:
        return otherwise
    return value if 0.0 <= value <= 1.0 else otherwise
