from django.db import migrations

from record.triggers import allow_changes, forbid_changes


class Migration(migrations.Migration):
    dependencies = [("moderation", "0001_initial")]
    operations = [migrations.RunPython(forbid_changes("moderation_decisionrecord"), allow_changes("moderation_decisionrecord"))]
