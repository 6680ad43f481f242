"""The demo publication, for development: made through the operations a real one is made through,
then set back in time so that it looks lived in.

What the log and the decision records say stays as it was written: they are append-only.
"""

import json
import math
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from accounts import operations as people
from accounts.models import Allowance, User
from articles import house, images, lead_images
from articles import operations as articles
from articles.models import Article, ArticleRevision, Guideline, HousePage, Section, Tag
from comments import operations as comments
from comments.models import Comment, CommentRevision, Notification, Reaction
from config.celery import Doorbell
from config.defaults import DEMO, front_matter
from moderation import operations as moderation
from moderation.models import LinkDomain, Phrase
from moderation.operations import queueing

PASSWORD = "rejoinder-demo"
ACCOUNTS_FILE = settings.DATA_DIR / "demo-accounts.txt"
SHOWN_READERS = 2  # of many: two are enough to sign in as
CHECKED_IN = timedelta(seconds=2)
RULED_IN = timedelta(minutes=25)  # a person's ruling on what was held
TAKEN_DOWN_IN = timedelta(minutes=90)
AFTER_REPLIES = timedelta(minutes=5)
Status = Comment.Status


@dataclass
class Demo:
    """What has been made so far, by the keys of the files."""

    now: datetime
    people: dict[str, User] = field(default_factory=dict)
    editor: User | None = None
    articles: list[tuple[dict[str, Any], Article]] = field(default_factory=list)
    comments: dict[str, Comment] = field(default_factory=dict)
    unlike: list[str] = field(default_factory=list)


def open_to_anybody() -> list[str]:
    """Demo accounts whose password is still the one that everybody can read above."""
    emails = [row["email"] for row in _toml("people.toml")["people"]]
    found = User.objects.filter(email__in=emails, is_active=True).order_by("pk")
    return [user.email for user in found if user.check_password(PASSWORD)]


def load() -> list[str]:
    """Write the whole demo, or nothing. Returns what was judged otherwise than its files say."""
    demo = Demo(now=timezone.now())
    with _no_doorbell(), transaction.atomic():
        _make_people(demo)
        _make_house(demo)
        for facts in sorted(_files("articles"), key=_age, reverse=True):
            _make_article(demo, facts)
        planned = _planned(demo)
        for entry in planned:
            _post(demo, entry)
        for entry in planned:
            _react(demo, entry)
            _report(demo, entry)
        for entry in sorted(planned, key=lambda entry: entry["ends"]):
            _end(demo, entry)
        for facts, article in demo.articles:
            _settle(demo, facts, article)
        _in_order()
    _write_accounts()
    return demo.unlike


def _in_order() -> None:
    """Number notifications by time, as everywhere else: here, hours were set after the fact."""
    told = list(Notification.objects.order_by("created_at", "pk"))
    times = [row.created_at for row in told]
    Notification.objects.all().delete()
    for row in told:
        row.pk = None
    made = Notification.objects.bulk_create(told)
    for row, at in zip(made, times, strict=True):
        row.created_at = row.mailed_at = at
    Notification.objects.bulk_update(made, ["created_at", "mailed_at"])


@contextmanager
def _no_doorbell() -> Iterator[None]:
    """What is offered or mailed here is settled here; what stays pending, the sweep will find."""
    before, Doorbell.silent_until = Doorbell.silent_until, math.inf
    try:
        yield
    finally:
        Doorbell.silent_until = before


def _files(folder: str) -> list[dict[str, Any]]:
    return [front_matter(path) for path in sorted((DEMO / folder).glob("*.md"))]


def _toml(name: str) -> dict[str, Any]:
    return tomllib.loads((DEMO / name).read_text(encoding="utf-8"))


def _age(facts: dict[str, Any]) -> float:
    """Days since it was published; a scheduled article's are negative, a draft comes last."""
    return facts.get("published_days_ago", -math.inf)


def _make_people(demo: Demo) -> None:
    shared = make_password(PASSWORD)  # hashing it once a person would take seconds
    for number, row in enumerate(_toml("people.toml")["people"]):
        role = "reader" if row["role"] == "author" else row["role"]
        user = people.create_account(
            actor=None, email=row["email"], display_name=row["display_name"], role=role
        )
        User.objects.filter(pk=user.pk).update(
            password=shared,
            bio=people.checked_bio(row["bio"]),
            time_zone=people.checked_time_zone(row["time_zone"]),
            date_joined=demo.now - timedelta(days=620 - 31 * number, hours=5 * number),
        )
        demo.people[row["key"]] = user
        if role == "editor" and demo.editor is None:
            demo.editor = user
    demo.people = {key: User.objects.get(pk=user.pk) for key, user in demo.people.items()}
    demo.editor = User.objects.get(pk=demo.editor.pk)


def _make_house(demo: Demo) -> None:
    site = _toml("site.toml")
    no_spam = Guideline.objects.get(code="no_spam")
    effects = (("banned", Phrase.Effect.REJECT), ("suspect", Phrase.Effect.HOLD))
    lists = [
        *(
            Phrase(text=text, effect=effect, guideline=no_spam)
            for kind, effect in effects
            for text in site["phrases"][kind]
        ),
        *(LinkDomain(domain=domain) for domain in site["links"]["blocked_domains"]),
    ]
    moderation.save_rules(actor=None, rows=lists)
    for row in site["sections"]:
        house.save_section(actor=demo.editor, section=Section(**row))
    for facts in _files("pages"):
        page = HousePage.objects.filter(slug=facts["slug"]).first() or HousePage()
        for name, value in facts.items():
            setattr(page, name, value)
        house.save_house_page(actor=None, page=page)


def _make_article(demo: Demo, facts: dict[str, Any]) -> None:
    article = Article(
        **{name: facts[name] for name in ("title", "slug", "standfirst", "body")},
        section=Section.objects.get(slug=facts["section"]),
    )
    authors = [demo.people[key] for key in facts["authors"]]
    tags = [_tag(demo, name) for name in facts["tags"]]
    articles.save_article(actor=demo.editor, article=article, tags=tags, authors=authors)
    asked = facts["call_to_action"]
    closes_in = asked.get("closes_in_days")
    articles.set_call_to_action(
        actor=demo.editor,
        article=article,
        question=asked["question"],
        kind=asked["kind"],
        options=asked.get("options", ()),
        closes_at=demo.now + timedelta(days=closes_in) if closes_in else None,
    )
    if "lead_image" in facts:
        with open(DEMO / "images" / facts["lead_image"], "rb") as upload:
            lead_images.set_lead_image(
                actor=demo.editor,
                article=article,
                picture=images.encode(upload),
                alt=facts["lead_image_alt"],
                credit=facts["lead_image_credit"],
            )
    if facts["status"] == "published":
        article = articles.publish(actor=demo.editor, article=article)
        article.published_at = demo.now - timedelta(days=facts["published_days_ago"])
        # Set back before anybody answers, so that no answer is older than its article.
        Article.objects.filter(pk=article.pk).update(published_at=article.published_at)
    elif facts["status"] == "scheduled":
        at = demo.now - timedelta(days=facts["published_days_ago"])
        article = articles.publish(actor=demo.editor, article=article, at=at)
    demo.articles.append((facts, article))


def _tag(demo: Demo, name: str) -> Tag:
    found = Tag.objects.filter(slug=slugify(name)).first()
    return found or house.save_tag(actor=demo.editor, tag=Tag(name=name))


def _planned(demo: Demo) -> list[dict[str, Any]]:
    """Every comment of every thread with when it was posted and when it ends, oldest first."""
    planned = []
    for facts, article in demo.articles:
        path = DEMO / "threads" / f"{facts['slug']}.json"
        if not path.exists():
            continue
        rows = json.loads(path.read_text(encoding="utf-8"))
        at = {row["key"]: _minutes(article.published_at, row["minutes_after"]) for row in rows}
        last_reply = {row["parent"]: at[row["key"]] for row in rows if row["parent"]}
        planned += [
            {
                **row,
                "key": f"{article.slug}/{row['key']}",
                "parent": f"{article.slug}/{row['parent']}" if row["parent"] else None,
                "article": article,
                "at": at[row["key"]],
                "ends": max(
                    at[row["key"]] + TAKEN_DOWN_IN,
                    last_reply.get(row["key"], article.published_at) + AFTER_REPLIES,
                ),
            }
            for row in rows
        ]
    return sorted(planned, key=lambda entry: entry["at"])


def _minutes(start: datetime, minutes: float) -> datetime:
    return start + timedelta(minutes=minutes)


def _post(demo: Demo, entry: dict[str, Any]) -> None:
    """Post one comment and have it judged as of its own hour, before the next one is written."""
    author = User.objects.get(pk=demo.people[entry["author"]].pk)
    rejected_by_person = entry["status"] == "rejected" and entry["by"] != "machine"
    asked = entry["article"].call_to_action
    comment = comments.post_comment(
        author=author,
        call_to_action=asked,
        body=entry["body"],
        parent=_fresh(demo, entry["parent"]) if entry["parent"] else None,
        choice=asked.options.get(text=entry["choice"]) if "choice" in entry else None,
    ).comment
    demo.comments[entry["key"]] = comment
    Comment.objects.filter(pk=comment.pk).update(created_at=entry["at"])
    CommentRevision.objects.filter(comment=comment).update(created_at=entry["at"])
    # What happened long ago has cost nobody their pace of today.
    Allowance.objects.all().delete()
    if entry["status"] == "pending":
        return
    if rejected_by_person:
        # Only what waits can be rejected unseen; otherwise it would have been live, and removed.
        people.set_standing(actor=demo.editor, user=author, restricted=True)
    moderation.judge(comment_id=comment.pk)
    _set_back(comment, entry["at"] + CHECKED_IN)
    if rejected_by_person:
        _rule_on_held(demo, entry, comment)
        people.set_standing(actor=demo.editor, user=author, restricted=False)
    _compare(demo, entry)


def _rule_on_held(demo: Demo, entry: dict[str, Any], comment: Comment) -> None:
    # The record measures from here how long it waited.
    Comment.objects.filter(pk=comment.pk).update(decided_at=timezone.now() - RULED_IN)
    moderation.rule(
        actor=demo.people[entry["by"]],
        comment=comment,
        revision_id=comment.latest_id,
        outcome="reject",
        reason=entry["reason"],
        note=entry.get("note", ""),
    )
    _set_back(comment, entry["at"] + RULED_IN)
    if "appeal" in entry:
        fresh = _fresh(demo, entry["key"])
        moderation.appeal(actor=fresh.author, comment=fresh, words=entry["appeal"])


def _fresh(demo: Demo, key: str) -> Comment:
    return Comment.objects.select_related("call_to_action__article", "author", "latest").get(
        pk=demo.comments[key].pk
    )


def _set_back(comment: Comment, at: datetime) -> None:
    Comment.objects.filter(pk=comment.pk).update(decided_at=at)
    Comment.objects.filter(pk=comment.pk, live_at__isnull=False).update(live_at=at)
    Notification.objects.filter(comment=comment).update(created_at=at)
    # The desk's own copy of that moment, and when it is due.
    queueing.follow(comment.pk)


def _compare(demo: Demo, entry: dict[str, Any]) -> None:
    comment = demo.comments[entry["key"]]
    wanted = {"withdrawn": Status.APPROVED, "removed": Status.APPROVED}.get(
        entry["status"], entry["status"]
    )
    status, notice = Comment.objects.values_list("status", "notice").get(pk=comment.pk)
    reason = (notice or {}).get("reason")
    expected = entry.get("reason") if wanted == entry["status"] else None
    if status != wanted or reason != expected:
        demo.unlike.append(f"{entry['key']}: {status} {reason}, not {wanted} {expected}")


def _react(demo: Demo, entry: dict[str, Any]) -> None:
    readers = [user for key, user in demo.people.items() if key not in (entry["author"], "lucky")]
    comment = demo.comments[entry["key"]]
    start = comment.pk % len(readers)
    turned = readers[start:] + readers[:start]
    # Half the votes of the files: each is an operation, and a first run should not wait for them.
    ups, downs = (-(-entry.get(way, 0) // 2) for way in ("up", "down"))
    if not ups + downs:
        return
    comment = _fresh(demo, entry["key"])
    if not comment.is_live:
        return
    for position, reader in enumerate(turned[: ups + downs]):
        comments.react(actor=reader, comment=comment, value=1 if position < ups else -1)
    Reaction.objects.filter(comment=comment).update(created_at=entry["at"] + RULED_IN)


def _report(demo: Demo, entry: dict[str, Any]) -> None:
    for told in entry.get("reports", ()):
        reporter, comment = demo.people[told["by"]], _fresh(demo, entry["key"])
        moderation.report(
            reporter=reporter, reason=told["reason"], comment=comment, note=told["note"]
        )


def _end(demo: Demo, entry: dict[str, Any]) -> None:
    """What happened to a comment after it was live."""
    at = min(entry["ends"], demo.now)
    if entry["status"] == "withdrawn":
        comment = _fresh(demo, entry["key"])
        comments.withdraw_comment(actor=comment.author, comment=comment)
        Comment.objects.filter(pk=comment.pk).update(withdrawn_at=at)
    elif entry["status"] == "removed":
        comment = _fresh(demo, entry["key"])
        moderation.rule(
            actor=demo.people[entry["by"]],
            comment=comment,
            revision_id=comment.latest_id,
            outcome="reject",
            reason=entry["reason"],
            note=entry.get("note", ""),
        )
        Comment.objects.filter(pk=comment.pk).update(removed_at=at, decided_at=at)
        queueing.follow(comment.pk)
        Notification.objects.filter(comment=comment, kind="rejected").update(created_at=at)
    elif entry.get("picked"):
        comments.pick(actor=demo.editor, comment=_fresh(demo, entry["key"]), picked=True)
        Comment.objects.filter(pk=demo.comments[entry["key"]].pk).update(picked_at=at)


def _settle(demo: Demo, facts: dict[str, Any], article: Article) -> None:
    """The article's own dates, and the end of its discussion."""
    written = (article.published_at if facts["status"] == "published" else demo.now) - timedelta(
        hours=7
    )
    Article.objects.filter(pk=article.pk).update(created_at=written, updated_at=written)
    ArticleRevision.objects.filter(article=article).update(created_at=written)
    if facts["call_to_action"]["state"] == "closed":
        articles.close_discussion(actor=demo.editor, call_to_action=article.call_to_action)


def _write_accounts() -> None:
    """For the console: who can be signed in as, one `role  email  password` a line."""
    rows, shown = [], 0
    for row in _toml("people.toml")["people"]:
        shown += row["role"] == "reader"
        if row["role"] in ("admin", "editor") or (
            row["role"] == "reader" and shown <= SHOWN_READERS
        ):
            rows.append(f"{row['role']:<8}{row['email']:<24}{PASSWORD}")
    ACCOUNTS_FILE.write_text("\n".join(rows) + "\n", encoding="utf-8")
