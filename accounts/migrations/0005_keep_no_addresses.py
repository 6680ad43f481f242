from django.db import migrations

from accounts.devices import NOWHERE, coarse


def keep_little(apps, schema_editor):
    sessions = apps.get_model("usersessions", "UserSession").objects
    sessions = sessions.using(schema_editor.connection.alias)
    for session in sessions.only("pk", "user_agent").iterator(chunk_size=500):
        sessions.filter(pk=session.pk).update(ip=NOWHERE, user_agent=coarse(session.user_agent))


class Migration(migrations.Migration):
    """What earlier versions kept of a sign-in and this one does not."""

    dependencies = [
        ("accounts", "0004_how_each_kind_is_mailed"),
        ("usersessions", "0001_initial"),
    ]

    operations = [migrations.RunPython(keep_little, migrations.RunPython.noop)]
