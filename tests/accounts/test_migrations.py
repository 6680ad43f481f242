"""What became of choices that were made before there were as many."""

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

pytestmark = pytest.mark.django_db(transaction=True, serialized_rollback=True)
BEFORE = [("accounts", "0003_reading_and_leaving")]


def test_switches_become_choices():
    try:
        # The commands, because the triggers on public columns make way for them.
        call_command("migrate", *BEFORE[0], verbosity=0)
        executor = MigrationExecutor(connection)
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
        call_command("migrate", verbosity=0)
        executor = MigrationExecutor(connection)
        newest = executor.loader.graph.leaf_nodes()
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
        call_command("migrate", verbosity=0)
