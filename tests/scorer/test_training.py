"""That training can be repeated, and that the card says what was measured."""

import copy
import csv
import itertools
import json
import random
from pathlib import Path

import pytest

from moderation.scorer.weights_file import SHIPPED
from moderation.scorer_training import training
from moderation.scorer_training.card import fill
from moderation.scorer_training.floors import floors_missed
from moderation.scorer_training.templates import taught

CARD = Path(__file__).parents[2] / "docs" / "model-card.md"
REPORT = json.loads(SHIPPED.with_name("report.json").read_text(encoding="utf-8"))
THINGS = ("bridge", "tram", "library", "budget", "harbour", "school", "column", "referee")
WHERE = ("by the river", "in town", "on the hill", "behind the station", "near us", "at the mill")
WHEN = ("today", "in May", "last year", "at noon", "every week", "since the war")


def _invented(folder: Path) -> Path:
    """Talk about a town, half of it abusive, and messages, half of them advertising."""
    places = [" ".join(each) for each in itertools.product(THINGS, WHERE, WHEN)]
    random.Random(4).shuffle(places)
    with (folder / "robtest_jigsaw_test.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        for place in places[:200]:
            table.writerow((f"You stupid idiot, look at the {place}", 1))
            table.writerow((f"I think that the {place} is worth it", 0))
    lines = [
        line
        for place in places[:150]
        for line in (f"spam\tWin free prizes now, call the {place}", f"ham\tMeet at the {place}")
    ]
    (folder / "sms.tsv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def test_training_twice_gives_the_same_bytes(tmp_path, monkeypatch):
    # A part of our own sentences will do, and of the 400,000 words as well.
    monkeypatch.setattr(training, "taught", lambda words: taught(words)[::80])
    words, vectors = training.word_vectors()
    monkeypatch.setattr(training, "word_vectors", lambda: (words[:3_000], vectors[:3_000]))
    data = _invented(tmp_path)
    made = [
        training.train(data, tmp_path / f"{name}.bin", lambda told: None) for name in ("one", "two")
    ]
    assert made[0].version == made[1].version
    assert {"toxicity", "spam"} <= set(made[0].labels)
    one, two = ((tmp_path / f"{name}.bin").read_bytes() for name in ("one", "two"))
    assert one == two


def test_the_tables_of_the_card_are_those_of_the_report():
    card = CARD.read_text(encoding="utf-8")
    assert fill(card, REPORT) == card


def test_the_shipped_weights_miss_no_floor():
    assert floors_missed(REPORT) == []


def _worse_templates(report):
    report["templates"]["toxicity"]["worst"] = 0.5


def _worse_disguise(report):
    report["disguises"]["each"][0]["telling words"] = 0.5


def _worse_video(report):
    report["unseen_videos"][0]["auc"] = 0.8


def _worse_set(report):
    for entry in report["ranking"]:
        entry["auc"] = 0.7


def _worse_calibration(report):
    report["per_label"][0]["ece"] = 0.2


@pytest.mark.parametrize(
    ("spoil", "named"),
    [
        (_worse_templates, "templates worst"),
        (_worse_disguise, "disguise"),
        (_worse_video, "unseen video"),
        (_worse_set, "robtest"),
        (_worse_calibration, "calibration"),
    ],
)
def test_each_floor_is_held(spoil, named):
    report = copy.deepcopy(REPORT)
    spoil(report)
    assert any(sentence.startswith(named) for sentence in floors_missed(report))
