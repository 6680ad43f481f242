import django.contrib.admin.apps as django_admin
from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate, pre_migrate


class ConfigConfig(AppConfig):
    name = "config"
    verbose_name = "House"
    default = True

    def ready(self) -> None:
        from accounts import ports  # noqa: PLC0415 - models are not loaded before ready()
        from config import public_versions  # noqa: PLC0415
        from config.mail import forget_mail  # noqa: PLC0415

        ports.erase_parts.append(forget_mail)
        # Once for all apps; neither is sent for one without models, as this is.
        comments = apps.get_app_config("comments")
        pre_migrate.connect(public_versions.before_migrating, sender=comments)
        post_migrate.connect(public_versions.after_migrating, sender=comments)


class AdminConfig(django_admin.AdminConfig):
    """Django's admin, with our site in the place of its own."""

    default = False
    default_site = "config.admin.AdminSite"
