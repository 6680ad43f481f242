"""The order in which the queue is served, on a real Redis."""

import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from kombu import Connection

from config.celery import app
from config.startup import redis_server
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


def test_a_comment_never_waits_for_mails_and_chores(redis_url):
    chores = {
        "comments.mail_notification": (1,),
        "comments.mail_digest": (1,),
        "comments.tell_followers": (1,),
        "comments.refresh_fragments": (),
        "moderation.mail_legal_notice": (1,),
    }
    sent = {**chores, "moderation.judge_comment": (1,)}
    with Connection(redis_url) as connection:
        for name, args in sent.items():
            app.tasks[name].apply_async(args=args, connection=connection)
        served = []
        with connection.SimpleQueue(app.conf.task_default_queue) as queue:
            for _message in sent:
                message = queue.get(timeout=5)
                served.append(message.headers["task"])
                message.ack()
    assert served == ["moderation.judge_comment", *chores]


def test_only_the_routes_say_what_goes_first():
    """A task's own `priority` is going out of use in Celery, and would overrule them."""
    app.loader.import_default_modules()
    own = [task for name, task in app.tasks.items() if not name.startswith("celery.")]
    assert own
    assert [task.name for task in own if task.priority is not None] == []
