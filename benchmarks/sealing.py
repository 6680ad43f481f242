"""What the log's chain costs: to link it, to read it again, and to whoever writes meanwhile.

    python -m benchmarks.sealing [--rows 100000]

Fills a database of its own (SQLite in a temporary folder, or what DATABASE_URL names, which must be
empty) with so many rows, half of them entries and half decisions, links and verifies them, and
makes deeds with and without a sealer beside them. The CPU is that of this process, and on SQLite
the database is in it.
"""

import argparse
import os
import tempfile
import threading
import time
from collections.abc import Callable
from statistics import median, quantiles

DEEDS = 300
BLOCK = 5_000


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    """Seconds on the wall and of the CPU."""
    wall, cpu = time.monotonic(), time.process_time()
    work()
    return time.monotonic() - wall, time.process_time() - cpu


def measure(rows: int) -> None:
    import django  # noqa: PLC0415 - the data folder is known only now

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    from django.core.management import call_command  # noqa: PLC0415
    from django.db import transaction  # noqa: PLC0415

    from accounts.models import User  # noqa: PLC0415
    from record import log, sealing  # noqa: PLC0415
    from record.verifying import Verification  # noqa: PLC0415

    call_command("migrate", verbosity=0)
    _fill(rows)
    for what, work in (
        ("link", lambda: sealing.seal(seconds=3_600)),
        ("find nothing to link", sealing.seal),
        ("verify", lambda: print(*Verification().faults(), end="")),
    ):
        wall, cpu = _timed(work)
        print(f"{what}: {wall:.2f} s, CPU {cpu:.3f} s")

    nobody = User(pk=1)

    def deeds() -> list[float]:
        taken = []
        for number in range(DEEDS):
            started = time.monotonic()
            with transaction.atomic():
                log.append(actor=None, verb="test", subject=nobody, detail={"number": number})
            taken.append(1_000 * (time.monotonic() - started))
        return taken

    _say("a deed, nobody linking", deeds())
    # More to link than the deeds take: the worst that a deed ever meets.
    _fill(rows)
    beside = threading.Thread(target=sealing.seal, kwargs={"seconds": 3_600})
    beside.start()
    taken = deeds()
    _say(f"a deed while the sealer {'works' if beside.is_alive() else 'has ended'}", taken)
    beside.join()


def _fill(rows: int) -> None:
    from moderation.models import DecisionRecord, Policy  # noqa: PLC0415
    from record.models import Entry  # noqa: PLC0415
    from tests.factories import make_comment  # noqa: PLC0415

    comment, policy = make_comment(), Policy.objects.first()
    findings = [
        {"code": "toxicity", "outcome": "hold", "score": 0.7312, "spans": [[4, 11], [30, 42]]},
        {"code": "newcomer", "outcome": "hold", "detail": {"approved": 0, "first_n": 1}},
    ]
    scores = {f"label_{number}": number / 7 for number in range(8)}
    for _block in range(0, rows // 2, BLOCK):
        Entry.objects.bulk_create(
            Entry(verb="set_standing", subject="accounts.user", subject_id=number, actor_id=2)
            for number in range(BLOCK)
        )
        DecisionRecord.objects.bulk_create(
            DecisionRecord(
                comment=comment,
                revision_id=comment.latest_id,
                outcome="hold",
                status_before="pending",
                reason="toxicity",
                findings=findings,
                scores=scores,
                scorer="weights-1",
                policy=policy,
                software="0.1.0",
            )
            for _number in range(BLOCK)
        )


def _say(what: str, taken: list[float]) -> None:
    print(
        f"{what}: median {median(taken):.1f} ms, 99th percentile {quantiles(taken, n=100)[98]:.1f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--rows", type=int, default=100_000)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="rejoinder-sealing-") as folder:
        os.environ["REJOINDER_DATA"] = folder
        measure(options.rows)


if __name__ == "__main__":
    main()
