"""Which tables are chained."""

from dataclasses import dataclass

from django.db import models
from django.db.models import Exists, OuterRef

from record.models import Seal


@dataclass(frozen=True)
class Source:
    """A table whose every row is sealed. name: what its seals call it, for ever."""

    name: str
    model: type[models.Model]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(field.attname for field in self.model._meta.concrete_fields)

    def rows(self) -> models.QuerySet:
        return self.model._base_manager.order_by("pk")

    def unsealed(self) -> models.QuerySet:
        seals = Seal.objects.filter(source=self.name, row=OuterRef("pk"))
        return self.rows().filter(~Exists(seals))


_sources: dict[str, Source] = {}


def cover(name: str, model: type[models.Model]) -> None:
    """Have every row of an append-only table sealed; called once, when its app is ready.

    The table has a column `at`, when the row was written, and holds no words or names. A column
    that it gains later must be empty (see chain.form) in the rows that are sealed already.
    """
    _sources[name] = Source(name, model)


def covered() -> list[Source]:
    """Every chained table, in one order everywhere."""
    return [_sources[name] for name in sorted(_sources)]


def named(name: str) -> Source | None:
    return _sources.get(name)
