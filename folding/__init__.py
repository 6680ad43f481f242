"""Texts as they are stored, as they read without their disguises, and the keys of look-alikes.

Plain Python: no Django, none of the apps, nothing beyond the standard library at run time.
"""

from .fold import LEET, Folded, Latin, fold, skip_unseen
from .normalise import has_forbidden, is_blank, normalise
from .skeleton import fingerprint, skeleton
from .words import has_foreign_letter, words

__all__ = [
    "LEET",
    "Folded",
    "Latin",
    "fingerprint",
    "fold",
    "has_forbidden",
    "has_foreign_letter",
    "is_blank",
    "normalise",
    "skeleton",
    "skip_unseen",
    "words",
]
