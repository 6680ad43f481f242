"""The WSGI application that granian serves."""

import os

from django.core.wsgi import get_wsgi_application

from config import counters

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
counters.share()
django = get_wsgi_application()

# These need the settings and the apps that are loaded above.
from config.access import observed  # noqa: E402
from config.headers import with_headers  # noqa: E402
from config.policy_reports import reports_taken  # noqa: E402
from config.poll import answered_first  # noqa: E402

application = with_headers(observed(answered_first(reports_taken(django))))
