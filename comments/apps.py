from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = "Comments"

    def ready(self) -> None:
        from accounts import ports  # noqa: PLC0415 - models are not loaded before ready()
        from comments import operations  # noqa: PLC0415

        ports.erase_steps.append(operations.forget_words)
        ports.erase_parts.append(operations.forget_reader)
        ports.renamed_parts.append(operations.rename_author)
