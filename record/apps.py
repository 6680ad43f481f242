from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "record"
    verbose_name = "Record"

    def ready(self) -> None:
        from record import sources  # noqa: PLC0415 - models are not loaded before ready()
        from record.models import Entry  # noqa: PLC0415

        sources.cover("entry", Entry)
