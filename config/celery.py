"""The Celery application: `celery -A config` finds it here."""

import logging
import os
import time

from celery import Celery, Task
from celery.signals import worker_ready
from django.conf import settings
from kombu import Queue
from kombu.exceptions import OperationalError
from redis.exceptions import RedisError

from config.queues import QUEUES, ROUTES

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
log = logging.getLogger(__name__)


class Doorbell(Task):
    """A task whose message may be lost: the row it is about is the queue, a sweep the recovery."""

    abstract = True
    silent_until = 0.0  # monotonic; after a failure no ring is tried until then
    SILENCE = 3.0  # seconds: a broker that swallows connections must not cost every request

    def ring(self, *args: object, after: float = 0.0) -> bool:
        """Publish without ever raising; says whether the broker took it. after: seconds until it
        is worked on."""
        if time.monotonic() < Doorbell.silent_until:
            return False
        try:
            self.apply_async(args=args, countdown=after or None)
        except (OperationalError, RedisError, OSError) as error:
            Doorbell.silent_until = time.monotonic() + self.SILENCE
            log.warning("broker away (%s): the sweep will pick it up", type(error).__name__)
            return False
        return True


app = Celery("rejoinder", task_cls=Doorbell)
app.config_from_object("django.conf:settings", namespace="CELERY")
app.conf.task_queues = [Queue(name) for name in QUEUES]
app.conf.task_routes = ROUTES
app.autodiscover_tasks()


@worker_ready.connect
def say_ready(**details: object) -> None:
    """Tell the supervisor that the worker takes tasks from now on."""
    settings.WORKER_READY_FILE.parent.mkdir(parents=True, exist_ok=True)
    settings.WORKER_READY_FILE.write_text(f"{os.getpid()}\n")


@worker_ready.connect
def count_at_once(**details: object) -> None:
    """A new house's dashboard does not wait for the first round."""
    app.tasks["moderation.count_dashboard"].ring()
