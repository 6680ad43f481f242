"""Which migrations the code of the version before can live with, while both versions run.

New code arrives process by process, after the database has changed; until the last old process has
ended, both write the same tables. What breaks the old one, or locks a large table for long, is
refused, unless the migration says in `breaks_old_code` why it is so and what to do.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.db import migrations, models
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.migrations.state import ProjectState
from django.db.models import NOT_PROVIDED

from record.online import AddIndexOnline

OURS = ("accounts", "articles", "comments", "moderation", "record")
# Up to here nothing has been released, so there is no older code.
BASELINE = {
    "accounts": "0010_against_abuse",
    "articles": "0002_search_and_picks",
    "comments": "0005_unproven",
    "moderation": "0022_reports_of_other_words",
    "record": "0003_chain",
}
MARK = "breaks_old_code"
LEAST_REASON = 20  # characters; "yes" is none

_HARMLESS = (
    migrations.CreateModel,
    migrations.AlterModelOptions,
    migrations.AlterModelManagers,
    migrations.AlterModelTableComment,
    migrations.RenameIndex,
    migrations.RemoveIndex,
    AddIndexOnline,
)
_GONE = {
    migrations.DeleteModel: "removes a table that old code reads",
    migrations.RenameModel: "renames a table that old code reads",
    migrations.AlterModelTable: "renames a table that old code reads",
    migrations.RemoveField: "removes a column that old code reads",
    migrations.RenameField: "renames a column that old code reads",
    migrations.AddConstraint: "makes rows impossible that old code may write",
    migrations.AlterConstraint: "makes rows impossible that old code may write",
    migrations.RemoveConstraint: "drops a rule that old code relies on, in ON CONFLICT say",
    migrations.AlterOrderWithRespectTo: "old code writes rows without the new column",
    migrations.AlterUniqueTogether: "makes rows impossible that old code may write",
    migrations.AlterIndexTogether: "builds an index while nobody can write: AddIndexOnline",
    migrations.AddIndex: "builds an index while nobody can write: AddIndexOnline",
    migrations.RunSQL: "runs SQL, which no check can read",
    migrations.RunPython: "runs code, which no check can read",
}


@dataclass(frozen=True)
class Fault:
    """One thing that old code cannot live with."""

    migration: str
    why: str


def faults(migration: migrations.Migration, before: ProjectState) -> list[Fault]:
    """What is wrong with a migration, given the models as they were before it."""
    name = f"{migration.app_label}.{migration.name}"
    if (reason := getattr(migration, MARK, None)) is not None:
        if len(reason.strip()) < LEAST_REASON:
            return [Fault(name, f"{MARK} must say why, and what to do, in a sentence")]
        return []
    state, made, found = before.clone(), set(), []
    for operation in _on_the_database(migration.operations):
        if isinstance(operation, AddIndexOnline) and migration.atomic:
            found.append(Fault(name, "AddIndexOnline needs atomic = False"))
        if isinstance(operation, migrations.CreateModel):
            made.add(operation.name_lower)
        # Nobody knows a table that this very migration makes.
        model = getattr(operation, "model_name_lower", getattr(operation, "name_lower", None))
        if model not in made and (why := _why(operation, migration.app_label, state)):
            found.append(Fault(name, f"{operation.describe()}: {why}"))
        operation.state_forwards(migration.app_label, state)
    return found


def _on_the_database(operations: list[Operation]) -> Iterator[Operation]:
    for operation in operations:
        if isinstance(operation, migrations.SeparateDatabaseAndState):
            yield from _on_the_database(operation.database_operations)
        else:
            yield operation


def _why(operation: Operation, app: str, state: ProjectState) -> str | None:
    if isinstance(operation, _HARMLESS):
        return None
    if isinstance(operation, migrations.AddField):
        return _why_not_add(operation.field)
    if isinstance(operation, migrations.AlterField):
        old = state.models[app, operation.model_name_lower].fields[operation.name]
        return _why_not_alter(old, operation.field)
    for kind, why in _GONE.items():
        if isinstance(operation, kind):
            return why
    return "is of a kind that no rule is written for"


def _why_not_add(field: models.Field) -> str | None:
    if isinstance(field, models.ManyToManyField):
        return None  # a table of its own
    if not field.null and field.db_default is NOT_PROVIDED:
        return "old code writes rows without it: null=True, or a db_default"
    if field.unique or field.db_index:
        return (
            "builds an index while nobody can write: db_index=False and db_constraint=False first,"
            " then AddIndexOnline"
        )
    return None


def _why_not_alter(old: models.Field, new: models.Field) -> str | None:
    if _type(old) != _type(new) and not _is_wider(old, new):
        return "changes a type: the table is written anew, and old code writes the former one"
    if old.null and not new.null:
        return "old code may write nothing there"
    if not new.null and old.db_default is not NOT_PROVIDED and new.db_default is NOT_PROVIDED:
        return "old code writes rows without it"
    if (new.unique and not old.unique) or (new.db_index and not old.db_index):
        return "builds an index while nobody can write: AddIndexOnline"
    if old.db_column != new.db_column:
        return "renames a column that old code reads"
    if getattr(new, "db_constraint", False) and not getattr(old, "db_constraint", False):
        return "makes rows impossible that old code may write"
    return None


def _type(field: models.Field) -> tuple[object, ...]:
    remote = field.remote_field.model if field.remote_field else None
    target = remote if isinstance(remote, str) or remote is None else remote._meta.label
    return (
        field.get_internal_type(),
        target and target.lower(),
        *(getattr(field, part, None) for part in ("max_length", "max_digits", "decimal_places")),
        field.db_collation if isinstance(field, models.CharField | models.TextField) else None,
    )


def _is_wider(old: models.Field, new: models.Field) -> bool:
    """A longer text of the same kind: PostgreSQL changes the catalogue alone."""
    if not isinstance(old, models.CharField) or not isinstance(new, models.CharField):
        return False
    kinds = {old.get_internal_type(), new.get_internal_type()}
    if len(kinds) > 1 or old.db_collation != new.db_collation:
        return False
    return new.max_length is None or (old.max_length or 0) <= new.max_length


def checked() -> list[Fault]:
    """What is wrong with the migrations of this version that come after the baseline."""
    loader = MigrationLoader(None)
    found = []
    for (app, name), migration in sorted(loader.disk_migrations.items()):
        if app in OURS and name > BASELINE[app]:
            found += faults(migration, loader.project_state((app, name), at_end=False))
    return found


def stops(plan: Iterable[migrations.Migration]) -> list[Fault]:
    """Those migrations of a plan that the site must be stopped for, with their reasons."""
    return [
        Fault(f"{migration.app_label}.{migration.name}", reason.strip())
        for migration in plan
        if (reason := getattr(migration, MARK, None)) is not None
    ]
