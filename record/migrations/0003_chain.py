from django.db import migrations, models

from record.triggers import allow_changes, forbid_changes


class Migration(migrations.Migration):
    dependencies = [("record", "0002_append_only")]
    operations = [
        migrations.CreateModel(
            name="Reach",
            fields=[
                ("source", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("up_to", models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="Seal",
            fields=[
                ("position", models.BigIntegerField(primary_key=True, serialize=False)),
                (
                    "source",
                    models.CharField(help_text="Which table; see record/sources.py.", max_length=20),
                ),
                ("row", models.BigIntegerField(help_text="The row's number there.")),
                ("hash", models.BinaryField(max_length=32)),
            ],
            options={
                "ordering": ["-position"],
                "constraints": [
                    models.UniqueConstraint(fields=("source", "row"), name="seal_once")
                ],
            },
        ),
        migrations.AddIndex(
            model_name="entry",
            index=models.Index(fields=["verb", "id"], name="entry_verb"),
        ),
        migrations.RunPython(forbid_changes("record_seal"), allow_changes("record_seal")),
        # SQLite may have made the table of entries anew.
        migrations.RunPython(forbid_changes("record_entry"), migrations.RunPython.noop),
    ]
