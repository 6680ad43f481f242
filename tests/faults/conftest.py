"""Houses to break, and the table of what breaking them did."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.faults.accounting import Account
from tests.faults.database import Database
from tests.faults.house import House
from tests.site import RunningSite

HEADINGS = (
    *("Fault", "Posts", "Answered 201", "Lost", "Doubled", "Seen early", "Undecided after 60 s"),
    *("Decided after", "Log"),
)
_rows: list[tuple[str, ...]] = []

Note = Callable[..., None]


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if _rows:
        terminalreporter.section("what was broken")
        for row in (HEADINGS, ("---",) * len(HEADINGS), *_rows):
            terminalreporter.line(f"| {' | '.join(row)} |")


def note_row(fault: str, found: Account) -> None:
    """Add a line to the table, then fail if anything was wrong."""
    after = found.decided_after
    _rows.append(
        (
            fault,
            f"{found.posts:,}",
            f"{found.stored:,}",
            f"{len(found.lost) + len(found.other):,}",
            f"{len(found.doubled) + len(found.judged_twice):,}",
            f"{len(found.early) + len(found.let_through):,} in {found.looks:,} looks",
            f"{len(found.undecided) + len(found.unruled):,}",
            "later" if after is None else f"{after:.1f} s",
            "; ".join(found.log) or "whole",
        )
    )
    assert found.wrong() == {}
    assert after is not None, "undecided 60 s after recovery"


@pytest.fixture
def note() -> Note:
    """note(fault, account): a line of the table; fails the test where the account is wrong."""
    return note_row


@pytest.fixture(scope="session")
def house(prepared_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    """One site on SQLite with its failpoints armed, shared by tests that leave it whole."""
    folder = tmp_path_factory.mktemp("house")
    shutil.copytree(prepared_folder, folder / "data")
    points = folder / "failpoints"
    points.mkdir()
    env = {"REJOINDER_FAILPOINTS": str(points), "WEB_WORKERS": "2"}
    with RunningSite(data_dir=folder / "data", env=env) as site:
        yield House(site, Database(str(folder / "data" / "db.sqlite3")), points)


@pytest.fixture
def own_house(prepared_folder: Path, tmp_path: Path) -> Iterator[House]:
    """A site on SQLite for one test, which need not leave it as it was."""
    shutil.copytree(prepared_folder, tmp_path / "data")
    points = tmp_path / "failpoints"
    points.mkdir()
    with RunningSite(data_dir=tmp_path / "data", env={"REJOINDER_FAILPOINTS": str(points)}) as site:
        yield House(site, Database(str(tmp_path / "data" / "db.sqlite3")), points)
