# SPDX-License-Identifier: GPL-3.0-or-later
"""What a mounted tree holds, as lines that two trees can be compared by."""

import array
import fcntl
import hashlib
import os
import stat
import struct

FS_IOC_GETFLAGS = 0x80086601
FS_IOC_FIEMAP = 0xC020660B
FIEMAP = struct.Struct("=QQIIII")  # start, length, flags, extents found, room for extents
FIEMAP_EXTENT = struct.Struct("=Q8xQ16xI12x")  # logical, length, flags
FIEMAP_FLAG_SYNC = 1
FIEMAP_EXTENT_UNWRITTEN = 0x800
EXTENTS = 200
KEPT_FLAGS = 0x1 | 0x2 | 0x8 | 0x10 | 0x20 | 0x40 | 0x80 | 0x10000 | 0x20000 | 0x800000  # suSiadADTC


def flags_of(path):
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    value = array.array("l", [0])
    try:
        fcntl.ioctl(fd, FS_IOC_GETFLAGS, value)
    except OSError:
        return "-"
    finally:
        os.close(fd)
    return value[0] & KEPT_FLAGS


def allocated(fd, size, with_unwritten):
    """Where the file has blocks, up to its size: [start, end] in bytes (Linux, fiemap.rst)."""
    found, at = [], 0
    while at < size:
        request = bytearray(FIEMAP.pack(at, size - at, FIEMAP_FLAG_SYNC, 0, EXTENTS, 0)
                            + bytes(EXTENTS * FIEMAP_EXTENT.size))
        try:
            fcntl.ioctl(fd, FS_IOC_FIEMAP, request)
        except OSError:
            return [[0, size]]  # the host's own, where vfat's files were unpacked
        count = FIEMAP.unpack_from(request)[3]
        for i in range(count):
            start, length, flags = FIEMAP_EXTENT.unpack_from(
                request, FIEMAP.size + i * FIEMAP_EXTENT.size)
            at = start + length
            if flags & FIEMAP_EXTENT_UNWRITTEN and not with_unwritten or start >= size:
                continue
            if found and found[-1][1] == start:  # where extents meet is nobody's concern
                found[-1][1] = at
            else:
                found.append([start, at])
        if count == 0:
            break
    return found


def data_of(path, size, with_unwritten, digest):
    """Feeds the digest with the blocks that are not zero; returns where the file has blocks."""
    fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        extents = allocated(fd, size, with_unwritten)
        for start, end in extents:
            for at in range(start, end, 4096):
                block = os.pread(fd, min(4096, end - at), at)
                if block.count(0) != len(block):
                    digest.update(b"%d:" % at + block)
    finally:
        os.close(fd)
    return ",".join(f"{start}-{end}" for start, end in extents)


def line_of(path, first_names, with_unwritten):
    info = os.lstat(path)
    digest, extra = hashlib.sha256(), ""
    for xattr in sorted(os.listxattr(path, follow_symlinks=False)):
        digest.update(os.fsencode(xattr) + b"=")
        digest.update(os.getxattr(path, xattr, follow_symlinks=False))
    if stat.S_ISREG(info.st_mode):
        extra = f"{flags_of(path)} {data_of(path, info.st_size, with_unwritten, digest)}"
    elif stat.S_ISDIR(info.st_mode):
        extra = f"{flags_of(path)}"
    elif stat.S_ISLNK(info.st_mode):
        extra = repr(os.readlink(path))
    size = 0 if stat.S_ISDIR(info.st_mode) else info.st_size
    same = first_names.setdefault((info.st_dev, info.st_ino), path)
    return (f"{path!r} {info.st_mode:o} {info.st_uid}:{info.st_gid} {size} {info.st_rdev}"
            f" mtime={info.st_mtime_ns} links={info.st_nlink} as={same!r}"
            f" {digest.hexdigest()[:16]} {extra}")


def lines(folder, with_unwritten=False):
    """A line for each file below `folder`, in the order of their names. `with_unwritten`: whether room
    that was preallocated counts as the zeros that it reads as."""
    before, first_names, found = os.getcwd(), {}, []
    os.chdir(folder)
    try:
        found.append(line_of(b".", first_names, with_unwritten))
        for top, folders, files in os.walk(b"."):
            folders.sort()
            found += [line_of(os.path.join(top, name), first_names, with_unwritten)
                      for name in sorted(folders + files)]
    finally:
        os.chdir(before)
    return found
