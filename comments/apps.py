from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = "Comments"

    def ready(self) -> None:
        from accounts import ports  # noqa: PLC0415 - models are not loaded before ready()
        from comments.tasks import refresh_fragments  # noqa: PLC0415

        ports.renamed_parts.append(lambda user: refresh_fragments.ring(user.pk))
