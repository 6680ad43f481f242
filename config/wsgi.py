"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from config import counters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
counters.share()
django = get_wsgi_application()

# isort: split
# What follows needs the apps that the line above loads.
from django.conf import settings  # noqa: E402

from config.access import observed  # noqa: E402
from config.fast_page import FastPage  # noqa: E402
from config.headers import with_headers  # noqa: E402
from config.policy_reports import reports_taken  # noqa: E402
from config.poll import answered_first  # noqa: E402

stack = reports_taken(django)
kept = FastPage(stack, settings.PAGE_CACHE_MB * 1_000_000) if settings.PAGE_CACHE_MB else stack
application = with_headers(observed(answered_first(kept)))
