"""Since when a comment is on the desk's tab of reports: its oldest report that is open."""

from django.db import migrations, models
from django.db.models import Min, OuterRef, Subquery


def fill(apps, schema_editor):
    alias = schema_editor.connection.alias
    items = apps.get_model("moderation", "QueueItem").objects.using(alias)
    reports = apps.get_model("moderation", "Report").objects.using(alias)
    oldest = (
        reports.filter(comment=OuterRef("pk"), settled_at__isnull=True)
        .order_by()
        .values("comment")
        .annotate(oldest=Min("created_at"))
        .values("oldest")
    )
    items.filter(open_reports__gt=0).update(reported_at=Subquery(oldest))


class Migration(migrations.Migration):
    # PostgreSQL does not alter a table in the transaction that has just changed its rows.
    atomic = False

    dependencies = [("moderation", "0016_what_is_urgent")]

    operations = [
        migrations.RemoveIndex(model_name="queueitem", name="queue_reported_at"),
        migrations.AddField(
            model_name="queueitem",
            name="reported_at",
            field=models.DateTimeField(
                blank=True, help_text="Of the oldest report that is open.", null=True
            ),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name="queueitem",
            index=models.Index(
                condition=models.Q(("open_reports__gt", 0)),
                fields=["reported_at", "comment"],
                name="queue_reported_at",
            ),
        ),
    ]
