# SPDX-License-Identifier: GPL-3.0-or-later
"""What a partition or a logical volume holds: a class a kind, which makes it and says what a copy keeps.

The kinds' data stand in the specification (see specification.py):
  kind, label, options (of its maker), fill (0 to 1, of what is free), seed (of the files)
  btrfs also: mount (options), subvolumes (path, and optional: snapshot_of, read_only, default)
"""

import hashlib
import os
import random
import re
import tempfile

import files
import listing
from native import Failure, blkid, mounted, run


class Empty:
    """Nothing at all."""

    has_identity = False

    def __init__(self, content):
        self.content = content

    def make(self, device):
        pass

    def kept(self, device):
        """What the copy has to have as well, as lines."""
        return [f"type={blkid(device, 'TYPE')} label={blkid(device, 'LABEL')}"]

    def identity(self, device):
        return blkid(device, "UUID")


class Swap(Empty):
    has_identity = True

    def make(self, device):
        run("mkswap", *label_option("-L", self.content), device)


class Tree(Empty):
    """A filesystem that the host's kernel mounts."""

    has_identity = True
    mkfs, label_word, check, read_only = [], "-L", [], "ro"
    with_unwritten = False  # see listing.py

    def make(self, device):
        run(*self.mkfs, *self.content.get("options", []),
            *label_option(self.label_word, self.content), device)
        with mounted(device) as folder:
            files.fill(folder, random.Random(self.content.get("seed", 0)),
                       self.content.get("fill", 0.3))

    def kept(self, device):
        run(*self.check, device)
        found = super().kept(device) + self.properties(device)
        with mounted(device, self.read_only) as folder:
            return found + listing.lines(folder, self.with_unwritten)

    def properties(self, device):
        raise NotImplementedError


class Xfs(Tree):
    mkfs = ["mkfs.xfs", "-q", "-f", "--unsupported"]
    check = ["xfs_repair", "-n"]
    read_only = "ro,nouuid,norecovery"

    def properties(self, device):
        found = run("xfs_info", device)
        return re.findall(r"(?:sectsz|attr|projid32bit|crc|finobt|sparse|rmapbt|reflink|bigtime"
                          r"|inobtcount|nrext64|isize|ascii-ci|ftype)=\d+|bsize=\d+", found)


class Ext(Tree):
    with_unwritten = True  # small files are written out
    read_only = "ro"
    check = ["e2fsck", "-f", "-n"]
    kept_words = (r"^((?:Filesystem (?:volume name|features|revision)|Default mount options"
                  r"|Errors behavior|Block size|Inode size|Maximum mount count|Check interval"
                  r"|Reserved blocks [ug]id|Default directory hash).*)$")

    def __init__(self, content):
        super().__init__(content)
        self.mkfs = ["mke2fs", "-q", "-F", "-t", content["kind"]]

    def properties(self, device):
        return re.findall(self.kept_words, run("dumpe2fs", "-h", device), re.MULTILINE)


class Btrfs(Tree):
    mkfs = ["mkfs.btrfs", "-q", "-f"]
    check = ["btrfs", "check", "--readonly"]
    with_unwritten = True  # as ext
    read_only = "ro,subvol=/"
    # mixed-bg, extref, skinny-metadata, no-holes; free-space-tree: whatever else follows from the files
    kept_incompat, kept_ro_compat = 0x344, 0x1

    def make(self, device):
        run(*self.mkfs, *self.content.get("options", []), *label_option("-L", self.content), device)
        numbers = random.Random(self.content.get("seed", 0))
        with mounted(device, self.content.get("mount", "")) as folder:
            for subvolume in self.content.get("subvolumes", []):
                self.make_subvolume(folder, numbers, **subvolume)
            files.fill(folder, numbers, self.content.get("fill", 0.3))
            for subvolume in self.content.get("subvolumes", []):
                if subvolume.get("read_only"):
                    run("btrfs", "property", "set", f"{folder}/{subvolume['path']}", "ro", "true")

    def make_subvolume(self, folder, numbers, path, snapshot_of=None, default=False, **_):
        there = f"{folder}/{path}"
        os.makedirs(os.path.dirname(there), exist_ok=True)
        if snapshot_of:
            run("btrfs", "subvolume", "snapshot", f"{folder}/{snapshot_of}", there)
        else:
            run("btrfs", "subvolume", "create", there)
            files.fill_btrfs(there, numbers)
        if default:
            run("btrfs", "subvolume", "set-default", there)

    def properties(self, device):
        text = run("btrfs", "inspect-internal", "dump-super", device)
        found = re.findall(r"^(?:csum_type|sectorsize|nodesize).*$", text, re.MULTILINE)
        for word, kept in ("incompat_flags", self.kept_incompat), ("compat_ro_flags",
                                                                   self.kept_ro_compat):
            flags = int(re.search(rf"^{word}\s+(0x[0-9a-f]+)", text, re.MULTILINE)[1], 16)
            found.append(f"{word}={flags & kept:#x}")
        with mounted(device, self.read_only) as folder:
            space = run("btrfs", "filesystem", "df", folder)
            found += re.findall(r"^(?:Data|Metadata|System).*(?=: total)", space, re.MULTILINE)
            found += [f"read-only {path}" for path in sorted(self.subvolumes(folder, "-r"))]
            found += sorted(self.subvolumes(folder))
            default = run("btrfs", "subvolume", "get-default", folder)
        return found + re.findall(r"path .*", default)

    @staticmethod
    def subvolumes(folder, *options):
        return re.findall(r" path (.*)", run("btrfs", "subvolume", "list", *options, folder))


class Vfat(Empty):
    """Filled and read by mtools: not every kernel knows it."""

    has_identity = True

    def make(self, device):
        run("mkfs.vfat", *self.content.get("options", []), *label_option("-n", self.content), device)
        with tempfile.TemporaryDirectory(prefix="fat-") as folder:
            os.mkdir(f"{folder}/EFI")
            free = int(re.search(r"([\d ]+) bytes free", run("mdir", "-i", device, "::"))[1]
                       .replace(" ", ""))
            files.fill_plainly(f"{folder}/EFI", random.Random(self.content.get("seed", 0)),
                               int(free * self.content.get("fill", 0.3)))
            run("mcopy", "-i", device, "-s", "-m", "-Q", f"{folder}/EFI", "::")

    def kept(self, device):
        run("fsck.vfat", "-n", device)
        names = run("mdir", "-/", "-a", "-i", device, "::").splitlines()
        # Without the volume's number, and what is free.
        found = sorted(line for line in names
                       if not re.search(r"Serial|bytes|^$|<DIR>|^Directory", line))
        with tempfile.TemporaryDirectory(prefix="fat-") as folder:
            run("mcopy", "-i", device, "-s", "-m", "-n", "::EFI", folder)
            content = [re.sub(r" (links|as)=\S+", "", line) for line in listing.lines(folder)[1:]]
        return super().kept(device) + found + content


class Raw(Empty):
    """Bytes without a signature, as a database on a bare partition has them."""

    def make(self, device):
        source = random.Random(self.content.get("seed", 0))
        with open(device, "r+b") as volume:
            volume.seek(self.content.get("at_bytes", 0))
            volume.write(source.randbytes(300000))

    def kept(self, device):
        with open(device, "rb") as volume:
            return super().kept(device) + [repr(hash_of(volume))]


class BootCode(Raw):
    """GRUB's core, over what was once a filesystem: that still looks like one."""

    def make(self, device):
        run("mke2fs", "-q", "-F", device)
        with open(device, "r+b") as volume:
            volume.write(b"GRUB" * 256)
            volume.seek(64 << 10)
            volume.write(random.Random(self.content.get("seed", 0)).randbytes(200000))

    def kept(self, device):
        with open(device, "rb") as volume:
            return [hashlib.sha256(volume.read().rstrip(b"\0")).hexdigest()]


def hash_of(volume):
    digest = hashlib.sha256()
    while chunk := volume.read(1 << 20):
        digest.update(chunk)
    return digest.hexdigest()


def label_option(word, content):
    return [word, content["label"]] if content.get("label") else []


KINDS = {"empty": Empty, "swap": Swap, "xfs": Xfs, "ext2": Ext, "ext3": Ext, "ext4": Ext,
         "btrfs": Btrfs, "vfat": Vfat, "raw": Raw, "boot-code": BootCode}


def of(content):
    kind = KINDS.get(content["kind"])
    if not kind:
        raise Failure(f"no kind {content['kind']}")
    return kind(content)
