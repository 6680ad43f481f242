"""Changing the rules: every change is a new policy, under its own number."""

from collections.abc import Mapping, Sequence
from datetime import time
from types import MappingProxyType
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, ValidationError
from django.db import models, transaction
from django.forms.models import model_to_dict

from accounts.models import User
from articles import operations as articles
from comments import operations as comments
from moderation import intake
from moderation.models import ArticlePolicy, Policy
from moderation.models.rules import Mode
from moderation.operations.permissions import check_admin
from record import log


def change_policy(*, actor: User | None, changes: dict[str, Any]) -> Policy:
    """Put a new policy in force. changes: field name to value; the rest stays as it is.

    actor None: a command on the host. Raises Forbidden (admins_only), ValidationError.
    """
    return change_rules(actor=actor, changes=changes)


def save_rules(*, actor: User | None, rows: Sequence[models.Model]) -> Policy:
    """Store phrases, link domains or article policies, and put the policy they make in force.

    actor None: a command on the host. Raises Forbidden (admins_only), ValidationError; all or none.
    """
    return change_rules(actor=actor, save=rows)


def delete_rule(*, actor: User, row: models.Model) -> Policy:
    """Remove a phrase, link domain or article policy. Raises Forbidden (admins_only)."""
    return change_rules(actor=actor, remove=[row])


def change_rules(
    *,
    actor: User | None,
    changes: Mapping[str, Any] = MappingProxyType({}),
    save: Sequence[models.Model] = (),
    remove: Sequence[models.Model] = (),
) -> Policy:
    """Change fields of the policy and rows of its lists at once; all or none.

    The policy in force is returned as it is where nothing changes. actor None: a command on the
    host. Raises Forbidden (admins_only), ValidationError.
    """
    if actor is not None:
        check_admin(actor)
    with transaction.atomic():
        current = _locked_policy()
        kept = values_of(current)
        unknown = set(changes) - set(kept)
        if unknown:
            raise ValidationError(f"not in a policy: {', '.join(sorted(unknown))}", code="unknown")
        changed = {name: [kept[name], new] for name, new in changes.items() if kept[name] != new}
        if not (changed or save or remove):
            return current
        for row in remove:
            log.append(actor=actor, verb="delete_rule", subject=row, detail=_said(row))
            before = _mode(row)
            row.delete()
            _settle_discussion(row, before, None)
        for row in save:
            before = _mode(row)
            row.full_clean()
            row.save()
            log.append(actor=actor, verb="save_rule", subject=row, detail=_said(row))
            _settle_discussion(row, before, getattr(row, "mode", None))
        policy = Policy(**(kept | dict(changes)), created_by=actor)
        policy.full_clean()
        policy.save()
        if changed:
            log.append(
                actor=actor,
                verb="change_policy",
                subject=policy,
                detail={"changed": {name: _plain(both) for name, both in changed.items()}},
            )
        if "reactions" in changed:
            comments.redraw_all()
    return policy


def renew_policy(*, actor: User | None) -> Policy:
    """Put the same policy in force under a new number, because what it names has changed."""
    with transaction.atomic():
        return Policy.objects.create(**values_of(_locked_policy()), created_by=actor)


def values_of(policy: Policy) -> dict[str, Any]:
    """What may be changed in a policy: field name to value."""
    return {
        field.name: getattr(policy, field.name)
        for field in Policy._meta.concrete_fields
        if field.editable and not field.primary_key
    }


def _locked_policy() -> Policy:
    """The policy in force, while nobody else can put another in its place."""
    Policy.objects.select_for_update().order_by("pk").first()  # one row that all changes lock
    return intake.current_policy()


def _mode(row: models.Model) -> str | None:
    """The mode that is stored for an article now."""
    if not isinstance(row, ArticlePolicy):
        return None
    return ArticlePolicy.objects.filter(pk=row.pk).values_list("mode", flat=True).first()


def _settle_discussion(row: models.Model, before: str | None, after: str | None) -> None:
    """Open or closed is a fact of the article's question, which its page shows."""
    if not isinstance(row, ArticlePolicy) or (before == Mode.CLOSED) == (after == Mode.CLOSED):
        return
    try:
        asked = row.article.call_to_action
    except ObjectDoesNotExist:
        return
    settle = articles.close_discussion if after == Mode.CLOSED else articles.open_discussion
    settle(actor=None, call_to_action=asked)


def _plain(value: Any) -> Any:
    """A value as the log takes it."""
    if isinstance(value, list):
        return [_plain(each) for each in value]
    return value.isoformat() if isinstance(value, time) else value


def _said(row: models.Model) -> dict[str, Any]:
    """What a row says, but for its words: a phrase may be a name, and the log keeps what it has."""
    worded = {
        field.name
        for field in row._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField)) and not field.choices
    }
    said = model_to_dict(row)
    return {name: _plain(value) for name, value in said.items() if name not in worded | {"id"}}
