# SPDX-License-Identifier: GPL-3.0-or-later
"""Tables in Markdown from a bench's figures, and their place in README.md."""

from cases import CASES
from goals import goals

MIB = 1 << 20
BEGIN, END = "<!-- made by tests/bench/run -->\n", "<!-- end of the figures -->\n"
CHART = "tests/bench/chart.svg"
NONE = "–"

# Title, figure, digits, factor.
COLUMNS = [
    ("CPU", "cpu_seconds", 1, 1),
    ("peak memory", "peak_bytes", 0, 1 / MIB),
    ("read", "read_bytes", 0, 1 / MIB),
    ("written", "written_bytes", 0, 1 / MIB),
    ("target", "target_bytes", 0, 1 / MIB),
    ("of it allocated", "allocated_bytes", 0, 1 / MIB),
]
HEAD = ["seconds; MiB", "time", "× floor", *(title for title, *_ in COLUMNS)]

# Title, workloads, what grows, its unit, how many of it make one step.
SCALES = [
    ("used bytes", ("used-1", "used-2", "used-4"), "used_bytes", "GiB used", 1 << 30),
    ("small files", ("files-1", "files-10"), "files", "100,000 files", 100_000),
    ("virtual size", ("used-1", "sparse"), "virtual_bytes", "100 GiB", 100 << 30),
]


def table(head, rows):
    lines = ["| " + " | ".join(row) + " |" for row in [head, ["---"] * len(head), *rows]]
    return "\n".join(lines) + "\n"


def number(value, digits=1, factor=1):
    return NONE if value is None else f"{value * factor:,.{digits}f}"


def capital(words):
    return words[:1].upper() + words[1:]


def case_row(figures, case):
    reason = figures.cases.get(case.name, {}).get("cannot")
    if reason:
        return [case.title, f"can't: {reason.replace('|', '/')}", *[""] * (len(HEAD) - 2)]
    if not figures.samples(case.name):
        return None
    return [case.title, number(figures.median(case.name, "seconds")),
            number(figures.ratio(case.name, f"floor:{case.workload}"), 2),
            *(number(figures.median(case.name, key), digits, factor)
              for _, key, digits, factor in COLUMNS)]


def case_tables(figures):
    """A table a workload."""
    for name, workload in figures.values["workloads"].items():
        rows = [case_row(figures, case) for case in CASES if case.workload == name]
        rows = [row for row in rows if row]
        if rows:
            used, virtual = (number(workload[key], 0, 1 / MIB)
                             for key in ("used_bytes", "virtual_bytes"))
            title = capital(workload["title"])
            yield f"{title}, {used} MiB used of {virtual}:\n\n" + table(HEAD, rows)


def stage_table(figures):
    runs = {name: figures.stages(f"{name}:guest") for name in ("full", "none")}
    names = list(dict.fromkeys(stage for stages in runs.values() for stage in stages))
    rows = []
    for name, stages in runs.items():
        if stages:
            whole = sum(stages.values())
            rows.append([f"--verify={name}", *(f"{stages.get(stage, 0):.1f} s, "
                                               f"{100 * stages.get(stage, 0) / whole:.0f}%"
                                               for stage in names)])
    return table(["stage", *names], rows) if rows else ""


def scale_table(figures):
    rows = []
    for title, workloads, axis, unit, step in SCALES:
        slope = figures.slope("full", workloads, axis)
        if slope is not None:
            seconds = [number(figures.median(f"full:{name}", "seconds")) for name in workloads]
            rows.append([title, ", ".join(seconds), f"{slope * step:+.1f} s for {unit}"])
    return table(["tpl-shrink, more of", "seconds", "slope"], rows) if rows else ""


def goal_table(figures):
    words = {None: "not measured", True: "met", False: "**not met**"}
    rows = [[goal.what, f"{'≥' if goal.at_least else '≤'} {goal.limit:g} {goal.unit}",
             number(goal.value, 2) + (f" {goal.unit}" if goal.value is not None else ""),
             words[goal.met]] for goal in goals(figures)]
    return table(["what", "goal", "measured", ""], rows)


def render(figures):
    """All of it; nothing that is not in the figures."""
    machine = figures.values["machine"]
    said = (f"{machine['processors']} processors, {machine['appliance']}, kernel "
            f"{machine['kernel']}; medians of up to {figures.rounds} rounds.\n")
    parts = [said, goal_table(figures), *case_tables(figures), stage_table(figures),
             scale_table(figures)]
    return "\n".join(part for part in parts if part)


def put_into(readme, figures):
    """README.md's text with the tables and the chart between the markers."""
    before, rest = readme.split(BEGIN)
    _, after = rest.split(END)
    chart = f"![Seconds of each way to a smaller disk]({CHART})\n\n"
    return before + BEGIN + chart + render(figures) + END + after
