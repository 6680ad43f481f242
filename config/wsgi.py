"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from config import counters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
counters.share()
django = get_wsgi_application()

from config.access import observed  # noqa: E402 - needs the apps that are loaded above
from config.poll import answered_first  # noqa: E402 - as above

application = observed(answered_first(django))
