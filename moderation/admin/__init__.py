"""Moderation in the admin."""

from moderation.admin import cases, learning, listed, policies, reasons, trials

__all__ = ["cases", "learning", "listed", "policies", "reasons", "trials"]
