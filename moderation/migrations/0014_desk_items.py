from datetime import timedelta

from django.db import migrations, transaction
from django.db.models import Count, Q

from articles.word_index import WordIndex
from markup import plain
from moderation.pipeline.risk import riskiest
from moderation.scorer.language import language

INDEX = WordIndex("desk_words", fields=1)
PLACES = {"pending": 1, "held": 2, "approved": 3, "rejected": 4}
PATIENCE = timedelta(hours=3)  # nothing is measured yet
AT_ONCE = 500
BELIEVED = 0.5  # a report of somebody who has not been right or wrong yet


def describe_all(apps, schema_editor):
    """Give every comment its row at the desk, a part at a time, so that readers can write."""
    comments = apps.get_model("comments", "Comment").objects.filter(withdrawn_at__isnull=True)
    last = 0
    while True:
        some = list(
            comments.filter(pk__gt=last)
            .select_related("latest", "live_revision", "call_to_action__article")
            .order_by("pk")[:AT_ONCE]
        )
        if not some:
            return
        with transaction.atomic():
            describe(apps, some)
        last = some[-1].pk


def describe(apps, comments):
    items, scores = [], []
    item_of = apps.get_model("moderation", "QueueItem")
    score_of = apps.get_model("moderation", "QueueScore")
    records = {}
    known = apps.get_model("moderation", "DecisionRecord").objects.filter(comment__in=comments)
    for record in known.order_by("pk"):
        records.setdefault((record.comment_id, record.revision_id), []).append(record)
    reports = apps.get_model("moderation", "Report").objects.filter(comment__in=comments)
    standing = dict(
        reports.order_by()
        .values_list("comment")
        .annotate(found=Count("pk", filter=Q(settled_at__isnull=True)))
    )
    there = set(item_of.objects.filter(pk__in=comments).values_list("pk", flat=True))
    for comment in comments:
        revision, article = comment.latest, comment.call_to_action.article
        if revision is None or comment.pk in there:
            continue
        said = records.get((comment.pk, revision.pk), [])
        findings = next((each.findings for each in reversed(said) if each.findings), [])
        label, risk = riskiest(findings)
        at = comment.decided_at or revision.created_at
        held = comment.status == "held"
        items.append(
            item_of(
                pk=comment.pk,
                status=comment.status,
                article_id=article.pk,
                section_id=article.section_id,
                author_id=comment.author_id,
                reason=said[-1].reason if said and comment.status != "pending" else "",
                label=label,
                language=language(revision.source),
                risk=risk,
                at=at,
                due_at=at + PATIENCE * (1.0 - risk) if held else None,
                open_reports=standing.get(comment.pk, 0),
                report_weight=BELIEVED * standing.get(comment.pk, 0),
            )
        )
        if held:
            found = next((each.scores for each in reversed(said) if each.scores), {})
            scores += [
                score_of(item_id=comment.pk, label=name, value=value)
                for name, value in found.items()
            ]
        shown = comment.live_revision if comment.removed_at is None else None
        texts = {each.pk: each for each in (revision, shown) if each is not None}
        words = "\n".join(plain(each.html) for each in texts.values() if each.erased_at is None)
        if words:
            INDEX.put(comment.pk, [words], place=PLACES[comment.status])
    item_of.objects.bulk_create(items)
    score_of.objects.bulk_create(scores)


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("moderation", "0013_desk_orders")]
    operations = [migrations.RunPython(describe_all, migrations.RunPython.noop)]
