"""One file that holds a whole site: database, pictures, secret, and a manifest of it all.

A tar compressed with gzip. The manifest comes last: it names every other member with its size and
SHA-256, so that a file that was cut off or changed is known before anything is put in place.
"""

import hashlib
import io
import json
import os
import re
import tarfile
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import IO, Any

FORMAT = 1
MANIFEST = "manifest.json"
DATABASE, SECRET, MEDIA = "database", "secret_key", "media/"
_CHUNK = 1 << 20
# A picture's path as the site makes it: no place outside of the folder, and nothing hidden.
_MEMBER = re.compile(r"(?:database|secret_key|media(?:/[A-Za-z0-9_-][A-Za-z0-9_.-]*)+)")


class Damaged(Exception):
    """The file is no whole archive of ours; one line says why."""


@dataclass
class Manifest:
    """What an archive says of itself.

    migrations: what the database had, as "app.name". counts: rows by table. head: place and hash of
    the log's last link. unsealed: rows by table that were still to be linked. members: name to
    size and SHA-256.
    """

    version: str
    made_at: str
    vendor: str
    server: str
    migrations: list[str]
    counts: dict[str, int]
    head: tuple[int, str]
    unsealed: dict[str, int]
    format: int = FORMAT
    members: dict[str, tuple[int, str]] = field(default_factory=dict)


def write(path: Path, manifest: Manifest, database: Path, secret: Path, media: Path) -> Manifest:
    """Write an archive, whole or not at all, readable by its owner alone.

    A picture that is removed meanwhile is left out: whoever removed it wanted it gone. Raises
    FileExistsError, OSError.
    """
    if path.exists():
        raise FileExistsError(f"{path} is there already")
    draft = path.with_name(path.name + ".part")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as raw:
            with tarfile.open(fileobj=raw, mode="w:gz", compresslevel=5) as tar:
                _add(tar, manifest, DATABASE, database)
                if secret.exists():
                    _add(tar, manifest, SECRET, secret)
                for picture in sorted(media.rglob("*")):
                    name = MEDIA + picture.relative_to(media).as_posix()
                    if picture.is_file() and not picture.is_symlink() and _MEMBER.fullmatch(name):
                        _add(tar, manifest, name, picture)
                text = json.dumps(asdict(manifest), indent=1).encode()
                tar.addfile(_info(MANIFEST, len(text)), io.BytesIO(text))
            raw.flush()
            os.fsync(raw.fileno())
        os.link(draft, path)  # unlike a rename, it refuses to replace what has come meanwhile
    finally:
        draft.unlink(missing_ok=True)
    return manifest


def _add(tar: tarfile.TarFile, manifest: Manifest, name: str, path: Path) -> None:
    try:
        source = path.open("rb")
    except FileNotFoundError:
        return
    with source:
        size = os.fstat(source.fileno()).st_size
        reader = _Hashed(source)
        tar.addfile(_info(name, size), reader)
        manifest.members[name] = (size, reader.digest.hexdigest())


def _info(name: str, size: int) -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.size, info.mode = size, 0o600
    return info


class _Hashed(io.RawIOBase):
    """A file whose bytes are hashed as they are read."""

    def __init__(self, source: IO[bytes]) -> None:
        self.source = source
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        data = self.source.read(size)
        self.digest.update(data)
        return data


def unpack(path: Path, folder: Path) -> Manifest:
    """Unpack an archive into an empty folder and hold every member against the manifest.

    Raises Damaged, OSError.
    """
    found: dict[str, tuple[int, str]] = {}
    manifest = None
    try:
        with tarfile.open(path, mode="r:gz") as tar:
            for member in tar:
                source = tar.extractfile(member) if member.isreg() else None
                if source is None or manifest is not None:
                    raise Damaged(f"{path.name} holds something that is no part of an archive")
                if member.name == MANIFEST:
                    manifest = _read_manifest(source.read())
                elif _MEMBER.fullmatch(member.name) and member.name not in found:
                    found[member.name] = _unpack_one(source, folder / member.name)
                else:
                    raise Damaged(f"{path.name} holds a file of a name that is not ours")
    except (tarfile.TarError, EOFError, ValueError, KeyError, TypeError, OSError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise
        raise Damaged(f"{path.name} cannot be read: {type(error).__name__}") from error
    if manifest is None:
        raise Damaged(f"{path.name} is cut off: its end is missing")
    for name in sorted(set(found) | set(manifest.members)):
        if found.get(name) != manifest.members.get(name):
            raise Damaged(f"{path.name} is damaged: {name} is not as it was written")
    if DATABASE not in found:
        raise Damaged(f"{path.name} holds no database")
    return manifest


def _read_manifest(raw: bytes) -> Manifest:
    said: dict[str, Any] = json.loads(raw)
    if said.get("format") != FORMAT:
        raise Damaged(f"an archive of form {said.get('format')}; this version reads form {FORMAT}")
    said["head"] = tuple(said["head"])
    said["members"] = {name: tuple(facts) for name, facts in said["members"].items()}
    return Manifest(**said)


def _unpack_one(source: IO[bytes], target: Path) -> tuple[int, str]:
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    digest, size = hashlib.sha256(), 0
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as copy:
        for chunk in _chunks(source):
            digest.update(chunk)
            size += len(chunk)
            copy.write(chunk)
    return size, digest.hexdigest()


def _chunks(source: IO[bytes]) -> Iterator[bytes]:
    while chunk := source.read(_CHUNK):
        yield chunk
