"""Charts as shapes: within the picture, with room for their words, and whole as a table."""

from datetime import UTC, datetime

import pytest

from moderation.dashboard import charts
from moderation.dashboard.counting import count_all
from moderation.dashboard.page import dashboard

NOW = datetime(2026, 5, 4, 10, 30, tzinfo=UTC)


def test_columns_stand_on_each_other_and_within_the_picture():
    chart = charts.columns(
        "x", "X", "Y", labels=["a", "b"], series=[("m", [3, 0]), ("p", [1, 7])], header="h"
    )
    lower, upper, right = chart.bars
    assert upper.y + upper.height == pytest.approx(lower.y)
    assert all(bar.y >= 0 and bar.x + bar.width <= chart.width for bar in chart.bars)
    assert right.height > lower.height
    assert chart.rows == [("a", "3", "1"), ("b", "0", "7")]


@pytest.mark.django_db
def test_labels_below_columns_have_room_and_a_day_is_named_once():
    count_all()
    week = next(chart for chart in dashboard(now=NOW).charts if chart.name == "decisions-week")
    below = [words for words in week.words if words.anchor == "middle"]
    assert [words.text for words in below] == ["Tue", "Wed", "Thu", "Fri", "Sat", "Sun", "Mon"]
    assert len(week.rows) == 28
    for labels in (["Tue 02:00"] * 28, ["3 Apr"] * 14, ["02"] * 24):
        chart = charts.columns(
            "x", "X", "Y", labels=labels, series=[("m", [1] * len(labels))], header="h"
        )
        at = [words.x for words in chart.words if words.anchor == "middle"]
        widths = {round(after - before) for before, after in zip(at, at[1:], strict=False)}
        assert min(widths) > 9 * len(labels[0]), "a phone's letters are nine units wide at most"


def test_a_long_label_is_cut_in_the_picture_and_whole_in_the_table():
    long = "It contains words that are written to get past our checks, and more."
    chart = charts.rows("x", "X", "Y", values=[(long, 1, "1")], header=("a", "b"))
    assert chart.words[0].text.endswith("…")
    assert len(chart.words[0].text) <= charts.LABEL_LETTERS
    assert chart.rows == [(long, "1")]


@pytest.mark.parametrize("most", [0, 1, 2, 3, 9, 10, 11, 99, 100, 101, 12_345])
def test_the_axis_reaches_what_is_counted(most):
    top = charts._round_up(most)
    assert top >= max(most, 1)
    assert top <= max(2 * most, 2) + 1


def test_nothing_counted_is_an_empty_chart_and_not_an_error():
    empty = charts.columns("x", "X", "Y", labels=[], series=[("m", []), ("p", [])], header="h")
    assert empty.is_empty
    assert charts.rows("x", "X", "Y", values=[], header=("a", "b")).is_empty
