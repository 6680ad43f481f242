from django.db import migrations
from django.utils import timezone


def write_down(apps, schema_editor):
    """What is in force on accounts, as sanctions that can be lifted."""
    user, sanction = (apps.get_model("accounts", name) for name in ("User", "Sanction"))
    now = timezone.now()
    told = {"given_at": now, "mailed_at": now}
    for person in user.objects.filter(restricted=True).only("pk"):
        sanction.objects.create(user=person, kind="approval", **told)
    for person in user.objects.filter(suspended_until__gt=now).only("pk", "suspended_until"):
        sanction.objects.create(user=person, kind="suspend", until=person.suspended_until, **told)
    for person in user.objects.filter(banned=True).only("pk"):
        sanction.objects.create(user=person, kind="ban", **told)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_sanctions")]
    operations = [migrations.RunPython(write_down, migrations.RunPython.noop)]
