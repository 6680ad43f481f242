from django.apps import AppConfig


class CommentsConfig(AppConfig):
    name = "comments"
    verbose_name = "Comments"

    def ready(self) -> None:
        from accounts import ports  # noqa: PLC0415 - models are not loaded before ready()
        from articles import ports as articles_ports  # noqa: PLC0415
        from comments import export, operations, search  # noqa: PLC0415

        # First of all: apps that were ready before this one tidy up what it leaves.
        ports.erase_steps.insert(0, operations.forget_words)
        ports.erase_steps.append(search.tidy)
        articles_ports.shown_parts.append(search.follow_article)
        articles_ports.byline_parts.append(operations.mark_writers)
        ports.erase_parts.append(operations.forget_reader)
        ports.renamed_parts.append(operations.rename_author)
        ports.export_parts.append(export.sections)
