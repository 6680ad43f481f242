from django.db import migrations, models

CADENCES = [("now", "At once"), ("daily", "Once a day"), ("never", "Never")]
SWITCHES = ("mail_replies", "mail_decisions")


def choose(apps, schema_editor):
    people = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    for switch in SWITCHES:
        people.filter(**{f"{switch}_wanted": False}).update(**{switch: "never"})
        # Whoever wants no mail at all is not surprised by a new kind.
    people.filter(mail_replies="never", mail_decisions="never").update(
        mail_mentions="never", mail_followed="never"
    )


def switch_back(apps, schema_editor):
    people = apps.get_model("accounts", "User").objects.using(schema_editor.connection.alias)
    for switch in SWITCHES:
        people.filter(**{switch: "never"}).update(**{f"{switch}_wanted": False})


class Migration(migrations.Migration):

    dependencies = [
        ("accounts", "0003_reading_and_leaving"),
    ]

    operations = [
        *(
            migrations.RenameField("user", switch, f"{switch}_wanted")
            for switch in SWITCHES
        ),
        migrations.AddField(
            "user",
            "mail_replies",
            models.CharField("replies to my comments", max_length=5, choices=CADENCES, default="now"),
        ),
        migrations.AddField(
            "user",
            "mail_decisions",
            models.CharField(
                "decisions on my comments", max_length=5, choices=CADENCES, default="now"
            ),
        ),
        migrations.AddField(
            "user",
            "mail_mentions",
            models.CharField("mentions of my name", max_length=5, choices=CADENCES, default="now"),
        ),
        migrations.AddField(
            "user",
            "mail_followed",
            models.CharField(
                "discussions I follow", max_length=5, choices=CADENCES, default="daily"
            ),
        ),
        migrations.AddField(
            "user",
            "digested_on",
            models.DateField(
                null=True,
                blank=True,
                editable=False,
                help_text="The day, where the reader is, whose digest has been seen to.",
            ),
        ),
        migrations.RunPython(choose, switch_back),
        *(migrations.RemoveField("user", f"{switch}_wanted") for switch in SWITCHES),
    ]
