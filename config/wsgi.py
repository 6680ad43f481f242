"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django = get_wsgi_application()

from config.poll import answered_first  # noqa: E402 - needs the apps that are loaded above

application = answered_first(django)
