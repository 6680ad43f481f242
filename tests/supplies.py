"""What the site is made of: that all of it is pinned by hash, its list of parts, its known faults.

python -m tests.supplies pins
python -m tests.supplies parts FILE     the list of parts (CycloneDX, JSON), written and checked
python -m tests.supplies audit          known faults of what is pinned, where they can be had
"""

import json
import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
RUNTIME = ROOT / "requirements.txt"
PINNED = sorted(ROOT.glob("requirements*.txt"))
_PIN = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[a-z,_-]+\])?==([A-Za-z0-9.+!-]+)( ; .*)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def lines_of(text: str) -> list[str]:
    """The requirements of a file, one a line, continuations joined and comments left out."""
    joined = re.sub(r"\\\n", " ", text)
    lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in joined.splitlines()]
    return [line for line in lines if line]


def loose(text: str) -> list[str]:
    """Lines that are not one package at one version with its hashes."""
    return [line for line in lines_of(text) if _read(line) is None]


def _read(line: str) -> tuple[str, str] | None:
    head, *hashes = re.split(r"\s+(?=--)", line)
    pin = _PIN.fullmatch(head.strip())
    if pin is None or not hashes or not all(_HASH.fullmatch(each.strip()) for each in hashes):
        return None
    return re.sub(r"[-_.]+", "-", pin[1]).lower(), pin[2]


def pins(text: str) -> set[tuple[str, str]]:
    return {pin for line in lines_of(text) if (pin := _read(line))}


def unlisted(text: str, parts: str) -> set[tuple[str, str]]:
    """Pins that a list of parts leaves out, or gives without a hash of the file."""
    there = set()
    for part in json.loads(parts).get("components", ()):
        sums = [
            each for out in part.get("externalReferences", ()) for each in out.get("hashes", ())
        ]
        if any(each["alg"] == "SHA-256" for each in sums):
            there.add((re.sub(r"[-_.]+", "-", part["name"]).lower(), part["version"]))
    return pins(text) - there


def audited(report: str) -> tuple[list[str], list[str]]:
    """Known faults, and the packages of which nothing could be learnt, from pip-audit's JSON."""
    faults, unknown = [], []
    for part in json.loads(report)["dependencies"]:
        if "skip_reason" in part:
            unknown.append(part["name"])
        for each in part.get("vulns", ()):
            mended = ", ".join(each["fix_versions"]) or "nothing yet"
            faults.append(f"{part['name']} {part['version']}: {each['id']}, mended in {mended}")
    return faults, unknown


# --- for make -------------------------------------------------------------------------------------


def _pins() -> int:
    found = [f"{path.name}: {line[:80]}" for path in PINNED for line in loose(path.read_text())]
    print("\n".join(found) or f"{len(PINNED)} files of requirements: every line pinned by hash")
    return bool(found)


def _parts(target: Path) -> int:
    target.parent.mkdir(parents=True, exist_ok=True)
    tool = [sys.executable, "-m", "cyclonedx_py", "requirements", str(RUNTIME)]
    told = ["--pyproject", str(ROOT / "pyproject.toml"), "--output-reproducible"]
    subprocess.run([*tool, *told, "--output-file", str(target)], check=True)
    missing = unlisted(RUNTIME.read_text(), target.read_text())
    for name, version in sorted(missing):
        print(f"{name} {version} is pinned and not in {target}")
    print(f"{target}: {len(pins(RUNTIME.read_text())) - len(missing)} parts")
    return bool(missing)


def _audit() -> int:
    tool = [sys.executable, "-m", "pip_audit", "--disable-pip", "--require-hashes"]
    told = ["--format", "json", "--progress-spinner", "off", "--timeout", "10"]
    files = [word for path in PINNED if path.name != "requirements-uv.txt" for word in ("-r", path)]
    ran = subprocess.run(
        [*tool, *told, *map(str, files)], capture_output=True, text=True, check=False
    )
    try:
        faults, unknown = audited(ran.stdout)
    except ValueError:
        last = ran.stderr.strip().splitlines()[-1:] or ["it said nothing"]
        print(f"NOTICE: pip-audit reached no advisory service, so nothing was audited: {last[0]}")
        return 0
    for fault in faults:
        print(f"KNOWN FAULT: {fault}")
    if unknown:
        print(
            f"NOTICE: the advisory service that pip-audit asked knows nothing of {len(unknown)} "
            f"packages, so these were not audited: {', '.join(sorted(set(unknown)))}"
        )
    if not faults and not unknown:
        print("No known fault in anything that is pinned")
    return bool(faults)


if __name__ == "__main__":
    deed = {"pins": _pins, "parts": lambda: _parts(Path(sys.argv[2])), "audit": _audit}
    sys.exit(deed[sys.argv[1]]())
