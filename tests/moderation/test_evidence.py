"""Evidence in words: what a finding's figures are called."""

import ast
from pathlib import Path

from moderation import reasons
from moderation.models import DecisionRecord
from moderation.queue.evidence import _CALLED, findings_in_words

PIPELINE = Path(__file__).resolve().parent.parent.parent / "moderation" / "pipeline"


def names_written() -> set[str]:
    """The names of the details that the checks write."""
    found: set[str] = set()
    for path in PIPELINE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "detail":
                keys = node.value.keys if isinstance(node.value, ast.Dict) else []
                found |= {key.value for key in keys if isinstance(key, ast.Constant)}
    return found


def test_every_name_that_a_check_writes_has_words():
    assert len(names_written()) > 15
    assert names_written() <= set(_CALLED)


def test_evidence_is_told_in_words_and_domains_as_they_are():
    finding = {
        "code": "raids",
        "outcome": "hold",
        "score": None,
        "spans": [],
        "detail": {"new_accounts": 3, "domains": ["my_site.example"], "signs": ["new_account"]},
    }
    [told] = findings_in_words(DecisionRecord(findings=[finding]), reasons.told)
    assert told["detail"] == (
        "accounts of less than a day 3, domains my_site.example, circumstances new account"
    )
