from django.db import migrations, models

from articles.word_index import WordIndex

INDEX = WordIndex("articles_words", fields=3)


class Migration(migrations.Migration):
    dependencies = [("articles", "0001_initial")]
    operations = [
        migrations.AddField(
            model_name="calltoaction",
            name="picks",
            field=models.JSONField(
                default=list,
                editable=False,
                help_text="Numbers of the comments shown on top, newest pick first.",
            ),
        ),
        migrations.RunPython(
            lambda apps, schema_editor: INDEX.create(schema_editor),
            lambda apps, schema_editor: INDEX.drop(schema_editor),
        ),
    ]
