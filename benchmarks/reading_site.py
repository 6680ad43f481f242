"""The site as it is served, but asking for the version of what it shows on every request, so that
a benchmark need not wait for a change to be noticed."""

from config.wsgi import application

# isort: split
# What follows needs the apps that the line above loads.
from django.conf import settings

settings.VERSION_KEPT = 0.0
__all__ = ["application"]
