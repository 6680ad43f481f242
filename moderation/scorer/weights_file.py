"""The file of learned weights: a header, the words, and tables that workers share by mapping."""

from __future__ import annotations

import hashlib
import json
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

_MAGIC = b"rejoinder-scorer-2\n"
_DIGEST = hashlib.sha256().digest_size
SHIPPED = Path(__file__).with_name("weights") / "scorer.bin"


class WeightsError(Exception):
    """The weights are missing, damaged or of another version."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What a file holds.

    `header` has labels, scales, biases, curves and thresholds; `words` the known words, most
    frequent first; `guarded` those worth disguising; `arrays` the tables by name, not to be written
    to; `version` is a hash of all of it.
    """

    header: dict[str, Any]
    words: tuple[str, ...]
    guarded: tuple[str, ...]
    arrays: dict[str, np.ndarray]
    version: str


def write_weights(
    path: Path,
    header: dict[str, Any],
    words: list[str],
    guarded: list[str],
    arrays: dict[str, np.ndarray],
) -> str:
    """Writes the file and answers its version; the same content gives the same bytes."""
    lists = zlib.compress("\n".join([" ".join(words), " ".join(guarded)]).encode(), 9)
    plan = [[name, table.dtype.str, list(table.shape)] for name, table in arrays.items()]
    head = {**header, "lists": len(lists), "arrays": plan}
    content = json.dumps(head, sort_keys=True, separators=(",", ":")).encode()
    body = b"".join(
        [len(content).to_bytes(4, "little"), content, lists]
        + [np.ascontiguousarray(table).tobytes() for table in arrays.values()]
    )
    digest = hashlib.sha256(body).digest()
    path.write_bytes(_MAGIC + digest + body)
    return digest.hex()[:16]


def read_weights(path: Path | None = None) -> Weights:
    """Reads the weights at `path`, or those that ship. Raises WeightsError."""
    path = path or SHIPPED
    try:
        with path.open("rb") as file:
            if file.read(len(_MAGIC)) != _MAGIC:
                raise WeightsError(f"{path.name} holds no weights of this version")
            digest = file.read(_DIGEST)
            # A single bit that fell over would judge wrongly without anybody noticing.
            if hashlib.file_digest(file, "sha256").digest() != digest:
                raise WeightsError(f"{path.name} is damaged: its content is not what was written")
            file.seek(len(_MAGIC) + _DIGEST)
            header = json.loads(file.read(int.from_bytes(file.read(4), "little")))
            words, guarded = zlib.decompress(file.read(header["lists"])).decode().split("\n")
            place = file.tell()
        arrays: dict[str, np.ndarray] = {}
        for name, kind, shape in header["arrays"]:
            table = np.memmap(path, dtype=kind, mode="r", offset=place, shape=tuple(shape))
            place += table.nbytes
            arrays[name] = table
    except (OSError, ValueError, KeyError, TypeError, zlib.error) as error:
        raise WeightsError(f"{path.name} cannot be read: {error}") from error
    return Weights(
        header, tuple(words.split(" ")), tuple(guarded.split(" ")), arrays, digest.hex()[:16]
    )
