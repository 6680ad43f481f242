from django.db import migrations

from record.triggers import allow_changes, forbid_changes


class Migration(migrations.Migration):
    dependencies = [("record", "0001_initial")]
    operations = [migrations.RunPython(forbid_changes("record_entry"), allow_changes("record_entry"))]
