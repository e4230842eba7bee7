# SPDX-License-Identifier: GPL-3.0-or-later
"""What is timed. An engine makes a small disk from a workload's, once, and says what that cost."""

import dataclasses
import json
import os
import pathlib
import shutil
import statistics

import measure
from appliance import Script, disk
from workloads import Disk, survey

HERE = pathlib.Path(__file__).resolve().parent
SURVEYS = 9  # of one disk: it is short


class NotInstalled(Exception):
    """A peer's program is not there; names it."""


@dataclasses.dataclass
class Job:
    """One run: the disk, and a folder of its own, which is emptied afterwards."""
    disk: Disk
    folder: pathlib.Path

    @property
    def target(self):
        return self.folder / "target.img"

    def make_file(self, name, size_bytes):
        path = self.folder / name
        with path.open("wb") as file:
            file.truncate(size_bytes)
        return path

    def make_target(self, size_bytes):
        return self.make_file(self.target.name, size_bytes)

    def command(self, *argv, script=""):
        return measure.run([str(word) for word in argv], self.folder, script)

    def guestfish(self, script):
        return self.command("guestfish", script=script.text())

    def events(self):
        """The JSON that the command printed, an object a line."""
        lines = (self.folder / "stdout").read_text(encoding="utf-8").splitlines()
        return [json.loads(line) for line in lines]


class Engine:
    """`programs` must be installed; `measure` returns measure.run's figures and more."""

    title = ""
    programs = ()

    def measure(self, job):
        raise NotImplementedError

    def run(self, job):
        """The figures and the target's size; measure.Failed if it can't do the job."""
        for program in self.programs:
            if shutil.which(program) is None:
                raise NotInstalled(f"{program} is not installed")
        sample = self.measure(job)
        if job.target.exists():
            status = job.target.stat()
            sample["target_bytes"] = status.st_size
            sample["allocated_bytes"] = status.st_blocks * 512
        return sample


class Launch(Engine):
    title = "an appliance that does nothing"
    programs = ("guestfish",)

    def measure(self, job):
        script = Script()
        script.source(job.disk.path)
        return job.guestfish(script)


class Floor(Engine):
    """As many bytes as the filesystems use are read from the source and written to the target."""

    title = "floor: read and write as many bytes"
    programs = ("guestfish",)

    def measure(self, job):
        size = job.disk.used_bytes
        script = Script()
        script.source(job.disk.path)
        script.target(job.make_target(size))
        script.call("copy-device-to-device", disk("source"), disk("target"), f"size:{size}")
        return job.guestfish(script)


class Shrink(Engine):
    """tpl-shrink; adds the seconds of each stage."""

    def __init__(self, *options):
        self.options = options
        self.title = " ".join(["tpl-shrink", *options])

    def measure(self, job):
        sample = job.command(os.environ["TPL_SHRINK"], "--json", *self.options, job.disk.path,
                             job.target)
        sample["stages"] = stages(job.events())
        return sample


def stages(events):
    """Stage -> seconds, in the order of the stages."""
    marks = [(event["stage"], event["elapsed_seconds"]) for event in events
             if event["kind"] == "stage"]
    ends = [start for _, start in marks[1:]] + [events[-1]["elapsed_seconds"]]
    return {stage: end - start for (stage, start), end in zip(marks, ends)}


class Survey(Engine):
    """The plan without an appliance: the size that it says, which is not made."""

    title = "tpl-survey"

    def measure(self, job):
        samples = [job.command(os.environ["TPL_SURVEY"], "--json", job.disk.path)
                   for _ in range(SURVEYS)]
        sample = min(samples, key=lambda sample: abs(
            sample["seconds"] - statistics.median(other["seconds"] for other in samples)))
        return sample | {"target_bytes": survey(job.disk.path)["predicted_bytes"]}


class Sparsify(Engine):
    title = "virt-sparsify (the virtual size stays)"
    programs = ("virt-sparsify",)

    def measure(self, job):
        return job.command("virt-sparsify", "--quiet", "--format", "raw", job.disk.path, job.target)


class LastPartition(Engine):
    """A script beside this file that shrinks the last partition's filesystem, on the host."""

    def __init__(self, title, script, *programs):
        self.title = title
        self.script = script
        self.programs = ("bash", "sfdisk", "e2fsck", "resize2fs", *programs)

    def measure(self, job):
        return job.command("bash", HERE / self.script, job.disk.path, job.target)
