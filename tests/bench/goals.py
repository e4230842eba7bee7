# SPDX-License-Identifier: GPL-3.0-or-later
"""The goals: a figure, a limit, and which side of it is good. A new one is a line in goals ()."""

import dataclasses

from cases import CASES

MIB = 1 << 20
SURVEYED = ("guest", "used-1", "ext4")


@dataclasses.dataclass
class Goal:
    what: str
    value: float | None  # None: not measured
    limit: float
    unit: str = "×"
    at_least: bool = False

    @property
    def met(self):
        if self.value is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


def largest(values):
    return max((value for value in values if value is not None), default=None)


def times(value, factor):
    return None if value is None else value * factor


def plan_error(figures):
    """The largest difference in percent between what tpl-survey says and what tpl-shrink makes."""
    ratios = [figures.ratio(f"survey:{name}", f"full:{name}", "target_bytes") for name in SURVEYED]
    return largest(abs(ratio - 1) * 100 for ratio in ratios if ratio is not None)


def per_used(figures, key):
    value, used = figures.median("full:guest", key), figures.workload("guest").get("used_bytes")
    return value / used if value is not None and used else None


def excess_bytes(figures, name):
    """What the target has beyond the source's used bytes and 3% of them."""
    size, used = figures.median(name, "target_bytes"), figures.workload("guest").get("used_bytes")
    return size - used * 1.03 if size is not None and used else None


def peers(figures):
    """Goals against what else can do the whole job: the virtual size becomes smaller."""
    for case in CASES:
        whole = not case.is_own and case.engine not in ("hand", "sparsify")
        if whole and case.workload in ("guest", "ext4") and figures.samples(case.name):
            yield Goal(f"{case.title}, against it, {case.workload}",
                       figures.ratio(case.name, f"full:{case.workload}"), 1, at_least=True)


def goals(figures):
    ratio = figures.ratio
    memory = largest(figures.median(name, "peak_bytes") for name in figures.cases
                     if name.startswith("full:"))
    files = figures.workload("files-10").get("files")
    return [
        Goal("whole run, verification off, against the floor", ratio("none:guest", "floor:guest"),
             1.25),
        Goal("whole run, verification on, against the floor", ratio("full:guest", "floor:guest"),
             1.6),
        Goal("the procedure by hand, against the whole run", ratio("hand:guest", "full:guest"), 3,
             at_least=True),
        *peers(figures),
        Goal("virtual size 100 times larger, same content", ratio("full:sparse", "full:used-1"),
             1.05),
        Goal(f"cp -a of {f'{files:,}' if files else 'many'} small files, against the whole run",
             ratio("cp:files-10", "full:files-10"), 1, at_least=True),
        Goal("bytes written on the host, of the used bytes", per_used(figures, "written_bytes"),
             1.05),
        Goal("most memory of the program", times(memory, 1 / MIB), 64, "MiB"),
        Goal("plan without an appliance",
             times(largest(figures.median(f"survey:{name}", "seconds") for name in SURVEYED), 1000),
             50, "ms"),
        Goal("that plan's size, off what was made", plan_error(figures), 2, "%"),
        Goal("virtual size beyond used bytes + 3%",
             times(excess_bytes(figures, "full:guest"), 1 / MIB), 24, "MiB"),
        Goal("the same with --headroom=0",
             times(excess_bytes(figures, "tight:guest"), 1 / MIB), 24, "MiB"),
        Goal("ext4 with --headroom=0, of what resize2fs -M leaves",
             ratio("tight:ext4", "resize2fs:ext4", "target_bytes"), 1),
    ]
