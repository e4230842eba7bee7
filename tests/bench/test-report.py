# SPDX-License-Identifier: GPL-3.0-or-later
"""Medians, ratios, slopes, goals, tables and the chart, from figures that are written here."""

import pathlib
import xml.dom.minidom

import tap

import cases
import chart
import goals
import measure
import report
from figures import Figures, slope

HERE = pathlib.Path(__file__).resolve().parent
MIB = 1 << 20


def sample(seconds, target=110, **more):
    return {"seconds": seconds, "cpu_seconds": seconds / 2, "peak_bytes": 32 * MIB,
            "read_bytes": 200 * MIB, "written_bytes": 104 * MIB, "target_bytes": target * MIB,
            "allocated_bytes": 100 * MIB, **more}


def case(*samples, cannot=None):
    return {"title": "a case", "samples": list(samples), "cannot": cannot}


def example():
    """100 MiB used; tpl-shrink takes 14 s in the median, the floor 10 s."""
    stages = [{"inspect": 4.0, "copy": 10.0}, {"inspect": 5.0, "copy": 15.0},
              {"inspect": 3.0, "copy": 7.0}]
    return Figures({
        "format": 1,
        "machine": {"processors": 2, "appliance": "KVM", "kernel": "6.1"},
        "workloads": {
            "guest": {"title": "the guest", "used_bytes": 100 * MIB, "virtual_bytes": 1 << 30,
                      "files": None},
            "used-1": {"title": "1", "used_bytes": 1 << 30, "virtual_bytes": 5 << 30, "files": 1},
            "used-2": {"title": "2", "used_bytes": 2 << 30, "virtual_bytes": 5 << 30, "files": 2}},
        "cases": {
            "floor:guest": case(sample(9), sample(10), sample(11)),
            "full:guest": case(*(sample(sum(each.values()), stages=each) for each in stages)),
            "cp:guest": case(sample(28)),
            "rsync:guest": case(cannot="rsync | is not installed"),
            "full:used-1": case(sample(20)),
            "full:used-2": case(sample(50))}})


def goal(figures, beginning):
    return next(goal for goal in goals.goals(figures) if goal.what.startswith(beginning))


def test_slope():
    assert slope([(1, 3), (2, 5), (4, 9)]) == 2
    assert slope([(1, 3)]) is None
    assert slope([(1, 3), (1, 4)]) is None
    assert example().slope("full", ("used-1", "used-2", "used-4"), "used_bytes") * (1 << 30) == 30


def test_medians_and_ratios():
    figures = example()
    assert figures.median("full:guest", "seconds") == 14
    assert figures.stages("full:guest") == {"inspect": 4, "copy": 10}
    assert figures.ratio("full:guest", "floor:guest") == 1.4
    assert figures.ratio("full:guest", "rsync:guest") is None
    assert figures.median("sparsify:guest", "seconds") is None


def test_other_disk():
    figures = example()
    figures.set_workload("guest", figures.workload("guest") | {"files": 3})
    assert figures.median("cp:guest", "seconds") == 28
    figures.set_workload("guest", figures.workload("guest") | {"title": "another"})
    assert figures.median("cp:guest", "seconds") is None
    assert "cp -a" not in report.render(figures).partition("Another")[2]


def test_goals():
    figures = example()
    assert goal(figures, "whole run, verification on").met is True
    assert goal(figures, "whole run, verification off").met is None
    assert goal(figures, "cp -a, against it, guest").value == 2
    assert goal(figures, "bytes written").value == 1.04
    assert round(goal(figures, "virtual size beyond").value, 6) == 7
    figures.cases["full:guest"]["samples"][0]["written_bytes"] = 200 * MIB
    figures.cases["full:guest"]["samples"][1]["written_bytes"] = 200 * MIB
    assert goal(figures, "bytes written").met is False


def test_table():
    text = report.render(example())
    assert "medians of up to 3 rounds" in text
    assert "| tpl-shrink --verify=full | 14.0 | 1.40 | 7.0 | 32 | 200 | 104 | 110 | 100 |" in text
    assert "can't: rsync / is not installed" in text
    assert "| --verify=full | 4.0 s, 29% | 10.0 s, 71% |" in text
    assert "+30.0 s for GiB used" in text
    for block in text.split("\n\n"):
        assert len({line.count("|") for line in block.splitlines() if line[:1] == "|"}) < 2, block


def test_last_words():
    assert measure.last_words("*stdin*:1: libguestfs: error: sh: cp: no\n") == "cp: no"
    assert measure.last_words("x: error: sh: a warning\nthe reason\n") == "the reason"
    assert measure.last_words("virt-resize: error: no\nmore help\n-----\n") == "no"
    assert measure.last_words("cp: no\n-----\n") == "cp: no"
    assert measure.last_words("x" * 200 + "y" * 200) == "x" * 100 + "…" + "y" * 50
    assert measure.last_words("\n") == "it said nothing"


def test_chart():
    drawn = xml.dom.minidom.parseString(chart.draw(example()))
    assert len(drawn.getElementsByTagName("rect")) == 1 + 1 + 2 + 1 + 2  # ground, bars, legend
    xml.dom.minidom.parseString(chart.draw(Figures()))


def test_cases():
    names = [case.name for case in cases.CASES]
    assert len(set(names)) == len(names)
    chosen = cases.chosen(["floor", "full:ext4"])
    assert [case.name for case in chosen] == ["floor:guest", "full:ext4"]
    try:
        cases.chosen(["faster"])
    except ValueError as why:
        assert "faster" in str(why)
    else:
        raise AssertionError("a case that is none was chosen")


def test_readme():
    """Its figures are those that the bench wrote, and nothing else."""
    readme = (HERE.parent.parent / "README.md").read_text(encoding="utf-8")
    if not (HERE / "figures.json").exists():
        raise tap.Skip("no bench has been committed yet")
    figures = Figures.read(HERE / "figures.json")
    assert report.put_into(readme, figures) == readme
    assert chart.draw(figures) == (HERE / "chart.svg").read_text(encoding="utf-8")


tap.run(globals())
