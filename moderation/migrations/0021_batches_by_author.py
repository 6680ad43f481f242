from django.db import migrations, models

from record.online import AddIndexOnline


class Migration(migrations.Migration):
    atomic = False  # PostgreSQL builds it beside the writers only outside a transaction

    dependencies = [("moderation", "0020_rulings_taken_back")]

    operations = [
        AddIndexOnline(
            "batch",
            models.Index(
                fields=["author", "-id"],
                name="batch_author",
                condition=models.Q(author__isnull=False),
            ),
        ),
    ]
