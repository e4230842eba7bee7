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


SECTOR_BYTES = 512  # of the disk; see set_sector ()


def set_sector(size):
    global SECTOR_BYTES  # pylint: disable=global-statement
    SECTOR_BYTES = size


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
                 "--sector-size", str(SECTOR_BYTES),
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


def lvm(devices, *words):
    environment = dict(os.environ, LVM_SUPPRESS_FD_WARNINGS="1")
    shown = [word for device in devices for word in ("--devices", device)]
    done = subprocess.run(["lvm", words[0], *shown, "--config", LVM_CONFIG, *words[1:]],
                          capture_output=True, env=environment, check=False)
    if done.returncode != 0:
        raise Failure(f"lvm {' '.join(words)}: {done.stderr.decode()}")
    return done.stdout.decode()


def table(image):
    """sfdisk's own words for the table, with the partitions by number; None: there is none."""
    with loop(image, 0, os.path.getsize(image), read_only=True) as device:
        probed = subprocess.run(["sfdisk", "--json", device], capture_output=True, check=False)
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
    return entry["start"] * SECTOR_BYTES, entry["size"] * SECTOR_BYTES


def blkid(device, tag):
    done = subprocess.run(["blkid", "-p", "-s", tag, "-o", "value", device],
                          capture_output=True, check=False)
    return done.stdout.decode(errors="surrogateescape").strip()
