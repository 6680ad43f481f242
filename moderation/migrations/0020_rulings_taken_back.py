from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0019_newcomers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="batch",
            name="author",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                help_text="Whose comments alone it rules on.",
                null=True,
                on_delete=models.PROTECT,
                related_name="batches_about",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="queueitem",
            name="notice_before",
            field=models.JSONField(
                help_text="What its author was told of a rejection that a person has ruled on since.",
                null=True,
            ),
        ),
    ]
