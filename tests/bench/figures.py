# SPDX-License-Identifier: GPL-3.0-or-later
"""A bench's figures, as its JSON has them, and medians, ratios and slopes of them."""

import json
import statistics

FORMAT = 1


def slope(points):
    """Least squares through (x, y): y's growth for one x more; None without two different x."""
    if len({x for x, _ in points}) < 2:
        return None
    return statistics.linear_regression(*zip(*points)).slope


class Figures:
    """{"format", "machine": {}, "workloads": {name: {}}, "cases": {name: {}}}; see start ()."""

    def __init__(self, values=None):
        self.values = values or {"format": FORMAT, "machine": {}, "workloads": {}, "cases": {}}

    @classmethod
    def read(cls, path):
        return cls(json.loads(path.read_text(encoding="utf-8")))

    def write(self, path):
        path.write_text(json.dumps(self.values, indent=1, ensure_ascii=False) + "\n",
                        encoding="utf-8")

    @property
    def cases(self):
        return self.values["cases"]

    def workload(self, name):
        return self.values["workloads"].get(name, {})

    def set_workload(self, name, values):
        """A disk that is another than the earlier bench's leaves nothing of that one's figures."""
        if self.workload(name).get("title", values["title"]) != values["title"]:
            for case in [case for case in self.cases if case.endswith(f":{name}")]:
                self.cases[case] |= {"samples": [], "cannot": None}
        self.values["workloads"][name] = values

    @property
    def rounds(self):
        """Of the case that ran most often."""
        return max((len(case["samples"]) for case in self.cases.values()), default=0)

    def start(self, case):
        """Forget what an earlier bench found of this case."""
        self.cases[case.name] = {"title": case.title, "samples": [], "cannot": None}

    def add(self, case, sample):
        self.cases[case.name]["samples"].append(sample)

    def cannot(self, case, reason):
        self.cases[case.name]["cannot"] = reason

    def samples(self, name):
        """Of a case; none if it can't do the job, or did not run."""
        case = self.cases.get(name, {"cannot": None, "samples": []})
        return [] if case["cannot"] else case["samples"]

    def median(self, name, key):
        """Of all rounds; None if there is none."""
        found = [sample[key] for sample in self.samples(name) if key in sample]
        return statistics.median(found) if found else None

    def stages(self, name):
        """Stage -> median of its seconds."""
        samples = [sample["stages"] for sample in self.samples(name) if "stages" in sample]
        return {stage: statistics.median(sample[stage] for sample in samples if stage in sample)
                for stage in (samples[0] if samples else ())}

    def ratio(self, name, other, key="seconds"):
        """Of two medians; None if one of them is missing."""
        ours, theirs = self.median(name, key), self.median(other, key)
        return ours / theirs if ours is not None and theirs else None

    def slope(self, engine, workloads, axis):
        """Seconds for one more of the workloads' `axis`."""
        points = [(self.workload(name)[axis], self.median(f"{engine}:{name}", "seconds"))
                  for name in workloads if self.samples(f"{engine}:{name}")]
        return slope(points)
