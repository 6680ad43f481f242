"""Indexes that are built while others write."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class AddIndexOnline(AddIndexConcurrently):
    """CREATE INDEX CONCURRENTLY where there is such a thing; SQLite has one writer anyway.

    The migration needs `atomic = False`, and should do nothing else: one that was interrupted
    leaves an invalid index, which is dropped by hand before it is tried again.
    """

    def database_forwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        _by(schema_editor).database_forwards(self, app_label, schema_editor, from_state, to_state)

    def database_backwards(
        self,
        app_label: str,
        schema_editor: BaseDatabaseSchemaEditor,
        from_state: ProjectState,
        to_state: ProjectState,
    ) -> None:
        _by(schema_editor).database_backwards(self, app_label, schema_editor, from_state, to_state)


def _by(schema_editor: BaseDatabaseSchemaEditor) -> type[migrations.AddIndex]:
    """Whose way of doing it this database has."""
    online = schema_editor.connection.vendor == "postgresql"
    return AddIndexConcurrently if online else migrations.AddIndex
