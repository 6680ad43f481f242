import django.contrib.admin.apps as django_admin
from django.apps import AppConfig


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "House"
    default = True

    def ready(self) -> None:
        from accounts import ports  # noqa: PLC0415 - models are not loaded before ready()
        from config.mail import forget_mail  # noqa: PLC0415

        ports.erase_parts.append(forget_mail)


class AdminConfig(django_admin.AdminConfig):
    """Django's admin, with our site in the place of its own."""

    default = False
    default_site = "config.admin.AdminSite"
