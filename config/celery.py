"""The Celery application: `celery -A config` finds it here."""

import inspect
import logging
import os
import signal
import threading
import time
from collections.abc import Sequence
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging, task_postrun, task_prerun, worker_ready
from celery.worker import state as worker_state
from django.conf import settings
from kombu import Queue
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from config.logs import request_id
from config.queues import QUEUES, ROUTES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
log = logging.getLogger(__name__)
tasks_log = logging.getLogger("rejoinder.tasks")
REQUEST_HEADER = "rejoinder_request"  # of a message: the request that its task goes back to
AWAY = (OperationalError, RedisError, OSError)


class Doorbell(Task):
    """A task whose message may be lost: the row it is about is the queue, a sweep the recovery."""

    abstract = True
    silent_until = 0.0  # monotonic; after a failure no ring is tried until then
    SILENCE = 3.0  # seconds: a broker that swallows connections must not cost every request

    def ring(self, *args: object, after: float = 0.0) -> bool:
        """Publish without ever raising; says whether the broker took it. after: seconds until it
        is worked on."""
        if time.monotonic() < Doorbell.silent_until:
            if request_id.get():
                # So that the id of the request still leads to the row that the sweep will find.
                log.info("not offered", extra={"fields": self.about(args)})
            return False
        headers = {REQUEST_HEADER: request_id.get()} if request_id.get() else None
        try:
            self.apply_async(args=args, countdown=after or None, headers=headers)
        except AWAY as error:
            Doorbell.silent_until = time.monotonic() + self.SILENCE
            log.warning(
                "broker away (%s): the sweep will pick it up",
                type(error).__name__,
                extra={"fields": self.about(args)},
            )
            return False
        return True

    def about(self, args: Sequence[object]) -> dict[str, Any]:
        """The task and what it is about, for a line of the log: numbers and codes by name."""
        names = list(inspect.signature(self.run).parameters)
        return {"task": self.name, **dict(zip(names, args, strict=False))}


app = Celery("rejoinder", task_cls=Doorbell)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.conf.task_routes = ROUTES
app.autodiscover_tasks()


# --- The broker, as the probes and the metrics see it -----------------------------------------


def broker_answers() -> bool:
    """Whether the broker answers within half a second."""
    try:
        with app.connection_for_read() as connection:
            connection.default_channel.client.ping()
    except AWAY:
        return False
    return True


def broker_facts() -> dict[str, Any] | None:
    """What Redis says of itself, by the names of its INFO; None: broker away."""
    try:
        with app.connection_for_read() as connection:
            return dict(connection.default_channel.client.info())
    except AWAY:
        return None


def queue_depths() -> dict[str, int] | None:
    """Messages that wait in each queue, and under "unacked" those in hand; None: broker away."""
    routes = (app.conf.task_routes or {}).values()
    names = {route["queue"] for route in routes if "queue" in route} | set(app.amqp.queues)
    try:
        with app.connection_for_read() as connection:
            channel = connection.default_channel
            depths = {name: int(channel._size(name)) for name in sorted(names)}
            depths["unacked"] = int(channel.client.hlen(channel.unacked_key))
    except AWAY:
        return None
    return depths


# --- The worker's lines -------------------------------------------------------------------------


@setup_logging.connect
def keep_our_logging(**details: object) -> None:
    """With a receiver here Celery leaves the logging as the settings made it."""


@task_prerun.connect
def begin_task(task: Doorbell, **details: object) -> None:
    """What the task logs bears the id of the request that it goes back to, or one of its own."""
    request_id.set(getattr(task.request, REQUEST_HEADER, None) or task.request.id[:16])
    task.request.began = time.perf_counter()


@task_postrun.connect
def end_task(task: Doorbell, state: str | None = None, **details: object) -> None:
    """One line for each task that somebody rang for; the clock's own, many a minute, for DEBUG."""
    spent = time.perf_counter() - getattr(task.request, "began", time.perf_counter())
    about = task.about(task.request.args or ()) if isinstance(task, Doorbell) else {}
    rung = getattr(task.request, REQUEST_HEADER, None)
    fields = {**about, "state": state or "", "ms": round(spent * 1000, 1)}
    tasks_log.log(logging.INFO if rung else logging.DEBUG, "task", extra={"fields": fields})
    request_id.set("")


@worker_ready.connect
def say_ready(**details: object) -> None:
    """Tell the supervisor that the worker takes tasks from now on."""
    settings.WORKER_READY_FILE.parent.mkdir(parents=True, exist_ok=True)
    settings.WORKER_READY_FILE.write_text(f"{os.getpid()}\n")


@worker_ready.connect
def mind_beat(sender: Any, **details: object) -> None:
    """End a worker whose embedded beat has died, so that both are started anew: without a beat
    nothing that was lost is ever offered again, and nobody else would notice."""
    beat = sender.controller.beat
    if beat is not None:
        threading.Thread(target=_end_with, args=[beat], daemon=True).start()


def _end_with(beat: Any) -> None:
    beat.join()
    if worker_state.should_stop is None and worker_state.should_terminate is None:
        log.error("the beat has ended, so the worker ends as well")
        os.kill(os.getpid(), signal.SIGTERM)


@worker_ready.connect
def count_at_once(**details: object) -> None:
    """A new house's dashboard does not wait for the first round."""
    app.tasks["moderation.count_dashboard"].ring()
