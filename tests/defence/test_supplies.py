"""What the site is made of, and on which secrets it starts."""

import json

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command

from config import demo
from tests.defence.test_headers import settings_of
from tests.factories import make_user
from tests.supplies import PINNED, RUNTIME, audited, loose, pins, unlisted

HASH = "--hash=sha256:" + "0" * 64
GOOD = f"django==5.2.1 \\\n    {HASH} \\\n    {HASH}\n"


@pytest.mark.parametrize("path", PINNED, ids=lambda path: path.name)
def test_everything_that_is_installed_is_pinned_by_hash(path):
    assert loose(path.read_text()) == []
    assert pins(path.read_text())


@pytest.mark.parametrize(
    "line",
    [
        "django==5.2.1",
        f"django>=5.2 {HASH}",
        f"django {HASH}",
        "django==5.2.1 --hash=md5:00",
        f"django==5.2.1 {HASH} --pre",
        f"django==5.* {HASH}",
        "-i elsewhere",
        "--find-links wheels",
        "-e .",
        "-r other.txt",
        f"django @ https://example.org/django.whl {HASH}",
        f"git+https://example.org/django.git {HASH}",
    ],
)
def test_what_is_not_pinned_by_hash_is_found(line):
    assert loose(GOOD) == []
    assert len(loose(f"# a note\n{GOOD}{line}\n")) == 1


def test_a_list_of_parts_without_one_of_them_is_found():
    def listed(*parts):
        sums = [{"hashes": [{"alg": "SHA-256", "content": "0" * 64}]}]
        return json.dumps(
            {
                "components": [
                    {"name": name, "version": version, "externalReferences": sums}
                    for name, version in parts
                ]
            }
        )

    whole = pins(RUNTIME.read_text())
    assert len(whole) > 30
    assert unlisted(RUNTIME.read_text(), listed(*whole)) == set()
    one = min(whole)
    assert unlisted(RUNTIME.read_text(), listed(*(whole - {one}))) == {one}
    assert unlisted(GOOD, listed(("django", "5.2.0"))) == {("django", "5.2.1")}
    bare = json.dumps({"components": [{"name": "django", "version": "5.2.1"}]})
    assert unlisted(GOOD, bare) == {("django", "5.2.1")}


def test_known_faults_and_unknown_packages_are_told_apart():
    said = {
        "dependencies": [
            {"name": "a", "version": "1", "vulns": [{"id": "X-1", "fix_versions": ["2"]}]},
            {"name": "b", "version": "1", "vulns": []},
            {"name": "c", "skip_reason": "not found"},
        ]
    }
    assert audited(json.dumps(said)) == (["a 1: X-1, mended in 2"], ["c"])


# --- secrets --------------------------------------------------------------------------------------

RANDOM = "kQ2v8Zt1LxWm5RbY7cNd0JfHs9GpA3eUoI6TqVBnMzXyCwDlKjShFgEr"


@pytest.mark.parametrize(
    "secret",
    [
        "django-insecure-" + RANDOM,
        "change-me-" + RANDOM,
        "Changeme" + RANDOM,
        "your secret key here, at least fifty characters of it",
        RANDOM[:49],
        "x" * 60,
        "abc" * 20,
    ],
)
def test_production_does_not_start_on_a_secret_that_can_be_guessed(monkeypatch, tmp_path, secret):
    with pytest.raises(ImproperlyConfigured, match="SECRET_KEY can be guessed") as refusal:
        settings_of(monkeypatch, tmp_path, SECRET_KEY=secret)
    assert secret not in str(refusal.value)


def test_production_starts_on_a_random_secret_or_makes_its_own(monkeypatch, tmp_path):
    assert settings_of(monkeypatch, tmp_path, SECRET_KEY=RANDOM)["SECRET_KEY"] == RANDOM
    made = tmp_path / "secret_key"
    assert not made.exists()
    own = settings_of(monkeypatch, tmp_path, SECRET_KEY="")["SECRET_KEY"]
    assert len(own) >= 50 and made.read_text() == own
    assert made.stat().st_mode & 0o077 == 0, "nobody else on the machine may read it"


def test_no_environment_turns_debugging_on(monkeypatch, tmp_path):
    said = settings_of(monkeypatch, tmp_path, SECRET_KEY=RANDOM, DEBUG="1", DJANGO_DEBUG="1")
    assert said["DEBUG"] is False


@pytest.mark.django_db
def test_production_does_not_start_with_the_demos_passwords(settings):
    person = make_user(role="admin")
    person.email = "tamsin@example.org"
    person.set_password(demo.PASSWORD)
    person.save()
    assert demo.open_to_anybody() == ["tamsin@example.org"]
    settings.DEVELOPMENT = False
    with pytest.raises(CommandError, match=r"tamsin@example\.org"):
        call_command("prepare")
    person.set_password("another one, and long")
    person.save()
    assert demo.open_to_anybody() == []
