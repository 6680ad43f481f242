"""The words of a text, what somebody looks for among them, and the passage that has it.

Plain Python. A database is given words that are already folded and cut, and queries made of such
words alone: what is found is the same in every database and language, and nothing that a reader
types is ever syntax.
"""

from .excerpt import excerpt
from .query import Query, Term, as_fts5, as_tsquery, parse
from .words import as_tsvector, as_words

__all__ = [
    "Query",
    "Term",
    "as_fts5",
    "as_tsquery",
    "as_tsvector",
    "as_words",
    "excerpt",
    "parse",
]
