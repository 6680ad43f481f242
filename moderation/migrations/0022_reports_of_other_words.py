"""Reports of a name and bio: one that is open for each reader, and of which words."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("comments", "0005_unproven"),
        ("moderation", "0021_batches_by_author"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveConstraint(
            model_name="report",
            name="report_profile_once",
        ),
        migrations.AddField(
            model_name="report",
            name="profile_digest",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="Of the name and bio that the reporter had read.",
                max_length=32,
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("profile__isnull", False), ("settled_at__isnull", True)),
                fields=("profile", "reporter"),
                name="report_profile_open_once",
            ),
        ),
    ]
