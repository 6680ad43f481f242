"""A site with as much waiting and as much decided as asked for, written straight into SQLite.

Only the database writes so many rows in a minute; they are shaped as the operations leave them.
"""

from datetime import timedelta
from typing import Any

from django.contrib.auth.models import Group
from django.db import connection, models, transaction
from django.utils import timezone

from accounts.models import User
from articles.models import Article, CallToAction, Section
from comments.models import Comment, CommentRevision
from moderation import desk_words, intake
from moderation.models import Appeal, DecisionRecord, QueueItem, QueueScore, Report
from moderation.queue import figures

EDITOR = "editor@example.org"
SECTIONS, ARTICLES, AUTHORS = 12, 200, 4_000
LABELS = ("toxicity", "insult", "threat", "identity_attack", "profanity", "spam")
DAY = 86_400
HELD_WITHIN, DECIDED_WITHIN = 3 * DAY, 730 * DAY  # seconds
FINDINGS = (
    '[{"code": "abuse", "outcome": "hold", "spans": [[0, 6]], "score": 0.8, "detail": {"labels":'
    ' [{"label": "insult", "score": 0.8, "from": 0.6}], "model": "bench"}}]'
)


def build(*, waiting: int, decided: int) -> User:
    """Fill an empty, migrated database. Returns an editor."""
    with connection.cursor() as cursor:
        # Nobody else reads it yet, and what is lost can be built again.
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("PRAGMA journal_mode=MEMORY")
        cursor.execute("PRAGMA cache_size=-1500000")
    intake.current_policy()
    editor = User.objects.create_user(EDITOR, None, display_name="Editor")
    editor.groups.add(Group.objects.get_or_create(name="editor")[0])
    editor.is_staff = True
    editor.save()
    editor.authenticator_set.create(type="totp", data={})
    people = User.objects.bulk_create(
        User(email=f"r{n}@example.org", display_name=f"Reader {n}", name_key=f"reader-{n}")
        for n in range(AUTHORS)
    )
    sections = Section.objects.bulk_create(
        Section(name=f"Section {n}", slug=f"section-{n}") for n in range(SECTIONS)
    )
    now = timezone.now()
    articles = Article.objects.bulk_create(
        Article(
            title=f"Article {n}",
            slug=f"article-{n}",
            body="Words.",
            section=sections[n % SECTIONS],
            status=Article.Status.PUBLISHED,
            published_at=now - timedelta(days=700),
        )
        for n in range(ARTICLES)
    )
    questions = CallToAction.objects.bulk_create(
        CallToAction(article=article, question="What do you say?", kind="open_question")
        for article in articles
    )
    # A comment and its revision name each other: that is checked when both are there.
    with transaction.atomic():
        _write_rows(waiting, waiting + decided, people[0].pk, questions[0].pk, articles[0].pk)
    figures.count()
    connection.close()  # and with it what made the writing quick
    return editor


def _write_rows(waiting: int, total: int, author: int, question: int, article: int) -> None:
    # Numbers that look like chance and are the same in every run; n counts from 0.
    chance = "((n * 2654435761 + 12345) % 1000003)"
    held = f"n >= {total - waiting}"
    late = f"(n - {total - waiting}) * {HELD_WITHIN}.0 / {max(1, waiting)}"
    early = f"n * {DECIDED_WITHIN - HELD_WITHIN}.0 / {max(1, total - waiting)}"
    ago = f"(CASE WHEN {held} THEN {HELD_WITHIN} - {late} ELSE {DECIDED_WITHIN} - {early} END)"
    at = f"strftime('%Y-%m-%d %H:%M:%f000', 'now', '-' || {ago} || ' seconds')"
    status = (
        f"(CASE WHEN {held} THEN 'held' WHEN {chance} % 7 = 0 THEN 'rejected' ELSE 'approved' END)"
    )
    risk = f"({chance} % 997 / 997.0)"
    live = f"(CASE WHEN {status} = 'approved' THEN n + 1 END)"
    live_at = f"(CASE WHEN {status} = 'approved' THEN {at} END)"
    # Skewed: the first articles and authors have most.
    authors, articles = (
        f"({first} + ({chance} % {count}) * ({chance} % {count}) / {count})"
        for first, count in ((author, AUTHORS), (article, ARTICLES))
    )
    words = (
        f"'common word' || ({chance} % 20) || ' rare' || ({chance} % 50021) || ' text of some"
        f" length that somebody wrote below an article one day'"
    )
    _insert(
        Comment,
        total,
        id="n + 1",
        call_to_action_id=f"{articles} - {article} + {question}",
        author_id=authors,
        status=status,
        latest_id="n + 1",
        live_revision_id=live,
        created_at=at,
        decided_at=at,
        live_at=live_at,
    )
    text = {"source": words, "html": f"'<p>' || {words} || '</p>'", "fingerprint": "n"}
    _insert(CommentRevision, total, id="n + 1", comment_id="n + 1", created_at=at, **text)
    _insert(
        DecisionRecord,
        total,
        id="n + 1",
        comment_id="n + 1",
        revision_id="n + 1",
        outcome=f"(CASE {status} WHEN 'held' THEN 'hold' WHEN 'rejected' THEN 'reject'"
        f" ELSE 'approve' END)",
        status_before="'pending'",
        findings=f"(CASE WHEN {status} = 'approved' THEN '[]' ELSE '{FINDINGS}' END)",
        scores="'{}'",
        software="'bench'",
        at=at,
    )
    _insert(
        QueueItem,
        total,
        comment_id="n + 1",
        status=status,
        article_id=articles,
        section_id=f"(SELECT section_id FROM articles_article WHERE id = {articles})",
        author_id=authors,
        reason=f"(CASE WHEN {status} = 'approved' THEN '' WHEN {chance} % 3 = 0 THEN 'shouting'"
        f" ELSE 'abuse' END)",
        label=f"(CASE {chance} % 10 WHEN 0 THEN 'threat' WHEN 1 THEN 'spam' ELSE 'insult' END)",
        language=f"(CASE {chance} % 20 WHEN 0 THEN 'other' WHEN 1 THEN 'de' ELSE 'en' END)",
        risk=risk,
        at=at,
        due_at=f"(CASE WHEN {held} THEN strftime('%Y-%m-%d %H:%M:%f000', 'now',"
        f" format('%+.3f seconds', 10800 * (1 - {risk}) - {ago})) END)",
        open_reports=f"(CASE WHEN {status} = 'approved' AND {chance} % 500 = 0 THEN 2 ELSE 0 END)",
        reported_at=f"(CASE WHEN {status} = 'approved' AND {chance} % 500 = 0 THEN {at} END)",
        report_weight=f"(CASE WHEN {status} = 'approved' AND {chance} % 500 = 0"
        f" THEN {chance} % 90 / 90.0 ELSE 0 END)",
        escalation_note="''",
    )
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {desk_words.INDEX.table} (rowid, place, words0) {_numbers(total)} SELECT"
            f" n + 1, CASE {status} WHEN 'held' THEN 'p2' WHEN 'approved' THEN 'p3' ELSE 'p4' END,"
            f" {words} FROM numbers"
        )
        for number, label in enumerate(LABELS):
            cursor.execute(
                f"INSERT INTO {QueueScore._meta.db_table} (item_id, label, value)"
                f" {_numbers(total, total - waiting)} SELECT n + 1, '{label}',"
                f" ((n * 2654435761 + {number}) % 9973) / 9973.0 FROM numbers"
            )
    _contest(total - waiting)
    _report()
    raised = list(QueueItem.objects.filter(status="held").values_list("pk", flat=True)[:40])
    QueueItem.objects.filter(pk__in=raised).update(escalated_at=timezone.now())


def _numbers(stop: int, start: int = 0) -> str:
    return (
        f"WITH RECURSIVE numbers(n) AS (SELECT {start} UNION ALL"
        f" SELECT n + 1 FROM numbers WHERE n + 1 < {stop})"
    )


def _insert(model: type[models.Model], total: int, /, **columns: str) -> None:
    """One row for each number: these columns by SQL, the others as the model's defaults."""
    blank = model()
    names, values, given = [], [], []
    for field in model._meta.concrete_fields:
        if field.primary_key and field.column not in columns:
            continue
        names.append(field.column)
        values.append(columns.get(field.column, "%s"))
        if field.column not in columns:
            given.append(_stored(field, blank))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({', '.join(names)}) {_numbers(total)}"
            f" SELECT {', '.join(values)} FROM numbers",
            given,
        )


def _stored(field: models.Field, blank: models.Model) -> Any:
    value = field.pre_save(blank, add=True)
    return field.get_db_prep_save(value, connection) if value is not None else None


def _contest(decided: int) -> None:
    """One rejection in fifty is contested."""
    rejected = QueueItem.objects.filter(status="rejected").order_by("pk")
    ids = list(rejected.values_list("pk", flat=True)[: decided // 7 // 50])
    Appeal.objects.bulk_create(Appeal(comment_id=pk, decision_id=pk, words="Why?") for pk in ids)


def _report() -> None:
    """The reports that rows at the desk say are open."""
    reader = User.objects.order_by("pk").last()
    told = QueueItem.objects.filter(open_reports__gt=0).values_list("pk", flat=True)
    Report.objects.bulk_create(
        Report(comment_id=pk, revision_id=pk, reporter=reader, reason="abuse")
        for pk in told.iterator(chunk_size=2_000)
    )
