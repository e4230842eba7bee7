# SPDX-License-Identifier: GPL-3.0-or-later
"""Disks as the host's own kernel and programs see them: loop devices, tables, LVM without device-mapper."""

import contextlib
import json
import os
import subprocess
import tempfile

MIB = 1 << 20
EXTENDED = ("5", "f", "85")
LVM_CONFIG = ("devices { use_devicesfile = 0 hints = \"none\" } backup { backup = 0 archive = 0 }"
              " global { activation = 0 } activation { udev_sync = 0 udev_rules = 0 }")


class Failure(Exception):
    """What a comparison, or a program, found wrong."""


def run(*words, stdin=None):
    """What the program printed; Failure if it failed."""
    done = subprocess.run(words, input=stdin, capture_output=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{' '.join(words)}: status {done.returncode}: "
                      f"{(done.stderr + done.stdout).decode(errors='replace').strip()[-800:]}")
    return done.stdout.decode(errors="surrogateescape")


@contextlib.contextmanager
def loop(image, start, size, read_only=False):
    device = run("losetup", "--find", "--show", "--offset", str(start), "--sizelimit", str(size),
                 *(["--read-only"] if read_only else []), image).strip()
    try:
        yield device
    finally:
        run("losetup", "--detach", device)


@contextlib.contextmanager
def mounted(device, options=""):
    with tempfile.TemporaryDirectory(prefix="mnt-") as folder:
        run("mount", *(["-o", options] if options else []), device, folder)
        try:
            yield folder
        finally:
            run("umount", folder)


def lvm(device, *words):
    environment = dict(os.environ, LVM_SUPPRESS_FD_WARNINGS="1")
    done = subprocess.run(["lvm", words[0], "--devices", device, "--config", LVM_CONFIG,
                           *words[1:]], capture_output=True, env=environment, check=False)
    if done.returncode != 0:
        raise Failure(f"lvm {' '.join(words)}: {done.stderr.decode()}")
    return done.stdout.decode()


def logical_volumes(image, start, size):
    """Of the physical volume there: its group's name, and {LV: (start, size)}, each one segment."""
    with loop(image, start, size, read_only=True) as device:
        report = json.loads(lvm(
            device, "fullreport", "--reportformat", "json", "--units", "b", "--nosuffix",
            "--configreport", "vg", "-o", "vg_name,vg_extent_size",
            "--configreport", "pv", "-o", "pe_start",
            "--configreport", "lv", "-o", "lv_name",
            "--configreport", "seg", "-o", "lv_name,lv_size,seg_pe_ranges",
            "--configreport", "pvseg", "-o", "pv_uuid"))["report"][0]
    group = report["vg"][0]
    volumes = {}
    for segment in report["seg"]:
        if not segment["lv_name"]:
            continue
        first = int(segment["seg_pe_ranges"].rsplit(":", 1)[1].split("-")[0])
        at = start + int(report["pv"][0]["pe_start"]) + first * int(group["vg_extent_size"])
        if segment["lv_name"] in volumes:
            raise Failure(f"{segment['lv_name']} is not one segment")
        volumes[segment["lv_name"]] = (at, int(segment["lv_size"]))
    return group["vg_name"], volumes


def table(image):
    """sfdisk's own words for the table, with the partitions by number; None: there is none."""
    probed = subprocess.run(["sfdisk", "--json", image], capture_output=True, check=False)
    if probed.returncode != 0:
        return None
    found = json.loads(probed.stdout)["partitiontable"]
    parts = {}
    for entry in found["partitions"]:
        number = int(entry["node"].removeprefix(found["device"]).lstrip("p"))
        parts[number] = entry
    found["partitions"] = parts
    return found


def extent_of(entry):
    return entry["start"] * 512, entry["size"] * 512


def blkid(device, tag):
    done = subprocess.run(["blkid", "-p", "-s", tag, "-o", "value", device],
                          capture_output=True, check=False)
    return done.stdout.decode(errors="surrogateescape").strip()
