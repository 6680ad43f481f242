"""Changing the rules: every change is a new policy, under its own number."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.forms.models import model_to_dict

from accounts.models import User
from comments import operations as comments
from moderation import intake
from moderation.models import Policy
from moderation.operations.permissions import check_admin
from record import log


def change_policy(*, actor: User | None, changes: dict[str, Any]) -> Policy:
    """Put a new policy in force. changes: field name to value; the rest stays as it is.

    actor None: a command on the host. Raises Forbidden (admins_only), ValidationError.
    """
    if actor is not None:
        check_admin(actor)
    with transaction.atomic():
        current = _locked_policy()
        kept = _values(current)
        unknown = set(changes) - set(kept)
        if unknown:
            raise ValidationError(f"not in a policy: {', '.join(sorted(unknown))}", code="unknown")
        changed = {name: [kept[name], new] for name, new in changes.items() if kept[name] != new}
        if not changed:
            return current
        policy = Policy(**(kept | changes), created_by=actor)
        policy.full_clean()
        policy.save()
        log.append(actor=actor, verb="change_policy", subject=policy, detail={"changed": changed})
        if "reactions" in changed:
            comments.redraw_all()
    return policy


def save_rules(*, actor: User | None, rows: Sequence[models.Model]) -> Policy:
    """Store phrases, link domains or article policies, and put the policy they make in force.

    actor None: a command on the host. Raises Forbidden (admins_only), ValidationError; all or none.
    """
    if actor is not None:
        check_admin(actor)
    with transaction.atomic():
        current = _locked_policy()
        for row in rows:
            row.full_clean()
            row.save()
            log.append(actor=actor, verb="save_rule", subject=row, detail=_said(row))
        return Policy.objects.create(**_values(current), created_by=actor)


def renew_policy(*, actor: User | None) -> Policy:
    """Put the same policy in force under a new number, because what it names has changed."""
    with transaction.atomic():
        return Policy.objects.create(**_values(_locked_policy()), created_by=actor)


def delete_rule(*, actor: User, row: models.Model) -> Policy:
    """Remove a phrase, link domain or article policy. Raises Forbidden (admins_only)."""
    check_admin(actor)
    with transaction.atomic():
        current = _locked_policy()
        log.append(actor=actor, verb="delete_rule", subject=row, detail=_said(row))
        row.delete()
        return Policy.objects.create(**_values(current), created_by=actor)


def _locked_policy() -> Policy:
    """The policy in force, while nobody else can put another in its place."""
    Policy.objects.select_for_update().order_by("pk").first()  # one row that all changes lock
    return intake.current_policy()


def _values(policy: Policy) -> dict[str, Any]:
    return {
        field.name: getattr(policy, field.name)
        for field in Policy._meta.concrete_fields
        if field.editable and not field.primary_key
    }


def _said(row: models.Model) -> dict[str, Any]:
    """What a row says, but for its words: a phrase may be a name, and the log keeps what it has."""
    worded = {
        field.name
        for field in row._meta.concrete_fields
        if isinstance(field, (models.CharField, models.TextField)) and not field.choices
    }
    said = model_to_dict(row)
    return {name: value for name, value in said.items() if name not in worded | {"id"}}
