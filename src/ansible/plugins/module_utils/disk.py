# SPDX-License-Identifier: GPL-3.0-or-later
"""Which disk a name means, and what tells that its content is still the same."""
from __future__ import absolute_import, division, print_function

__metaclass__ = type

import hashlib
import os
import stat
import xml.etree.ElementTree as ElementTree

CHUNK = 4 * 1024 * 1024


class Unknown(Exception):
    """A name that leads to no disk here; the text says why."""


class Resolver:
    """Paths of the names that tpl-shrink takes. `ask` runs virsh with arguments: text, or None."""

    def __init__(self, ask):
        self.ask = ask

    def path(self, name):
        """The path, which need not exist; Unknown if libvirt knows no such name."""
        if name.startswith("vol:"):
            pool, slash, volume = name[4:].partition("/")
            return self._volume(pool, volume)
        if name.startswith("dom:"):
            domain, colon, target = name[4:].partition(":")
            return self._disk(domain, target)
        return os.path.abspath(name)

    def _volume(self, pool, volume):
        path = self.ask(["vol-path", "--pool", pool, "--", volume])
        if not path:
            raise Unknown("there is no volume %s in the pool %s" % (volume, pool))
        return path.strip()

    def _disk(self, domain, target):
        text = self.ask(["dumpxml", "--inactive", "--", domain])
        if not text:
            raise Unknown("there is no domain %s" % domain)
        disks = [disk for disk in ElementTree.fromstring(text).iter("disk")
                 if disk.get("device", "disk") == "disk" and disk.find("source") is not None]
        if target:
            disks = [disk for disk in disks if disk.find("target").get("dev") == target]
        if not disks:
            raise Unknown("the domain %s has no such disk" % domain)
        source = min(disks, key=boot_order).find("source")
        if source.get("volume"):
            return self._volume(source.get("pool"), source.get("volume"))
        path = source.get("file") or source.get("dev")
        if not path:
            raise Unknown("the disk of the domain %s is not on this host" % domain)
        return path


def boot_order(disk):
    """As tpl-shrink chooses: the lowest order; without one, the first."""
    boot = disk.find("boot")
    return int(boot.get("order")) if boot is not None else 1 << 30


def identity(path):
    """
    What changes when the disk's content does, or None if there is no disk. A file has a time of
    change, as make and rsync use it. A device has none: its content is read whole.
    """
    try:
        status = os.stat(path)
    except OSError:
        return None
    if stat.S_ISREG(status.st_mode):
        return {"inode": status.st_ino, "size": status.st_size, "mtime_ns": status.st_mtime_ns}
    if not stat.S_ISBLK(status.st_mode):
        raise Unknown("%s is neither a file nor a block device" % path)
    return digest(path)


def digest(path):
    total, checksum = 0, hashlib.sha256()
    with open(path, "rb", buffering=0) as device:
        while True:
            chunk = device.read(CHUNK)
            if not chunk:
                return {"size": total, "sha256": checksum.hexdigest()}
            total += len(chunk)
            checksum.update(chunk)
