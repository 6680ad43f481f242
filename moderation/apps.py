from django.apps import AppConfig


class ModerationConfig(AppConfig):
    name = "moderation"
    verbose_name = "Moderation"

    def ready(self) -> None:
        from moderation import wiring  # noqa: PLC0415 - models are not loaded before ready()

        wiring.connect()
