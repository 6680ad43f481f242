"""Which queue a task waits in, and the order in which queues are served, on a real Redis."""

import contextlib
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from celery import Task
from celery.exceptions import QueueNotFound
from kombu import Connection

from config.celery import app
from config.queues import BULK, JUDGING, MAIL, QUEUES, ROUTES
from config.startup import plan_of_the_site, redis_server
from tests.site import wait_until


@pytest.fixture
def redis_url() -> Iterator[str]:
    # Not in tmp_path: the path of a socket has at most 107 characters.
    with tempfile.TemporaryDirectory() as folder:
        socket = Path(folder) / "redis.sock"
        command = [redis_server(), "--port", "0", "--unixsocket", str(socket), "--save", ""]
        process = subprocess.Popen(command, cwd=folder, stdout=subprocess.DEVNULL)
        try:
            wait_until(socket.exists, 10, "a socket of Redis")
            yield f"redis+socket://{socket}"
        finally:
            process.terminate()
            process.wait(10)


def own_tasks() -> dict[str, Task]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def served(url: str, queues: list[str], sent: list[tuple[str, tuple]]) -> list[str]:
    """Send these tasks, and name those that one worker of these queues takes, in its order."""
    tasks, taken = own_tasks(), []
    with Connection(url) as connection:
        for name, args in sent:
            tasks[name].apply_async(args=args, connection=connection)
        wanted = [app.amqp.queues[name] for name in queues]
        with connection.channel() as channel:
            channel.basic_qos(0, 1, False)  # as a worker with one process

            def take(body, message) -> None:
                taken.append(message.headers["task"])
                message.ack()

            consumer = connection.Consumer(wanted, channel=channel, callbacks=[take])
            with consumer, contextlib.suppress(TimeoutError):
                while True:
                    connection.drain_events(timeout=0.5)
    return taken


def test_a_comment_never_waits_for_mails_and_chores(redis_url):
    mails = [("comments.mail_notification", (n,)) for n in range(3)]
    batch = [("moderation.run_batch", (n, 0)) for n in range(3)]
    chores = [("comments.tell_followers", (n,)) for n in range(3)]
    sent = [*mails, *batch, *chores, ("moderation.judge_comment", (1,)), ("record.seal", ())]
    order = served(redis_url, [*QUEUES], sent)
    assert order[:2] == ["record.seal", "moderation.judge_comment"]
    assert order[2:5] == ["moderation.run_batch"] * 3
    # Neither of those that can wait starves the other.
    rest = [name.partition(".")[2] for name in order[5:]]
    assert sorted(rest) == ["mail_notification"] * 3 + ["tell_followers"] * 3
    assert set(rest[:2]) == set(rest[2:4]) == {"mail_notification", "tell_followers"}


def test_a_worker_of_one_queue_takes_nothing_of_the_others(redis_url):
    sent = [("comments.mail_notification", (1,)), ("record.seal", ()), ("articles.close_due", ())]
    assert served(redis_url, [MAIL], sent) == ["comments.mail_notification"]
    assert served(redis_url, [JUDGING], []) == ["articles.close_due"]
    assert served(redis_url, [BULK], []) == ["record.seal"]


def test_every_task_is_sorted_into_a_queue_and_nothing_else_is():
    assert set(ROUTES) == set(own_tasks())
    assert {route["queue"] for route in ROUTES.values()} == set(QUEUES)


def test_what_the_clock_offers_is_a_task_of_ours():
    offered = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert offered <= set(own_tasks())


def test_judging_keeps_company_with_nothing_that_takes_long():
    """Its queue holds what judges, shows and closes: no mail, no batch, no whole table."""
    beside = {name for name, route in ROUTES.items() if route["queue"] == JUDGING}
    assert beside == {
        "moderation.judge_comment",
        "moderation.sweep_pending",
        "moderation.carry_out",
        "moderation.sweep_effects",
        "articles.publish_due",
        "articles.close_due",
    }


def test_a_worker_that_is_not_told_serves_every_queue():
    assert set(app.amqp.queues) == set(QUEUES)
    worker = next(child for child in plan_of_the_site(0).children if child.name == "worker")
    assert not {"-Q", "--queues", "-X", "--exclude-queues"} & set(worker.argv)


def test_a_queue_that_nobody_serves_is_refused():
    with pytest.raises(QueueNotFound):
        app.amqp.router.route({"queue": "jugding"}, "moderation.judge_comment")


def test_only_the_routes_say_what_goes_first():
    """A task's own `priority` is going out of use in Celery, and would overrule them."""
    assert [task.name for task in own_tasks().values() if task.priority is not None] == []
