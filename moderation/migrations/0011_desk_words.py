from django.db import migrations

from articles.word_index import WordIndex

INDEX = WordIndex("desk_words", fields=1)


class Migration(migrations.Migration):
    dependencies = [
        ("moderation", "0010_first_reasons"),
        ("articles", "0002_search_and_picks"),
    ]
    operations = [
        migrations.RunPython(
            lambda apps, schema_editor: INDEX.create(schema_editor),
            lambda apps, schema_editor: INDEX.drop(schema_editor),
        ),
    ]
