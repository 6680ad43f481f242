from django.db import migrations

# Told and rested on as in the code until an admin says otherwise; the key chooses it at the desk.
FIRST = (
    ("abusive", "a"),
    ("off_topic", "o"),
    ("spam", "s"),
    ("personal_data", "p"),
    ("illegal", "i"),
    ("unreadable", "u"),
)


def write_first(apps, schema_editor):
    reason = apps.get_model("moderation", "RejectionReason")
    for position, (code, key) in enumerate(FIRST, start=1):
        reason.objects.get_or_create(code=code, defaults={"key": key, "position": position})


class Migration(migrations.Migration):
    dependencies = [("moderation", "0009_effects")]
    operations = [migrations.RunPython(write_first, migrations.RunPython.noop)]
