"""The database is stopped without warning: what was answered is there when it comes back."""

import shutil
from collections.abc import Iterator

import pytest

from tests.faults.cluster import Cluster
from tests.faults.database import Database
from tests.faults.house import House
from tests.site import RunningSite

pytestmark = pytest.mark.site


@pytest.fixture(scope="module")
def on_postgres(prepared_folder, tmp_path_factory) -> Iterator[tuple[House, Cluster]]:
    try:
        cluster = Cluster()
    except FileNotFoundError as error:
        pytest.skip(str(error))
    folder = tmp_path_factory.mktemp("on_postgres") / "data"
    folder.mkdir()
    shutil.copytree(prepared_folder / "static", folder / "static")
    try:
        with RunningSite(data_dir=folder, environment="production", env=cluster.env) as site:
            yield House(site, Database(cluster.address), None), cluster
    finally:
        cluster.remove()


@pytest.mark.parametrize("stops", [1, pytest.param(5, marks=pytest.mark.faults)])
def test_postgres_stopped_immediately(on_postgres, note, stops):
    house, cluster = on_postgres
    talk = house.discussion(f"stopped{'x' * (stops // 5)}q")
    talk.open()
    with talk.watched() as lookout:
        for n in range(stops):

            def strike(done: int) -> None:
                if done == 20:
                    cluster.stop_immediately()

            # Nobody tries again: what was not answered is settled afterwards, by its key.
            talk.ledger.post_all(talk.entries(range(1 + n * 50, 31 + n * 50)), each=strike)
            cluster.start()
            after = talk.entries(range(31 + n * 50, 51 + n * 50))
            talk.ledger.post_all(after)
            # Connections from before are dead: no reader is the one who finds that out.
            assert [entry.answers for entry in after] == [[201]] * 20
        found = talk.account(lookout)
    assert set(house.site.pids()) == {"supervisor", "redis", "worker", "web"}
    note(f"PostgreSQL stopped with -m immediate {stops} times", found)
