"""What judging costs in processor time and memory."""

from __future__ import annotations

import resource
import subprocess
import sys
import time
from statistics import median
from typing import Any

from moderation.scorer import Scorer
from moderation.scorer.weights_file import SHIPPED

from .judged import Judged
from .worst import WORST

Report = dict[str, Any]


def cost(judged: Judged, scorer: Scorer) -> Report:
    texts = [row.text for row in judged.rows if 200 <= len(row.text) <= 400][:1_000]
    spent = []
    for text in texts:
        spent.append(_timed(scorer, text))
    memory = subprocess.run(
        [sys.executable, "-c", _MEMORY],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    return {
        **_worst_cost(scorer),
        "texts": len(spent),
        "median_ms": median(spent) if spent else None,
        "p99_ms": sorted(spent)[int(len(spent) * 0.99)] if spent else None,
        "memory_mb": round((int(memory[1]) - int(memory[0])) / 1024, 1),
        "weights_mb": round(SHIPPED.stat().st_size / 1e6, 1),
        "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
    }


def _worst_cost(scorer: Scorer) -> Report:
    """The longest that a comment of 5,000 characters takes, of those made to take long."""
    spent = {}
    for name, text in WORST.items():
        scorer.score(text)
        spent[name] = min(_timed(scorer, text) for _try in range(5))
    name = max(spent, key=lambda name: spent[name])
    work = max(scorer.score(text).work for text in WORST.values())
    return {"worst_ms": spent[name], "worst": name, "worst_work": work}


def _timed(scorer: Scorer, text: str) -> float:
    started = time.process_time()
    scorer.score(text)
    return (time.process_time() - started) * 1000


# A fresh process, so that nothing of the evaluation counts.
_MEMORY = """
import json, re, unicodedata, zlib, hashlib, random, dataclasses
def resident():
    return int(next(l for l in open('/proc/self/status') if l.startswith('VmRSS')).split()[1])
before = resident()
from moderation.scorer import load
scorer = load()
for text in ('A plain comment about the library.', 'Y0u st*pid id1ot \u00e9\u00e8') * 50:
    scorer.score(text)
print(before, resident())
"""
