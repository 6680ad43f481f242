"""The API asked everything that its document allows, and what it does not: no answer breaks, and
none is one that the document does not name. `make fuzz` asks a hundred times as much."""

import copy
import json
import random
from collections import Counter
from types import SimpleNamespace

import pytest
import schemathesis
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.core.failures import FailureGroup
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
EXAMPLES = 400 if DEEP else 4  # of each operation, allowed and not
CHECKS = [
    not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]
DOCUMENT = json.loads(json.dumps(api.get_openapi_schema(), default=str))
SCHEMA = schemathesis.openapi.from_dict(DOCUMENT)
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
    people = [scene.people[role] for role in ("author", "admin", "admin")]
    scene.secrets = ["", *(issue_token(actor=who, user=who, name="fuzz")[1] for who in people)]
    scene.rows = {
        "slug": [scene.article.slug],
        "comment_id": [scene.live.pk, scene.other.pk, scene.held.pk, scene.refused.pk],
        "cluster_id": [scene.advert.pk],
        "record_id": [scene.ruling.pk],
        "appeal_id": [scene.appeal.pk],
        "person_id": [scene.author.pk, scene.reader.pk],
        "sanction_id": [scene.warning.pk, scene.warned.pk],
    }
    yield scene
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


def examine(scene: SimpleNamespace, name: str, mode: GenerationMode) -> Counter[int]:
    """Ask one operation; returns how often it answered with which status."""
    choose, statuses = random.Random(name), Counter[int]()

    @settings(
        max_examples=EXAMPLES,
        derandomize=not DEEP,
        database=None,
        deadline=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(OPERATIONS[name].as_strategy(generation_mode=mode))
    def ask(case) -> None:
        # A number that names nothing is answered before the body is read.
        for argument, there in scene.rows.items():
            if argument in (case.path_parameters or {}) and choose.random() < 0.7:
                case.path_parameters[argument] = choose.choice(there)
        secret = choose.choice(scene.secrets)
        headers = {"Accept-Encoding": "identity"}
        headers |= {"Authorization": f"Bearer {secret}"} if secret else {}
        with undone():
            response = case.call(headers=headers)
            case.validate_response(response, checks=CHECKS)
        statuses[response.status_code] += 1

    ask()
    return statuses


@pytest.mark.parametrize("mode", GenerationMode, ids=lambda mode: mode.name.lower())
def test_no_answer_breaks_or_is_undocumented(scene, mode):
    statuses: Counter[int] = Counter()
    for name in OPERATIONS:
        statuses += examine(scene, name, mode)
    # It was let in, and far enough to be refused for what it said.
    assert sum(statuses.values()) > 2 * len(OPERATIONS)
    assert statuses[422] and statuses[401]
    assert statuses[200] or mode is GenerationMode.NEGATIVE


def test_an_answer_that_the_document_does_not_name_is_found(scene):
    """That the checks above check: the same API against a document that says less."""
    poorer = copy.deepcopy(DOCUMENT)
    del poorer["paths"]["/api/v1/articles/{slug}"]["get"]["responses"]["404"]
    schema = schemathesis.openapi.from_dict(poorer)
    schema.app = SCHEMA.app
    case = schema["/api/v1/articles/{slug}"]["GET"].Case(path_parameters={"slug": "nowhere"})
    response = case.call(headers={"Accept-Encoding": "identity"})
    assert response.status_code == 404
    with pytest.raises(FailureGroup, match="Undocumented|distinct failure"):
        case.validate_response(response, checks=CHECKS)
