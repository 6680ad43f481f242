"""The API asked everything that its document allows, and what it does not: no answer breaks, and
none is one that the document does not name. `make fuzz` asks a hundred times as much."""

import random
from types import SimpleNamespace

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from accounts.operations import issue_token
from config.api import api
from tests.defence.scene import furnish
from tests.defence.writes import undone

pytestmark = pytest.mark.django_db
DEEP = settings.get_current_profile_name() == "deep"
EXAMPLES = 400 if DEEP else 6  # of each operation, mode and caller
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
SCHEMA = schemathesis.openapi.from_dict(api.get_openapi_schema())
SCHEMA.app = WSGIHandler()
OPERATIONS = {
    f"{found.ok().method.upper()} {found.ok().path}": found.ok()
    for found in SCHEMA.get_all_operations()
}


@pytest.fixture
def scene(db) -> SimpleNamespace:
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    scene = furnish()
    scene.secrets = {"": ""}
    for role in ("author", "admin"):
        person = scene.people[role]
        scene.secrets[role] = issue_token(actor=person, user=person, name="fuzz")[1]
    yield scene
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.name.lower())
@pytest.mark.parametrize("operation", OPERATIONS)
def test_no_answer_breaks_or_is_undocumented(scene, operation, mode):
    cases = OPERATIONS[operation].as_strategy(generation_mode=mode)
    rows = {
        "slug": [scene.article.slug],
        "comment_id": [scene.live.pk, scene.other.pk, scene.held.pk, scene.refused.pk],
        "cluster_id": [scene.advert.pk],
        "record_id": [scene.ruling.pk],
        "appeal_id": [scene.appeal.pk],
        "person_id": [scene.author.pk, scene.reader.pk],
        "sanction_id": [scene.warning.pk, scene.warned.pk],
    }
    choose = random.Random(operation)

    @settings(
        max_examples=EXAMPLES * len(scene.secrets),
        derandomize=not DEEP,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(cases)
    def ask(case) -> None:
        # A number that names nothing is answered before the body is read.
        for name, there in rows.items():
            if name in (case.path_parameters or {}) and choose.random() < 0.7:
                case.path_parameters[name] = choose.choice(there)
        secret = choose.choice(list(scene.secrets.values()))
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Authorization": f"Bearer {secret}"} if secret else {}
        with undone():
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)

    ask()
