"""What the documents list is what the code has."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

from accounts.limits import LIMITS
from accounts.models import ROLES
from config import defaults, doctor, health, metrics
from config.demo import PASSWORD
from moderation import reasons
from moderation.models import Policy, Report
from moderation.pipeline import CHECKS

ROOT = Path(__file__).resolve().parent.parent
DOCS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").glob("*.md"), *ROOT.glob("benchmarks/*.md")])
ROOMS = ("accounts", "articles", "comments", "config", "moderation", "record")
ROOMS += ("failpoints", "folding", "fulltext", "markup", "supervisor", "benchmarks")

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"^```.*?^```|`[^`\n]+`", re.MULTILINE | re.DOTALL)
_PLACE = re.compile(r"([\w./-]+/[\w.-]+\.(?:py|html|js|css|sh|json))(?::([\w.]+))?")


def read(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def section(name: str, title: str) -> str:
    """The text under a heading of level two."""
    parts = re.split(r"^## ", read(name), flags=re.MULTILINE)
    found = [part for part in parts if part.startswith(f"{title}\n")]
    assert len(found) == 1, f"{name} has {len(found)} sections called {title}"
    return found[0]


def rows(text: str) -> dict[str, list[str]]:
    """The rows of a text's tables whose first cell is one word of code: that word to its cells."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        first, *cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and re.fullmatch(r"`[^`]+`", first):
            name = first.strip("`")
            assert name not in found, f"{name} is listed twice"
            found[name] = cells
    return found


def words(text: str) -> set[str]:
    """The words of code in a text, without its blocks of code."""
    return {code.strip("`") for code in _CODE.findall(text) if not code.startswith("```")}


# --- docs/moderation.md -----------------------------------------------------------------------


def test_every_check_is_described_in_its_order_and_no_other():
    listed = list(rows(section("docs/moderation.md", "The checks")))
    unchecked = [code for code in reasons.MACHINE if code not in CHECKS]
    assert listed == [*CHECKS, *unchecked]


@pytest.mark.parametrize("name", CHECKS)
def test_a_check_is_described_with_its_outcome_and_the_policy_it_reads(name):
    source = read(f"moderation/pipeline/checks/{name}.py")
    _question, outcome, policy = rows(section("docs/moderation.md", "The checks"))[name]
    # A score holds; where an admin lets it reject, the policy's own table says so.
    outcomes = re.findall(r"Outcome\.([A-Z]+)", source) or ["HOLD"] * ("judged_by" in source)
    assert {outcome} == {found.lower() for found in outcomes}
    assert words(policy) == set(re.findall(r"\bpolicy\.(\w+)", source))


def test_every_policy_field_is_described_with_its_default_and_no_other():
    listed = {
        name: cells[0] for name, cells in rows(section("docs/moderation.md", "Policy")).items()
    }
    assert listed == {
        field.name: "empty" if field.get_default() in (None, []) else str(field.default)
        for field in Policy._meta.concrete_fields
        if field.editable and not field.primary_key
    }


def test_every_reason_is_listed_with_its_guideline_and_its_words_and_no_other():
    listed = {
        code: (guideline.strip("`"), told)
        for code, (guideline, told) in rows(section("docs/moderation.md", "Reasons")).items()
    }
    assert listed == {
        code: (reason.guideline or "none", str(reason.told)) for code, reason in reasons.ALL.items()
    }


def test_every_guideline_a_reason_points_to_is_one_a_new_house_has():
    written = {guideline["code"] for guideline in defaults.guidelines()}
    assert {reason.guideline for reason in reasons.ALL.values()} - {""} <= written


def test_every_reason_for_a_report_is_listed_and_no_other():
    listed = rows(section("docs/moderation.md", "Reports"))
    assert listed == {value: [str(label)] for value, label in Report.Reason.choices}


# --- docs/operations.md -----------------------------------------------------------------------


def variables() -> dict[str, object]:
    """Every environment variable the settings read, with its default where that is a constant."""
    found: dict[str, object] = {}
    for node in ast.walk(ast.parse(read("config/settings.py"))):
        if not isinstance(node, ast.Call) or not isinstance(node.func, ast.Attribute):
            continue
        if not isinstance(node.func.value, ast.Name) or node.func.value.id != "env":
            continue
        defaults = [word.value for word in node.keywords if word.arg == "default"]
        constant = defaults and isinstance(defaults[0], ast.Constant) and defaults[0].value
        found[ast.literal_eval(node.args[0])] = defaults[0].value if constant else None
    return found


def test_every_environment_variable_is_described_and_no_other():
    assert set(rows(section("docs/operations.md", "Environment variables"))) == set(variables())


def test_the_defaults_of_environment_variables_are_those_of_the_settings():
    listed = rows(section("docs/operations.md", "Environment variables"))
    constants = {name: default for name, default in variables().items() if default is not None}
    assert len(constants) > 5
    for name, default in constants.items():
        assert f"`{default}`" in listed[name][0], name


def test_only_the_settings_read_the_environment():
    readers = {
        path.relative_to(ROOT).as_posix()
        for path in sources()
        if re.search(r"os\.environ(?!\.setdefault|\[\")|getenv", path.read_text(encoding="utf-8"))
    }
    assert not [name for name in readers if not name.startswith("benchmarks/")]


def subsection(title: str) -> str:
    """The text under a heading of level three of "Running it"."""
    parts = re.split(r"^### ", section("docs/operations.md", "Running it"), flags=re.MULTILINE)
    [found] = [part for part in parts if part.startswith(f"{title}\n")]
    return found


def test_every_metric_is_described_and_no_other():
    assert set(rows(subsection("Metrics"))) == metrics.names()


def test_every_alert_watches_a_metric_there_is_and_says_what_to_do():
    text = read("deploy/prometheus/alerts.yml")
    named = {
        re.sub(r"_(bucket|count|sum)$", "", name) for name in re.findall(r"rejoinder_\w+", text)
    }
    assert len(named) > 10
    assert named <= metrics.names()
    alerts = text.count("- alert:")
    assert alerts == text.count("summary:") == text.count("description:") == text.count("severity:")


def test_every_check_of_the_doctor_is_described_in_its_order():
    assert list(rows(subsection("Doctor"))) == [check.__name__ for check in doctor.CHECKS]


def test_every_probe_is_described():
    assert set(rows(subsection("Health"))) == set(health.PROBES)


# --- docs/architecture.md ---------------------------------------------------------------------


def sources() -> list[Path]:
    """Every Python file of ours but the tests."""
    return sorted(path for room in ROOMS for path in (ROOT / room).rglob("*.py"))


def importers(package: str) -> set[str]:
    found = set()
    for path in sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            if isinstance(node, ast.ImportFrom) and not node.level:
                names = [node.module]
            if package in {name.partition(".")[0] for name in names}:
                found.add(path.relative_to(ROOT).as_posix())
    return found


def test_each_part_has_the_importers_that_are_named():
    rows_of_parts = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in section("docs/architecture.md", "Parts").splitlines()
        if line.startswith("|") and line.count("|") == 5
    ][2:]
    assert len(rows_of_parts) > 5
    for _name, imported, by, _why in rows_of_parts:
        for package in words(imported):
            assert importers(package) == words(by), package


def test_every_port_is_described_and_no_other():
    ports = set()
    for name in ("comments/ports.py", "articles/ports.py", "accounts/ports.py"):
        slots = [node for node in ast.parse(read(name)).body if isinstance(node, ast.AnnAssign)]
        ports |= {slot.target.id for slot in slots if isinstance(slot.target, ast.Name)}
    assert set(rows(section("docs/architecture.md", "Ports"))) == ports


def test_the_arrows_are_those_that_are_held():
    contract, leaves = tomllib.loads(read("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    *apps, _leaves, _bottom = contract["layers"]
    text = section("docs/architecture.md", "Arrows")
    assert f"`{' -> '.join(apps)}`" in text
    assert set(leaves["source_modules"]) <= words(text)


# --- All of them ------------------------------------------------------------------------------


def anchors(path: Path) -> set[str]:
    """What a link may name in a document: its headings, as the usual renderers write them."""
    headings = re.findall(r"^#+ (.+)$", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_relative_link_leads_somewhere(path):
    text = _CODE.sub("", path.read_text(encoding="utf-8"))
    for target in _LINK.findall(text):
        if re.match(r"[a-z]+:", target):
            continue
        name, _hash, anchor = target.partition("#")
        there = path if not name else (path.parent / name).resolve()
        assert there.exists(), f"{path.name} links to {target}"
        assert not anchor or anchor in anchors(there), f"{path.name} links to {target}"


@cache
def defined(name: str) -> frozenset[str]:
    """What a Python file defines at its top, and in its classes as Class.name."""
    found: set[str] = set()

    def collect(body: list[ast.stmt], prefix: str) -> None:
        for node in body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                found.add(prefix + node.name)
            if isinstance(node, ast.ClassDef):
                collect(node.body, f"{prefix}{node.name}.")
            targets = node.targets if isinstance(node, ast.Assign) else []
            targets = [node.target] if isinstance(node, ast.AnnAssign) else targets
            found.update(prefix + t.id for t in targets if isinstance(t, ast.Name))

    collect(ast.parse(read(name)).body, "")
    return frozenset(found)


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_file_and_function_named_is_there(path):
    for code in words(path.read_text(encoding="utf-8")):
        place = _PLACE.fullmatch(code)
        if place is None:
            continue
        file, name = place.groups()
        assert (ROOT / file).is_file(), f"{path.name} names {file}"
        assert not name or name in defined(file), f"{path.name} names {code}"


def test_the_life_of_a_comment_names_the_functions_it_passes():
    named = {
        place.group(1)
        for code in words(read("docs/life-of-a-comment.md"))
        if (place := _PLACE.fullmatch(code)) and place.group(2)
    }
    assert len(named) > 15, "the words of code are found at all"


@pytest.mark.parametrize("path", DOCS, ids=lambda path: path.name)
def test_every_make_target_named_is_there(path):
    targets = set(re.findall(r"^([a-z-]+):", read("Makefile"), flags=re.MULTILINE))
    code = "\n".join(_CODE.findall(path.read_text(encoding="utf-8")))
    assert set(re.findall(r"\bmake ([a-z-]+)", code)) <= targets


def test_every_make_target_that_lists_itself_is_told_to_contributors():
    listed = set(re.findall(r"^([a-z-]+):.*## ", read("Makefile"), flags=re.MULTILINE))
    assert {f"make {target}" for target in listed} == set(rows(read("CONTRIBUTING.md")))


def test_the_demo_accounts_are_those_that_are_written():
    people = tomllib.loads(read("articles/demo/people.toml"))["people"]
    told = re.findall(r"^\| (\w+) \| `(\S+@\S+)` \|$", read("README.md"), flags=re.MULTILINE)
    assert {role for role, _email in told} == set(ROLES)
    assert set(told) <= {(person["role"], person["email"]) for person in people}
    assert f"`{PASSWORD}`" in read("README.md")


def test_the_version_is_the_same_everywhere(settings):
    assert tomllib.loads(read("pyproject.toml"))["project"]["version"] == settings.VERSION
    latest = re.search(r"^## (\S+)", read("CHANGELOG.md"), flags=re.MULTILINE)
    assert latest and latest[1] == settings.VERSION


def test_every_limit_is_listed_as_it_is():
    listed = {
        action: [0 if cell == "–" else int(cell) for cell in cells]
        for action, cells in rows(section("docs/operations.md", "Abuse of the platform")).items()
    }
    assert listed == {
        action: [limit.seconds, limit.account, limit.subject, limit.address, limit.network]
        for action, limit in LIMITS.items()
    }
