"""What became of choices that were made before there were as many."""

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
BEFORE = [("accounts", "0003_reading_and_leaving")]


def test_switches_become_choices():
    executor = MigrationExecutor(connection)
    newest = [node for node in executor.loader.graph.leaf_nodes() if node[0] == "accounts"]
    try:
        executor.migrate(BEFORE)
        people = executor.loader.project_state(BEFORE).apps.get_model("accounts", "User").objects
        switches = {"all": (True, True), "replies": (True, False), "none": (False, False)}
        for name, (replies, decisions) in switches.items():
            people.create(
                email=f"{name}@example.org",
                display_name=name,
                name_key=name,
                mail_replies=replies,
                mail_decisions=decisions,
            )
        executor = MigrationExecutor(connection)
        executor.migrate(newest)
        people = executor.loader.project_state(newest).apps.get_model("accounts", "User").objects
        kinds = ("mail_replies", "mail_decisions", "mail_mentions", "mail_followed")
        found = {person.display_name: person for person in people.all()}
        assert {
            name: [getattr(person, kind) for kind in kinds] for name, person in found.items()
        } == {
            "all": ["now", "now", "now", "daily"],
            "replies": ["now", "never", "now", "daily"],
            "none": ["never", "never", "never", "never"],
        }
    finally:
        MigrationExecutor(connection).migrate(newest)
