from django.db import migrations


def write_first(apps, schema_editor):
    policy = apps.get_model("moderation", "Policy")
    if not policy.objects.exists():
        policy.objects.create()


class Migration(migrations.Migration):
    dependencies = [("moderation", "0002_append_only")]
    operations = [migrations.RunPython(write_first, migrations.RunPython.noop)]
