import django.contrib.admin.apps as django_admin
from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "House"
    default = True


class AdminConfig(django_admin.AdminConfig):
    """Django's admin, with our site in the place of its own."""

    default = False
    default_site = "config.admin.AdminSite"
