"""Judges what a comment deserves from its text alone, with reasons in the text itself.

A leaf: no Django, none of the apps; numpy, the standard library and `folding`.
"""

from .scorer import Scorer, Span, Verdict, load
from .weights_file import WeightsError

LABELS = (
    "toxicity",
    "severe_toxicity",
    "insult",
    "threat",
    "identity_attack",
    "profanity",
    "sexually_explicit",
    "spam",
)

__all__ = ["LABELS", "Scorer", "Span", "Verdict", "WeightsError", "load"]
