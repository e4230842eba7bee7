# SPDX-License-Identifier: GPL-3.0-or-later
"""The disks that are shrunk: a guest, and disks of data that are made here by the host's kernel."""

import dataclasses
import json
import os
import pathlib
import subprocess

import native
from native import MIB

GIB = 1 << 30
TOP = pathlib.Path(__file__).resolve().parent.parent.parent
FILES_A_FOLDER = 1000


@dataclasses.dataclass
class Disk:
    """A made disk: its file, and its volumes as tpl-survey finds them without an appliance."""
    path: pathlib.Path
    volumes: list  # of {"id", "type", "size_bytes", "used_bytes"}
    predicted_bytes: int

    @property
    def used_bytes(self):
        return sum(volume["used_bytes"] for volume in self.volumes)

    @property
    def virtual_bytes(self):
        return self.path.stat().st_size


@dataclasses.dataclass
class Guest:
    """A recipe of fixtures/guest."""
    name: str

    @property
    def title(self):
        return f"the guest {self.name}"

    def make(self, path):
        native.run(str(TOP / "fixtures/build-guest"), self.name, str(path))


@dataclasses.dataclass
class Data:
    """One partition with one filesystem and nothing but files: `files` of `file_bytes` each."""
    title: str
    filesystem: str
    virtual_bytes: int
    files: int
    file_bytes: int

    def make(self, path):
        with open(path, "wb") as image:
            image.truncate(self.virtual_bytes)
        native.run("sfdisk", "--quiet", str(path), stdin=b"label: dos\nstart=2048, type=83\n")
        with native.loop(str(path), MIB, self.virtual_bytes - MIB) as device:
            native.run(f"mkfs.{self.filesystem}", "-q", device)
            with native.mounted(device) as folder:
                self.fill(folder)

    def fill(self, folder):
        """No two files alike, none of zeroes: nothing can be left out."""
        noise = os.urandom(self.file_bytes + FILES_A_FOLDER)
        for number in range(self.files):
            place = number % FILES_A_FOLDER
            parent = f"{folder}/{number // FILES_A_FOLDER}"
            if place == 0:
                os.mkdir(parent)
            with open(f"{parent}/{place}", "wb") as file:
                file.write(noise[place:place + self.file_bytes - 8])
                file.write(number.to_bytes(8, "big"))


def data(files):
    """Name -> disk of data; `files`: how many small ones the most crowded has."""
    def large(times, virtual_bytes=5 * GIB, filesystem="xfs"):
        return Data(f"{256 * times} MiB in {filesystem} of {virtual_bytes // GIB} GiB", filesystem,
                    virtual_bytes, 256 * times, MIB)

    def small(count):
        return Data(f"{count:,} files of 1 KiB", "xfs", 16 * GIB, count, 1024)

    return {"used-1": large(1), "used-2": large(2), "used-4": large(4),
            "sparse": large(1, 500 * GIB), "ext4": large(1, filesystem="ext4"),
            "files-1": small(files // 10), "files-10": small(files)}


def survey(path):
    """What tpl-survey says of a disk."""
    done = subprocess.run([os.environ["TPL_SURVEY"], "--json", path], check=True,
                          stdout=subprocess.PIPE)
    return json.loads(done.stdout)["disks"][0]


def make(workload, path):
    workload.make(path)
    found = survey(path)
    return Disk(path, found["volumes"], found["predicted_bytes"])
