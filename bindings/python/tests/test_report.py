"""Reports as values."""

from __future__ import annotations

import dataclasses
import json
import pickle
from typing import Any

import mtlint
import pytest
from conftest import run

TEXT = "🌉 The council met on Monday and talked gibberish about the new bridge for two hours."

CLASSES = {
    "Sibling": mtlint.SiblingReport,
    **{
        name: getattr(mtlint, name)
        for name in [
            "Edit",
            "Evidence",
            "Failure",
            "Finding",
            "Fix",
            "Language",
            "Model",
            "Quote",
            "Score",
            "Suggestion",
            "Word",
        ]
    },
}


def test_every_field_of_the_schema_has_its_attribute() -> None:
    schema = json.loads(run("schema", "report").stdout)
    objects = {
        name: one["properties"] for name, one in schema["$defs"].items() if "properties" in one
    }
    assert objects.keys() == CLASSES.keys()
    objects["Report"], CLASSES["Report"] = schema["properties"], mtlint.Report
    for name, properties in objects.items():
        made = CLASSES[name]
        fields = {field.name for field in dataclasses.fields(made)}
        attributes = fields | {attribute for attribute in vars(made) if attribute[0] != "_"}
        assert properties.keys() <= attributes, name
        assert {field for field in fields if field[0] != "_"} <= properties.keys() | {"text"}, name


def test_a_report_is_a_plain_value(linter: mtlint.Linter) -> None:
    report = linter.lint(TEXT, ["The council talked about the bridge on Monday for two hours."])
    again = pickle.loads(pickle.dumps(report))
    assert again == report and again is not report and hash(again) == hash(report)
    assert again.to_json() == report.to_json() and again._repr_html_() == report._repr_html_()
    assert linter.lint(TEXT) != report
    with pytest.raises(dataclasses.FrozenInstanceError):
        report.id = "other"  # type: ignore[misc]


def test_reports_show_themselves(linter: mtlint.Linter) -> None:
    report, start = linter.lint(TEXT, id="a"), TEXT.index("gibberish")
    assert repr(report) == f"<Report 'a', quality {report.quality:.1f}, 1 findings>"
    assert repr(report.findings[0]).startswith(f"<Finding 'gibberish' at {start}:{start + 9}, ")
    assert repr(linter.lint("")) == "<Report '-', abstained: empty>"
    assert report.score is not None and str(report.score).startswith(f"{report.quality:.1f} (")
    assert linter.lint("").quality is None


def test_a_notebook_shows_the_article_and_obeys_nothing_in_it(linter: mtlint.Linter) -> None:
    shown = linter.lint(TEXT)._repr_html_()
    assert shown.count("text-decoration: underline") == 1
    assert ">gibberish</span>" in shown and "🌉" in shown
    hostile = "<script>alert(1)</script> & <img src=x> " + TEXT
    shown = linter.lint(hostile, id="<b>")._repr_html_()
    assert "text-decoration: underline" in shown and "&#60;script&#62;" in shown
    for forbidden in ("<script", "<img", "<b><", "<style"):
        assert forbidden not in shown
    assert "Not judged" in linter.lint("")._repr_html_()


def test_what_is_not_asked_for_is_not_there(linter: mtlint.Linter) -> None:
    report = linter.lint(TEXT)
    assert report.words is None and report.fix is None and report.siblings == ()
    read: dict[str, Any] = report.to_dict()
    assert "words" not in read and read["schema"] == report.schema == "mtlint.report/1"
    words = mtlint.Linter("stub", words=True).lint(TEXT).words
    assert words is not None and [TEXT[word.start : word.end] for word in words][:2] == [
        "🌉",
        "The",
    ]
