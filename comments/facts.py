"""What a reader's own choices change on the page of a discussion."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple

from django.db.models import CharField, F, TextField, Value

from accounts.models import User
from articles.models import CallToAction
from comments import inbox
from comments.models import Draft, Follow


class Begun(NamedTuple):
    """A draft: its words, and when they were kept."""

    body: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Facts:
    """ignored: ids of people whose comments are folded away. drafts: words begun here, by the
    comment they answer (None: the question). follows: hears of what is new here. unread: how many
    notifications wait."""

    ignored: frozenset[int] = frozenset()
    drafts: dict[int | None, Begun] = field(default_factory=dict)
    follows: bool = False
    unread: int = 0


def facts_about(reader: User, call_to_action: CallToAction) -> Facts:
    """A reader's own facts about one discussion, in one query."""
    ignored = _part(reader.ignoring.all(), "ignored", F("person_id"))
    drafts = _part(
        Draft.objects.filter(user=reader, call_to_action=call_to_action),
        "draft",
        F("parent_id"),
        F("body"),
        at=F("updated_at"),
    )
    follows = _part(
        Follow.objects.filter(user=reader, call_to_action=call_to_action), "follows", F("pk")
    )
    unread = _part(inbox.of(reader).filter(read_at__isnull=True), "unread", F("pk"))
    found = list(ignored.union(drafts, follows, unread, all=True))
    return Facts(
        ignored=frozenset(number for kind, number, *_rest in found if kind == "ignored"),
        drafts={number: Begun(words, at) for kind, number, words, at in found if kind == "draft"},
        follows=any(kind == "follows" for kind, *_rest in found),
        unread=sum(kind == "unread" for kind, *_rest in found),
    )


def _part(rows, kind: str, number: F, words: F | None = None, at: F | None = None):
    """One side of the union: (kind, number, words, at)."""
    return rows.order_by().values_list(
        Value(kind, output_field=CharField()),
        number,
        words or Value("", output_field=TextField()),
        at or F("created_at"),
    )
