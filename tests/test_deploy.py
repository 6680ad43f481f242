"""What is shipped for production is whole, names what is there, and may do little."""

import re
import shutil
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest
import yaml

from config.queues import QUEUES
from tests.site import REPOSITORY
from tests.test_docs import variables

DEPLOY = REPOSITORY / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
SERVICES = [path for path in UNITS if path.suffix == ".service"]
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text())
DOCKERFILE = (DEPLOY / "Dockerfile").read_text()
# Of 10; systemd calls up to 2 "ok" or better.
EXPOSURE = 2.0
with_systemd = pytest.mark.skipif(
    not shutil.which("systemd-analyze"), reason="no systemd on this machine"
)


def options(unit: Path) -> dict[str, list[str]]:
    """A unit's options with all their values, continued lines joined."""
    found = defaultdict(list)
    text = unit.read_text().replace("\\\n", " ")
    for name, value in re.findall(r"^(\w+)=(.*)$", text, flags=re.MULTILINE):
        found[name].append(" ".join(value.split()))
    return found


@pytest.fixture
def units(tmp_path: Path) -> Path:
    """The units as shipped, but for the place of the code, so that their commands are there."""
    for path in UNITS:
        text = path.read_text().replace("/srv/rejoinder", str(REPOSITORY))
        for queue in QUEUES if "@" in path.name else [""]:
            (tmp_path / path.name.replace("@", f"@{queue}")).write_text(text)
    return tmp_path


def verify(*units: Path) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        ["systemd-analyze", "verify", "--man=no", *map(str, units)], capture_output=True, text=True
    )


@with_systemd
def test_systemd_finds_nothing_wrong(units):
    done = verify(*sorted(units.iterdir()))
    assert (done.returncode, done.stderr) == (0, "")


@with_systemd
def test_and_would_say_so(units):
    web = units / "rejoinder-web.service"
    web.write_text(web.read_text().replace("bin/granian", "bin/nothing"))
    assert verify(web).returncode != 0


@with_systemd
@pytest.mark.parametrize("service", SERVICES, ids=lambda path: path.stem)
def test_a_service_may_do_little(units, service):
    name = service.name.replace("@", f"@{QUEUES[0]}")
    done = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", "--no-pager", str(units / name)],
        capture_output=True,
        text=True,
        check=True,
    )
    level = re.search(r"Overall exposure level for \S+: ([\d.]+)", done.stdout)
    assert level and float(level[1]) <= EXPOSURE


def test_every_service_is_confined_alike():
    parts = [path.read_text().partition("# What it may do")[2] for path in SERVICES]
    confined = [part.partition("[Install]")[0] for part in parts]
    assert (
        len(confined) == 3 and set(confined) == {confined[0]} and "NoNewPrivileges" in confined[0]
    )


def test_the_target_starts_a_worker_for_every_queue_and_one_clock():
    wanted = " ".join(options(DEPLOY / "systemd/rejoinder.target")["Wants"]).split()
    workers = [f"rejoinder-worker@{queue}.service" for queue in QUEUES]
    assert sorted(wanted) == sorted(["rejoinder-web.service", "rejoinder-beat.service", *workers])
    [command] = options(DEPLOY / "systemd/rejoinder-worker@.service")["ExecStart"]
    assert "--queues %i " in command and "--pool prefork" in command


def test_the_page_starts_what_the_target_wants():
    page = (REPOSITORY / "docs/operations.md").read_text()
    enabled = re.search(r"systemctl enable ((?:[^\n\\]|\\\n)+)", page)
    assert enabled
    named = set(enabled[1].replace("\\\n", " ").split())
    wanted = " ".join(options(DEPLOY / "systemd/rejoinder.target")["Wants"]).split()
    assert named == {name.removesuffix(".service") for name in wanted} | {"rejoinder.target"}


def test_the_shipped_environment_names_variables_that_are_read():
    lines = (DEPLOY / "rejoinder.env").read_text().splitlines()
    named = {line.partition("=")[0] for line in lines if line and not line.startswith("#")}
    assert named <= set(variables()) and {"SITE_URL", "DATABASE_URL", "REDIS_URL"} <= named
    for unit in SERVICES:
        own = re.findall(r"(\w+)=", " ".join(options(unit)["Environment"]))
        foreign = {"PYTHONDONTWRITEBYTECODE", "MALLOC_ARENA_MAX", "WORKER_PROCESSES"}
        assert set(own) <= set(variables()) | foreign


# --- Containers -------------------------------------------------------------------------------


def copied() -> list[str]:
    """What the image takes from the repository."""
    lines = re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, flags=re.MULTILINE)
    return [name for line in lines for name in line.split()]


def test_the_image_takes_what_is_there_and_all_of_the_code():
    assert copied() and all((REPOSITORY / name).exists() for name in copied())
    code = {
        path.name
        for path in REPOSITORY.iterdir()
        if (path / "__init__.py").exists() and path.name not in ("benchmarks", "tests")
    }
    assert code | {"locale", "static", "templates", "manage.py"} <= set(copied())


def test_what_is_kept_out_of_an_image_is_everything_else():
    lines = (DEPLOY / "Dockerfile.dockerignore").read_text().splitlines()
    assert lines[1] == "*"
    assert {line[1:] for line in lines if line.startswith("!")} == set(copied())


def test_the_image_is_built_by_hash_and_runs_as_nobody_in_particular():
    stages = re.findall(r"^FROM (\S+)(?: AS (\w+))?$", DOCKERFILE, flags=re.MULTILINE)
    assert [name for _image, name in stages] == ["built", ""]
    assert len({image for image, _name in stages}) == 1, "a Python that the packages were built for"
    assert DOCKERFILE.count("--require-hashes") == 2
    last = DOCKERFILE.rpartition("FROM ")[2]
    assert "\nUSER rejoinder\n" in last and "pip" not in last


def test_no_address_of_a_registry_is_written_down():
    text = DOCKERFILE + (DEPLOY / "compose.yaml").read_text()
    images = re.findall(r"(?:image:|^FROM) (\S+)", text, flags=re.MULTILINE)
    assert images and not [image for image in images if "/" in image]
    assert not re.search(r"index-url|https?://(?!127\.0\.0\.1)", text)


def test_compose_runs_every_part_once():
    services = COMPOSE["services"]
    commands = {name: " ".join(part.get("command", [])) for name, part in services.items()}
    workers = [part for name, part in services.items() if " worker " in commands[name]]
    assert sorted(part["environment"]["QUEUE"] for part in workers) == sorted(QUEUES)
    assert [name for name, command in commands.items() if " beat" in command] == ["beat"]
    assert {"prepare", "web", "nginx", "postgres", "redis"} <= set(services)
    assert "noeviction" in commands["redis"] and "--appendonly yes" in commands["redis"]


def test_compose_names_what_it_has():
    services = COMPOSE["services"]
    for part in services.values():
        assert set(part.get("depends_on", [])) <= set(services)
        for volume in part.get("volumes", []):
            source = volume.partition(":")[0]
            here = source.startswith("./")
            assert source in COMPOSE["volumes"] or source == "./tls" or (DEPLOY / source).exists()
            assert here or source in COMPOSE["volumes"]


@pytest.mark.parametrize("name", ["web", "prepare", "beat", *(f"worker-{q}" for q in QUEUES)])
def test_a_container_of_ours_may_do_little_and_knows_where_to_go(name):
    part = COMPOSE["services"][name]
    assert part["read_only"] and part["cap_drop"] == ["ALL"]
    assert part["security_opt"] == ["no-new-privileges:true"]
    assert {"DATABASE_URL", "REDIS_URL", "BEHIND_PROXY"} <= set(part["environment"])
    assert set(part["environment"]) <= set(variables()) | {"QUEUE"}


def test_nginx_in_a_container_finds_the_web_server_where_its_configuration_says():
    nginx = COMPOSE["services"]["nginx"]
    assert nginx["network_mode"] == "service:web" and "ports" not in nginx
    assert "./nginx/rejoinder.conf:/etc/nginx/conf.d/default.conf:ro" in nginx["volumes"]
    assert COMPOSE["services"]["web"]["environment"]["REJOINDER_HOST"] == "127.0.0.1"
