"""A migration that old code cannot live with is refused, kind by kind, and those alone."""

from io import StringIO

import pytest
from django.contrib.postgres.operations import BtreeGinExtension
from django.core.management import call_command
from django.db import connection, migrations, models
from django.db.migrations.state import ModelState, ProjectState

from config import migration_rules
from config.migration_rules import faults, stops
from record.online import AddIndexOnline

INDEX = models.Index(fields=["name"], name="by_name")
UNIQUE = models.UniqueConstraint(fields=["name"], name="one_name")
OTHER = models.Index(fields=["name"], name="former")


def before() -> ProjectState:
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=20)),
        ("note", models.TextField(null=True)),
        ("rank", models.IntegerField(db_default=0)),
        ("plain", models.IntegerField()),
    ]
    options = {"indexes": [OTHER], "constraints": [UNIQUE]}
    state.add_model(ModelState("record", "Thing", fields, options=options))
    state.add_model(ModelState("record", "Other", [("id", models.BigAutoField(primary_key=True))]))
    return state


def made(*operations, **more) -> migrations.Migration:
    migration = type("Migration", (migrations.Migration,), {"operations": operations, **more})
    return migration("0004_x", "record")


def add(**how) -> migrations.AddField:
    return migrations.AddField("thing", "more", models.IntegerField(**how))


def alter(name: str, field: models.Field) -> migrations.AlterField:
    return migrations.AlterField("thing", name, field)


def points_to_other(**how) -> models.ForeignKey:
    return models.ForeignKey("record.Other", models.CASCADE, **how)


REFUSED = {
    "a table is removed": migrations.DeleteModel("Other"),
    "a table is renamed": migrations.RenameModel("Other", "Another"),
    "a table is renamed beneath": migrations.AlterModelTable("Other", "elsewhere"),
    "a column is removed": migrations.RemoveField("thing", "note"),
    "a column is renamed": migrations.RenameField("thing", "note", "remark"),
    "a column is renamed beneath": alter("note", models.TextField(null=True, db_column="remark")),
    "a column must be filled": add(),
    "a default that Django alone knows": add(default=3),
    "a new column has an index": add(null=True, db_index=True),
    "a new column is unique": add(null=True, unique=True),
    "a new foreign key": migrations.AddField("thing", "more", points_to_other(null=True)),
    "a type changes": alter("plain", models.BigIntegerField()),
    "a text becomes shorter": alter("name", models.CharField(max_length=10)),
    "a text becomes another kind": alter("name", models.TextField()),
    "nothing may no longer be nothing": alter("note", models.TextField(default="")),
    "the database's default goes": alter("rank", models.IntegerField()),
    "an index on a column": alter("plain", models.IntegerField(db_index=True)),
    "one of each": alter("plain", models.IntegerField(unique=True)),
    "an index that locks": migrations.AddIndex("thing", INDEX),
    "an index beside, in a transaction": AddIndexOnline("thing", INDEX),
    "a constraint": migrations.AddConstraint("thing", UNIQUE),
    "a constraint less": migrations.RemoveConstraint("thing", "one_name"),
    "one of each pair": migrations.AlterUniqueTogether("thing", {("name", "plain")}),
    "an order": migrations.AlterOrderWithRespectTo("thing", "name"),
    "SQL": migrations.RunSQL("SELECT 1"),
    "code": migrations.RunPython(migrations.RunPython.noop),
    "what no rule knows": BtreeGinExtension(),
    "apart from the state": migrations.SeparateDatabaseAndState(
        database_operations=[migrations.RemoveField("thing", "note")]
    ),
}
ALLOWED = {
    "a table": migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))]),
    "a column that may be empty": add(null=True),
    "a column that the database fills": add(db_default=3),
    "a foreign key without index and bond": migrations.AddField(
        "thing", "more", points_to_other(null=True, db_index=False, db_constraint=False)
    ),
    "many to many": migrations.AddField("thing", "more", models.ManyToManyField("record.Other")),
    "a longer text": alter("name", models.CharField(max_length=40)),
    "what only Django knows": alter("plain", models.IntegerField(help_text="More.", default=2)),
    "what may be nothing from now on": alter("plain", models.IntegerField(null=True)),
    "the database's default": alter("plain", models.IntegerField(db_default=1)),
    "an index less": migrations.RemoveIndex("thing", "former"),
    "words about a model": migrations.AlterModelOptions("thing", {"verbose_name": "a thing"}),
    "in the state alone": migrations.SeparateDatabaseAndState(
        state_operations=[migrations.RemoveField("thing", "note")]
    ),
}


@pytest.mark.parametrize("what", REFUSED)
def test_what_breaks_old_code_is_refused(what):
    [fault] = faults(made(REFUSED[what]), before())
    assert fault.migration == "record.0004_x" and fault.why


@pytest.mark.parametrize("what", REFUSED)
def test_unless_it_says_why(what):
    reason = "Nothing has read it since the version before."
    assert faults(made(REFUSED[what], breaks_old_code=reason), before()) == []


@pytest.mark.parametrize("what", ALLOWED)
def test_what_old_code_can_live_with_is_allowed(what):
    assert faults(made(ALLOWED[what]), before()) == []


def test_a_mark_without_a_reason_is_none():
    [fault] = faults(made(REFUSED["SQL"], breaks_old_code="yes"), before())
    assert "must say why" in fault.why


def test_an_index_is_built_beside_the_writers():
    assert faults(made(AddIndexOnline("thing", INDEX), atomic=False), before()) == []


def test_nobody_knows_a_table_that_the_migration_itself_makes():
    new = migrations.CreateModel("New", [("id", models.BigAutoField(primary_key=True))])
    more = [
        migrations.AddField("new", "name", models.CharField(max_length=5)),
        migrations.AddIndex("new", INDEX),
        migrations.AddConstraint("new", UNIQUE),
    ]
    assert faults(made(new, *more), before()) == []


def test_every_operation_is_judged_and_by_the_models_as_they_are_then():
    wider = alter("name", models.CharField(max_length=40))
    narrower = alter("name", models.CharField(max_length=30))
    found = faults(made(wider, narrower, REFUSED["SQL"]), before())
    assert [fault.why.partition(":")[0] for fault in found] == [
        "Alter field name on thing",
        "Raw SQL operation",
    ]


def test_the_migrations_of_this_version_pass():
    assert migration_rules.checked() == []


def test_the_baseline_was_needed_and_is_there(monkeypatch):
    monkeypatch.setattr(migration_rules, "BASELINE", dict.fromkeys(migration_rules.OURS, ""))
    whys = {fault.migration: fault.why for fault in migration_rules.checked()}
    assert "moderation.0007_desk" in whys
    call = StringIO()
    with pytest.raises(SystemExit):
        call_command("check_migrations", stdout=call)
    assert "moderation.0007_desk: " in call.getvalue()


def test_who_upgrades_is_told_what_to_stop_for():
    [fault] = stops([made(), made(REFUSED["SQL"], breaks_old_code="It renames a column for good.")])
    assert fault.why == "It renames a column for good."


@pytest.mark.django_db
def test_nothing_is_due_in_a_database_of_this_version():
    call = StringIO()
    call_command("check_migrations", "--due", stdout=call)
    assert call.getvalue() == "The site can go on running.\n"


@pytest.mark.django_db(transaction=True, serialized_rollback=True)
def test_an_index_online_is_made_and_taken_back():
    state = ProjectState()
    fields = [
        ("id", models.BigAutoField(primary_key=True)),
        ("name", models.CharField(max_length=9)),
    ]
    state.add_model(ModelState("record", "Thing", fields))
    after = state.clone()
    operation = AddIndexOnline("thing", INDEX)
    operation.state_forwards("record", after)
    model = state.apps.get_model("record", "Thing")

    def indexes() -> set[str]:
        with connection.cursor() as cursor:
            return set(connection.introspection.get_constraints(cursor, "record_thing"))

    with connection.schema_editor() as editor:
        editor.create_model(model)
    try:
        with connection.schema_editor(atomic=False) as editor:
            operation.database_forwards("record", editor, state, after)
        assert "by_name" in indexes()
        with connection.schema_editor(atomic=False) as editor:
            operation.database_backwards("record", editor, after, state)
        assert "by_name" not in indexes()
    finally:
        with connection.schema_editor() as editor:
            editor.delete_model(model)
