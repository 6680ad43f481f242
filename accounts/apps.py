from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "accounts"
    verbose_name = "Accounts"

    def ready(self) -> None:
        from allauth.account.signals import email_confirmed  # noqa: PLC0415 - as below
        from allauth.usersessions.models import UserSession  # noqa: PLC0415 - as below
        from django.db.models.signals import pre_save  # noqa: PLC0415 - as below

        # Models are not loaded before ready().
        from accounts import confirming, devices, export_parts, ports  # noqa: PLC0415

        pre_save.connect(devices.keep_little, sender=UserSession)
        email_confirmed.connect(confirming.announce)
        ports.export_parts.append(export_parts.sections)
