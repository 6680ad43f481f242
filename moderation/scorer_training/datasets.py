"""Reads every labelled set of the data folder into rows; a file that is missing is skipped."""

from __future__ import annotations

import ast
import csv
import html
import json
import re
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path

from .rows import Row, deduplicated

csv.field_size_limit(2**31 - 1)
Labels = dict[str, float]
_TAGS = re.compile(r"<br\s*/?>", re.IGNORECASE)
_SIX = {
    "toxic": "toxicity",
    "severe_toxic": "severe_toxicity",
    "obscene": "profanity",
    "threat": "threat",
    "insult": "insult",
    "identity_hate": "identity_attack",
}
_PARTS = ("severe_toxicity", "insult", "threat", "identity_attack", "profanity")
CLEAN: Labels = dict.fromkeys(("toxicity", *_PARTS), 0.0)


def _table(path: Path, delimiter: str = ",") -> Iterator[dict[str, str]]:
    with path.open(encoding="utf-8", errors="replace", newline="") as file:
        yield from csv.DictReader((line.replace("\0", "") for line in file), delimiter=delimiter)


def _number(value: str | None) -> float | None:
    try:
        return float(value or "")
    except ValueError:
        return None


def _toxic(share: float) -> Labels:
    """Who is not toxic at all does none of its kinds either."""
    return dict(CLEAN) if share == 0 else {"toxicity": share}


def _six(path: Path, source: str, weight: float = 1.0) -> Iterator[Row]:
    for row in _table(path):
        labels = {ours: _number(row.get(theirs)) for theirs, ours in _SIX.items()}
        known = {label: min(1.0, share) for label, share in labels.items() if share is not None}
        if row.get("comment_text") and known:
            yield Row(row["comment_text"], source, "wiki", known, weight)


def hieu(folder: Path) -> Iterator[Row]:
    """Wikipedia talk with six labels."""
    yield from _six(folder / "HieuNT91_toxic_comments.csv", "hieu")


def amodh(folder: Path) -> Iterator[Row]:
    """Wikipedia talk with six labels."""
    yield from _six(folder / "amodh_toxic_comments.csv", "amodh")


def jigsaw_balanced(folder: Path) -> Iterator[Row]:
    """Wikipedia talk, cleaned, each kind of toxicity enriched."""
    for path in sorted(folder.glob("jigsaw_bal_*.csv")):
        yield from _six(path, "jigsaw_bal", 0.8)


def robtest(folder: Path) -> Iterator[Row]:
    """Wikipedia talk."""
    with (folder / "robtest_jigsaw_test.csv").open(encoding="utf-8", newline="") as file:
        for text, label in csv.reader(file):
            yield Row(text, "robtest", "wiki", _toxic(float(label)))


def small_wiki(folder: Path) -> Iterator[Row]:
    """Wikipedia talk."""
    for row in _table(folder / "AK_toxic_comments.csv"):
        yield Row(row["text"], "ak", "wiki", _toxic(float(row["toxic"])))


def natural(folder: Path) -> Iterator[Row]:
    """Wikipedia talk at the natural rate, with the hosted scorer's stored score."""
    for row in _table(folder / "CAT_LARGE_gn.csv"):
        facts = {"api": _number(row["api"])}
        yield Row(row["text"], "natural", "wiki", _toxic(float(row["label"])), facts=facts)


def spans(folder: Path) -> Iterator[Row]:
    """News comments, each with several raters and typed spans."""
    kinds = {
        "Insult": "insult",
        "Threat": "threat",
        "Identity based Attack": "identity_attack",
        "Profane/Obscene": "profanity",
    }
    marked: dict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for row in _table(folder / "toxicspans_spans.csv"):
        kind = kinds.get(row["type"], "toxicity")
        marked[row["annotation"]].append((kind, int(row["start"]), int(row["end"])))
    votes: dict[str, list[tuple[bool, list[tuple[str, int, int]], bool]]] = defaultdict(list)
    for row in _table(folder / "toxicspans_annotations.csv"):
        harmless = row["not toxic"] == "True"
        whole = row["all toxic"] == "True"
        votes[row["comment_id"]].append((harmless, marked[row["annotation"]], whole))
    for row in _table(folder / "toxicspans_comments.csv"):
        cast = votes.get(row["comment_id"], [])
        if not cast:
            continue
        labels = {"toxicity": sum(bool(found) for _, found, _ in cast) / len(cast)}
        for kind in kinds.values():
            labels[kind] = sum(any(k == kind for k, _, _ in found) for _, found, _ in cast) / len(
                cast
            )
        labels["toxicity"] = max(labels.values())
        if labels["toxicity"] == 0:
            labels["severe_toxicity"] = 0.0
        facts = {
            "spans": [(s, e) for _, found, _ in cast for _, s, e in found],
            "raters": len(cast),
        }
        yield Row(row["comment_text"], "spans", "news", labels, facts=facts)


def small_news(folder: Path) -> Iterator[Row]:
    """News comments; never trained on."""
    for row in _table(folder / "aww_demo_data_sample.csv"):
        labels = _toxic(float(row["toxic"]))
        yield Row(row["comment_text"], "small_news", "news", labels, side="held out")


def forum(folder: Path) -> Iterator[Row]:
    """Reddit comments graded from supportive to offensive; never trained on."""
    for row in _table(folder / "ruddit_scores.csv"):
        grade = _number(row["offensiveness_score"])
        text = row["comment_body"]
        if grade is not None and text not in ("[deleted]", "[removed]"):
            facts = {"grade": grade}
            labels = {"toxicity": float(grade > 0.25)}
            yield Row(text, "forum", "social", labels, side="held out", facts=facts)


def swapped(folder: Path) -> Iterator[Row]:
    """Wikipedia talk, with identity words exchanged; never trained on."""
    for kind in ("nonfuzzed", "fuzzed"):
        for row in _table(folder / f"toxicity_{kind}_testset.csv"):
            labels = {"toxicity": float(row["toxic"] == "True")}
            facts = {"pair": row["rev_id"]}
            yield Row(
                row["comment"], f"swapped_{kind}", "wiki", labels, side="held out", facts=facts
            )


def weak(folder: Path) -> Iterator[Row]:
    """Sentences of news and Wikipedia that a classifier sorted; weak labels."""
    for name in ("detox_test_10k", "detox_dev"):
        for kind, share in (("toxic", 1.0), ("normal", 0.0)):
            path = folder / f"{name}_{kind}"
            if path.exists():
                for line in path.read_text(encoding="utf-8").splitlines():
                    yield Row(line, "weak", "mixed", _toxic(share), 0.5)


def rewrites(folder: Path) -> Iterator[Row]:
    """Toxic lines and what was left of them once the abuse was taken out."""
    for row in _table(folder / "paradetox.tsv", "\t"):
        yield Row(row["toxic"], "rewrites", "mixed", {"toxicity": 1.0}, 0.8)
        for at in "123":
            if (row.get(f"neutral{at}") or "").strip():
                yield Row(row[f"neutral{at}"], "rewrites", "mixed", dict(CLEAN), 0.5)


def emoji(folder: Path) -> Iterator[Row]:
    """Hate written with emoji, with contrast pairs."""
    for name in ("train", "validation"):
        path = folder / f"hatemojibuild_{name}.csv"
        if not path.exists():
            continue
        for row in _table(path):
            hateful = float(row["label_gold"])
            labels = {"toxicity": hateful, "identity_attack": hateful}
            labels["threat"] = float("threat" in row["type"])
            yield Row(row["text"], "emoji", "social", labels, 0.8)


def groups(folder: Path) -> Iterator[Row]:
    """Statements about groups of people, rated from 1 to 5."""
    for item in json.loads((folder / "toxiGen.json").read_text(encoding="utf-8")):
        share = (float(item["toxicity_score"]) - 1) / 4
        share = 0.0 if share < 0.3 else 1.0 if share > 0.7 else share
        text = re.sub(r"_x000D_|\[[A-Z]+\]", " ", item["text"])
        labels = {"toxicity": share, "identity_attack": share}
        facts = {"groups": item["target_groups"]}
        yield Row(text, "groups", "statements", labels, 0.8, facts=facts)


def social(folder: Path) -> Iterator[Row]:
    """Posts of several networks, with offence, sexual content and targets."""
    for row in _table(folder / "SBIC.v2.agg.dev.csv"):
        offensive, sexual = _number(row["offensiveYN"]), _number(row["sexYN"])
        if offensive is None:
            continue
        labels = {"toxicity": offensive}
        if sexual is not None:
            labels["sexually_explicit"] = sexual
        if offensive < 0.4:
            labels["identity_attack"] = 0.0
        elif _number(row["whoTarget"]) == 1 and offensive > 0.6:
            labels["identity_attack"] = 1.0
        yield Row(row["post"], "social", "social", labels, 0.8)


def sexist(folder: Path) -> Iterator[Row]:
    """Reddit and Gab posts about women; what is not sexist may still be abusive otherwise."""
    for row in _table(folder / "edos_train.csv"):
        kind = row["label_vector"][:1]
        if row["label_sexist"] == "sexist":
            labels = {"identity_attack": 1.0, "toxicity": 1.0 if kind in "12" else 0.8}
            labels["threat"] = float(row["label_vector"].startswith("1."))
        else:
            labels = {"identity_attack": 0.05, "threat": 0.0}
        yield Row(row["text"], "sexist", "social", labels, 0.5)


def explained(folder: Path) -> Iterator[Row]:
    """Posts, lower-cased: 0 normal, 1 offensive, 2 hateful."""
    for row in _table(folder / "magpie_92_HateXplain.csv"):
        kind = row["label"]
        labels = dict(CLEAN) if kind == "0" else {"toxicity": 1.0}
        if kind == "2":
            labels["identity_attack"] = 1.0
        elif kind == "1":
            labels["identity_attack"] = 0.5
        text = row["text"].replace("<user>", "@user").replace("<number>", "10")
        yield Row(text, "explained", "social", labels, 0.3)


def videos(folder: Path) -> Iterator[Row]:
    """Comments under four videos, about half of them spam."""
    for path in sorted(folder.glob("Youtube0*.csv")):
        for row in _table(path):
            text = _plain(row["CONTENT"])
            video = path.stem.partition("-")[2]
            yield Row(
                text, "videos", "video", {"spam": float(row["CLASS"])}, facts={"video": video}
            )


def finance_videos(folder: Path) -> Iterator[Row]:
    """Comments under videos about money, half of them spam."""
    for row in _table(folder / "youtube_comments_spam.csv"):
        spam = _number(row["Spam"])
        if spam is not None:
            yield Row(_plain(row["Comment"]), "finance_videos", "video", {"spam": spam}, 0.7)


def messages(folder: Path) -> Iterator[Row]:
    """Text messages."""
    for line in (folder / "sms.tsv").read_text(encoding="utf-8").splitlines():
        kind, _, text = line.partition("\t")
        yield Row(text, "messages", "sms", {"spam": float(kind == "spam")}, 0.3)


def blog(folder: Path) -> Iterator[Row]:
    """A blog's comments and what its owner took down, nearly all of it spam."""
    for item in json.loads((folder / "django_cast_comments.json").read_text(encoding="utf-8")):
        gone = item["is_removed"] or not item["is_public"]
        yield Row(item["comment"], "blog", "blog", {"spam": float(gone)})


def german_tweets(folder: Path) -> Iterator[Row]:
    """German tweets."""
    lines = (folder / "germeval2018.training.txt").read_text(encoding="utf-8").splitlines()
    for line in lines:
        text, kind = line.split("\t")[:2]
        labels = _toxic(float(kind == "OFFENSE"))
        yield Row(text.replace("|LBR|", " "), "german_tweets", "social", labels, language="de")


def german_tests(folder: Path) -> Iterator[Row]:
    """German adversarial tests for hate."""
    for row in _table(folder / "gahd_train.csv"):
        share = float(row["label"])
        labels = {"toxicity": share, "identity_attack": share}
        yield Row(row["text"], "german_tests", "statements", labels, 0.7, language="de")


def swearwords(folder: Path) -> Iterator[Row]:
    """Words and phrases by kind and severity, taught as very short texts."""
    for row in _table(folder / "surge_profanity_en.csv"):
        labels = {"profanity": 1.0}
        severity = _number(row["severity_rating"]) or 0.0
        kind = row["category_1"]
        labels["toxicity"] = min(1.0, 0.4 + severity / 4)
        if "slur" in kind or "orientation" in kind:
            labels["identity_attack"] = 0.8
        if kind.startswith("sexual anatomy"):
            labels["sexually_explicit"] = 0.6
        yield Row(row["text"], "swearwords", "list", labels, 0.3)


def _plain(text: str) -> str:
    return html.unescape(_TAGS.sub("\n", text)).replace("\ufeff", "")


Reader = Callable[[Path], Iterator[Row]]
# What is never trained on comes first, so that its texts leave every other set.
READERS: tuple[Reader, ...] = (
    small_news,
    forum,
    swapped,
    natural,
    spans,
    hieu,
    amodh,
    robtest,
    jigsaw_balanced,
    small_wiki,
    groups,
    emoji,
    social,
    rewrites,
    sexist,
    explained,
    weak,
    videos,
    finance_videos,
    blog,
    messages,
    german_tweets,
    german_tests,
    swearwords,
)


def read_all(data: Path) -> tuple[list[Row], dict[str, str]]:
    """Every row of the folder once, and by set what was found or why it is missing."""
    folder = data / "moderation" if (data / "moderation").is_dir() else data
    rows: list[Row] = []
    found: dict[str, str] = {}
    for reader in READERS:
        try:
            some = [row for row in reader(folder) if row.text.strip()]
        except FileNotFoundError as error:
            found[reader.__name__] = f"missing: {Path(error.filename).name}"
            continue
        found[reader.__name__] = f"{len(some)} rows"
        rows += some
    return deduplicated(rows), found


def targets_of(value: str) -> list[str]:
    """The list that a cell spells, or nothing."""
    try:
        listed = ast.literal_eval(value or "[]")
    except (ValueError, SyntaxError):
        return []
    return [str(item) for item in listed]
