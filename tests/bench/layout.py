# SPDX-License-Identifier: GPL-3.0-or-later
"""A smaller disk for a source's volumes, as somebody makes it by hand: with some air in each."""

import dataclasses

import native
from native import MIB

from appliance import disk

GROUP = "small"  # the target's volume group, beside the source's
EXTENT_BYTES = 4 * MIB
LEAST_BYTES = {"xfs": 300 * MIB, "vfat": 64 * MIB, "swap": 8 * MIB}  # mkfs.xfs refuses less
FILESYSTEMS = ("xfs", "ext2", "ext3", "ext4", "vfat")


@dataclasses.dataclass
class Volume:
    """A volume of the source, and what takes its place."""
    source: str        # device in the appliance
    target: str
    kind: str
    size_bytes: int    # of the target's


def roomy(volume):
    """A fifth more than it uses and 96 MiB, in whole extents."""
    size = volume["used_bytes"] * 6 // 5 + 96 * MIB
    size = max(size, LEAST_BYTES.get(volume["type"], 0))
    if volume["type"] in ("swap", "boot-code"):
        size = LEAST_BYTES.get(volume["type"], volume["size_bytes"])
    return -(-size // EXTENT_BYTES) * EXTENT_BYTES


class Layout:
    """Partitions in their order on the source, numbered anew; logical volumes in one group."""

    def __init__(self, source):
        found = {volume["id"]: volume for volume in source.volumes}
        self.table = native.table(str(source.path))
        self.logical = [self.volume_of(name, found[name]) for name in found
                        if name.startswith("lv:")]
        self.partitions = []
        for number in sorted(self.table["partitions"],
                             key=lambda number: self.table["partitions"][number]["start"]):
            if f"part:{number}" in found:
                self.partitions.append(self.partition(number, found[f"part:{number}"]))

    def volume_of(self, name, volume):
        group, logical = name.removeprefix("lv:").split("/")
        return Volume(f"/dev/{group}/{logical}", f"/dev/{GROUP}/{logical}", volume["type"],
                      roomy(volume))

    def partition(self, number, volume):
        place = len(self.partitions) + 1
        size = roomy(volume)
        if volume["type"] == "LVM2_member":
            size = sum(logical.size_bytes for logical in self.logical) + 2 * EXTENT_BYTES
        return Volume(disk("source", number), disk("target", place), volume["type"], size)

    @property
    def filesystems(self):
        return [volume for volume in self.partitions + self.logical if volume.kind in FILESYSTEMS]

    @property
    def size_bytes(self):
        return sum(volume.size_bytes for volume in self.partitions) + 2 * MIB

    def make_volumes(self, script):
        """Calls that make the table and the group on the drive "target"."""
        script.call("part-init", disk("target"), "gpt" if self.table["label"] == "gpt" else "mbr")
        start = MIB
        for volume in self.partitions:
            end = start + volume.size_bytes
            script.call("part-add", disk("target"), "primary", start // 512, end // 512 - 1)
            start = end
        for volume in self.partitions:
            if volume.kind == "LVM2_member":
                script.call("pvcreate", volume.target)
                script.call("vgcreate", GROUP, volume.target)
        for volume in self.logical:
            name = volume.target.rsplit("/", 1)[1]
            script.call("lvcreate", name, GROUP, volume.size_bytes // MIB)

    def make_filesystems(self, script):
        for volume in self.filesystems:
            script.call("mkfs", volume.kind, volume.target)

    def mount_sources(self, script):
        for number, volume in enumerate(self.filesystems):
            options = "ro,nouuid,norecovery" if volume.kind == "xfs" else "ro"
            script.call("mount-options", options, volume.source, f"/src/{number}")

    def mount_targets(self, script):
        for number, volume in enumerate(self.filesystems):
            script.call("mount-options", "noatime", volume.target, f"/tgt/{number}")
