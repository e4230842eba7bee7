# SPDX-License-Identifier: GPL-3.0-or-later
"""All cases, in the order of a round: what is timed, on which disk, in how many rounds at most.

A case is called ENGINE:WORKLOAD. A new one is a line in CASES; a new engine is a class and a
line in ENGINES.
"""

import dataclasses

import copiers
import engines

ENGINES = {
    "launch": engines.Launch(),
    "floor": engines.Floor(),
    "full": engines.Shrink("--verify=full"),
    "none": engines.Shrink("--verify=none"),
    "tight": engines.Shrink("--verify=none", "--headroom=0"),
    "survey": engines.Survey(),
    "hand": copiers.ByHand(),
    "cp": copiers.Cp(),
    "rsync": copiers.Rsync(),
    "fsarchiver": copiers.Fsarchiver(),
    "sparsify": engines.Sparsify(),
    "resize2fs": engines.LastPartition("resize2fs -M, truncate (PiShrink's way)", "shrink-ext"),
    "virt-resize": engines.LastPartition("virt-resize --shrink", "shrink-by-virt", "virt-resize"),
}

OWN = ("launch", "floor", "full", "none", "tight", "survey")  # what must work; all else are peers


@dataclasses.dataclass(frozen=True)
class Case:
    engine: str
    workload: str
    most_rounds: int = 1000

    @property
    def name(self):
        return f"{self.engine}:{self.workload}"

    @property
    def title(self):
        return ENGINES[self.engine].title

    @property
    def is_own(self):
        return self.engine in OWN

    def run(self, job):
        return ENGINES[self.engine].run(job)


GUEST = ("launch", "floor", "full", "none", "hand", "cp", "rsync", "fsarchiver", "sparsify",
         "resize2fs", "virt-resize")

CASES = [
    *(Case(engine, "guest") for engine in GUEST),
    Case("tight", "guest", 1),
    *(Case("survey", workload, 1) for workload in ("guest", "used-1", "ext4")),
    *(Case(engine, "ext4", 2) for engine in ("full", "resize2fs", "virt-resize")),
    Case("tight", "ext4", 1),
    *(Case("full", workload, 2) for workload in ("used-1", "used-2", "used-4", "sparse")),
    Case("full", "files-1", 1),
    Case("full", "files-10", 1),
    Case("cp", "files-10", 1),
]


def chosen(words):
    """The cases that a word names: a case, an engine or a workload."""
    if not words:
        return CASES
    known = {part for case in CASES for part in (case.name, case.engine, case.workload)}
    unknown = set(words) - known
    if unknown:
        raise ValueError(f"no such case: {', '.join(sorted(unknown))}; --list names them")
    return [case for case in CASES if {case.name, case.engine, case.workload} & set(words)]
