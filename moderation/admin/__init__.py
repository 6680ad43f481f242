"""Moderation in the admin."""

from moderation.admin import cases, rules

__all__ = ["cases", "rules"]
