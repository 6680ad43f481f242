"""`manage.py up`: prepare the data, then run web server, worker and Redis until told to stop."""

import os
import signal
import sys

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand
from django.db import connections

from config import startup
from supervisor.loop import STOP_SIGNALS


class Command(BaseCommand):
    help = "Prepares the data and runs the whole site; Ctrl-C stops it."
    requires_system_checks = []

    def handle(self, *args: object, **options: object) -> None:
        try:
            lock = startup.lock_data_folder()
            startup.check_port()
            call_command("prepare", *(["--demo"] if settings.DEVELOPMENT else []))
            plan = startup.plan_of_the_site(lock)
        except startup.CannotStart as error:
            self.stderr.write(self.style.ERROR(str(error)))
            sys.exit(1)
        except KeyboardInterrupt:
            sys.exit(0)
        path = startup.RUN_DIR / "plan.json"
        plan.write(path)
        connections.close_all()
        sys.stdout.flush()
        # Held back until the supervisor listens: a Ctrl-C in between must neither be lost nor
        # print a traceback.
        signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
        os.environ.setdefault("MALLOC_ARENA_MAX", "2")  # threads' arenas cost tens of megabytes
        # `prepare` has just run them; in the worker they would load every page and the admin.
        os.environ["CELERY_SKIP_CHECKS"] = "1"
        os.chdir(settings.BASE_DIR)
        os.execv(sys.executable, [sys.executable, "-m", "supervisor", str(path)])
