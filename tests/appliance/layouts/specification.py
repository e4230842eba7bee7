# SPDX-License-Identifier: GPL-3.0-or-later
"""A disk's specification, as JSON, and how a seed chooses one.

  table           "msdos", "gpt", or null: then the one partition, with number 0, is the whole disk
  format, target_format, size_bytes, identity, options (of tpl-shrink)
  sector_bytes    of logical sectors, 512 if it is not said
  backing         the source is an overlay
  other_bytes     the guest has another disk of this size: a physical volume
  partitions      number, start_bytes, size_bytes, type; optional: name, attrs, bootable (sfdisk's words),
                  and one of: content (contents.py), group, or part_of: the group that has it as well
                  luks: all of that is encrypted
  group           name, extent_bytes, volumes (name, size_bytes, content, and stripes: on how many);
                  optional: tags, on_other_disk
"""

import random

from luks import HEADER
from native import MIB

MBR_TYPES = {"swap": "82", "group": "8e", "vfat": "c", "other": ["83", "7", "27", "da", "be"]}
GPT_TYPES = ["0FC63DAF-8483-4772-8E79-3D69D8477DE4", "4F68BCE3-E8CD-4DB1-96E7-FBCAF984B709",
             "EBD0A0A2-B9E5-4433-87C0-68B6B72699C7", "933AC7E1-2EB4-4F13-B844-0E14E2AEF915",
             "00112233-4455-6677-8899-AABBCCDDEEFF"]
GPT_NAMES = [None, "root", "Größe, \\x", "a name of thirty-six characters, all", "x" * 36]
GPT_ATTRIBUTES = [None, None, "RequiredPartition", "LegacyBIOSBootable GUID:59,63", "NoBlockIOProtocol"]
LABELS = [None, "label", "Daten-ä", "with space", "/boot"]


def xfs(numbers):
    block = numbers.choice([1024, 2048, 4096, 4096])
    options = ["-b", f"size={block}", "-i", f"size={numbers.choice([512, 512, block // 2])}",
               "-s", f"size={numbers.choice([512, 4096]) if block == 4096 else 512}"]
    reflink, rmapbt = numbers.randrange(2), numbers.randrange(2)
    finobt = max(numbers.randrange(2), rmapbt)
    options += ["-m", f"reflink={reflink},rmapbt={rmapbt},finobt={finobt}"]
    # mkfs.xfs 6.1's own log for this is smaller than newer kernels take.
    return {"options": options + (["-l", "size=8m"] if rmapbt and not reflink else [])}


def ext(numbers):
    block = numbers.choice([1024, 2048, 4096])
    options = ["-b", str(block), "-I", str(numbers.choice([128, 256, 256, 512])),
               "-m", str(numbers.choice([0, 1, 5, 20])), "-i", str(numbers.choice([4096, 16384, 65536]))]
    features = numbers.sample(["^resize_inode", "^dir_index", "^filetype", "^sparse_super,^resize_inode"], 1)
    return {"options": options + ["-O", features[0]] if numbers.randrange(3) == 0 else options}


def ext4(numbers):
    content = ext(numbers)
    features = numbers.sample(["^metadata_csum,^metadata_csum_seed", "^64bit", "^has_journal", "^extent,^64bit",
                               "inline_data", "orphan_file", "^flex_bg",
                               "^huge_file", "ea_inode", "sparse_super2,^resize_inode", "^uninit_bg",
                               "large_dir", "mmp"], 2)
    if "128" in content["options"]:  # the size of an inode that has no room for data
        features = [feature for feature in features if feature != "inline_data"]
    if "-O" not in content["options"]:
        content["options"] += ["-O", ",".join(features)]
    return content


def vfat(numbers):
    return {"options": numbers.choice([[], ["-F", "16"], ["-F", "32"], ["-F", "32", "-s", "1"]]),
            "label": numbers.choice([None, "ESP", "EFI PART"])}


def btrfs(numbers):
    options = ["-n", numbers.choice(["4096", "16384", "65536"]), "-m", numbers.choice(["single", "dup"]),
               "--csum", numbers.choice(["crc32c", "xxhash", "sha256", "blake2"])]
    options += numbers.choice([[], ["-O", "^no-holes"], ["-R", "^free-space-tree"], ["-d", "dup"]])
    subvolumes = [{"path": "@"}, {"path": "@/var/inner", "read_only": True},
                  {"path": "@home", "default": True}][:numbers.randrange(4)]
    # Packed text may come out larger than the disk's other parts become smaller.
    return {"options": options, "mount": numbers.choice(["", "compress=zstd", "compress-force=lzo"]),
            "subvolumes": subvolumes, "fill": numbers.choice([0, 0.1, 0.4])}


KINDS = {
    "btrfs": (160, 300, btrfs),
    "xfs": (64, 200, xfs),
    "ext2": (20, 120, ext),
    "ext3": (20, 120, ext),
    "ext4": (24, 200, ext4),
    "vfat": (40, 110, vfat),
    "swap": (8, 90, lambda numbers: {}),
    "empty": (1, 60, lambda numbers: {}),
    "raw": (1, 40, lambda numbers: {"at_bytes": numbers.choice([0, 700000])}),
}
WEIGHTED = ["xfs"] * 4 + ["ext4"] * 4 + ["btrfs"] * 2 + ["ext2", "ext3", "vfat", "swap", "swap", "empty", "raw"]


def content_of(numbers, kinds=WEIGHTED):
    """A content, and how large it is to be."""
    kind = numbers.choice(kinds)
    least, most, more = KINDS[kind]
    content = {"kind": kind, "label": label_of(numbers, kind),
               "fill": numbers.choice([0, 0.1, 0.3, 0.5, 0.8, 0.95, 1]),
               "seed": numbers.randrange(1 << 30), **more(numbers)}
    return content, numbers.randrange(least, most) * MIB


def label_of(numbers, kind):
    most = {"btrfs": 255, "xfs": 12, "empty": 0, "raw": 0}.get(kind, 16)
    label = numbers.choice(LABELS)
    return label if label and len(label.encode()) <= most else None


def group_of(numbers, name):
    extent = numbers.choice([1, 4, 4, 8, 32]) * MIB
    volumes, total = [], 0
    kinds = [kind for kind in WEIGHTED if kind != "vfat"]
    for i in range(numbers.randrange(1, 5)):
        content, size = content_of(numbers, kinds)
        size = -(-size // extent) * extent
        volumes.append({"name": numbers.choice(["root", "swap", "data-1", "a.b_c+d"]) + str(i),
                        "size_bytes": size, "content": content})
        total += size
    spare = numbers.choice([0, 1, 7]) * extent
    return ({"name": name, "extent_bytes": extent, "volumes": volumes},
            -(-(total + spare + MIB + extent) // MIB) * MIB)


def filled(numbers, part, groups):
    """The partition with a content or a group; its size."""
    if numbers.randrange(4) == 0 and len(groups) < 2:
        groups.append(numbers.choice(["os", "vg-with-dashes", "data"]) + str(len(groups)))
        part["group"], size = group_of(numbers, groups[-1])
        part["group"]["tags"] = numbers.choice([[], [], ["one/tag", "two"]])
    else:
        part["content"], size = content_of(numbers)
    return size


def spread(numbers, spec, part, later, size):
    """Gives the group a second physical volume, as large as the first, on one of the later partitions or on
    another disk; some of its volumes are striped then. {partition's number: (group's name, size)}."""
    group, found = part["group"], {}
    kind = numbers.randrange(6)
    if kind == 0 and not spec.get("other_bytes"):
        spec["other_bytes"], group["on_other_disk"] = size, True
    elif kind in (1, 2) and later:
        found[numbers.choice(later)] = (group["name"], size)
    else:
        return found
    for volume in group["volumes"]:
        if numbers.randrange(2) and volume["size_bytes"] % (2 * group["extent_bytes"]) == 0:
            volume["stripes"] = 2
    return found


def encrypted(numbers, part, size):
    """Sometimes all of the partition; its size."""
    if part.get("part_of") or numbers.randrange(7) or part.get("group", {}).get("on_other_disk"):
        return size
    if part.get("content", {}).get("kind") in ("empty", "raw"):
        return size
    part["luks"] = True
    return size + HEADER


def mbr_numbers(numbers, count):
    """(number, role) as they lie: primary ones with any numbers, logical ones in a row."""
    primary = numbers.sample([1, 2, 3, 4], min(count, numbers.randrange(1, 5)))
    logical = count - len(primary) if len(primary) < 4 else 0
    found = [(number, "primary") for number in primary]
    if logical:
        spare = numbers.choice([n for n in (1, 2, 3, 4) if n not in primary])
        place = numbers.randrange(len(found) + 1)
        chain = [5 + i for i in range(logical)]
        if numbers.randrange(3) == 0:
            numbers.shuffle(chain)
        found[place:place] = [(spare, "extended")] + [(number, "logical") for number in chain]
    return found


def type_of(numbers, spec, part):
    if spec["table"] == "gpt":
        return numbers.choice(GPT_TYPES)
    kind = "content" in part and part["content"]["kind"] or "group"
    return MBR_TYPES.get(kind) or numbers.choice(MBR_TYPES["other"])


def place(numbers, spec, chosen):
    """Puts partitions behind each other, some unaligned, with gaps."""
    at = numbers.choice([MIB, MIB, MIB, 63 * 512, 4 * MIB] if spec["table"] == "msdos" else [MIB, MIB, 34 * 512 + 512 * 30])
    extended, groups, bootable, taken = None, [], numbers.randrange(5), {}
    logical = [number for number, role in chosen if role == "logical"]
    in_order = logical == sorted(logical)
    for i, (number, role) in enumerate(chosen):
        if extended and role == "primary" and "size_bytes" not in extended:
            extended["size_bytes"] = at - extended["start_bytes"] + MIB
            at += MIB
        if i > 0:
            at += numbers.choice([0, 0, 1, 20]) * MIB + numbers.choice([0, 0, 0, 7 * 512])
        part = {"number": number, "start_bytes": at}
        spec["partitions"].append(part)
        if role == "extended":
            extended, part["type"] = part, numbers.choice(["5", "f", "85"])
            continue
        if role == "logical":
            # Where they are chained otherwise than they lie, sfdisk wants more room for its tables.
            part["start_bytes"] = at = at + (numbers.choice([MIB, MIB, 63 * 512]) if in_order else 2 * MIB)
        if number in taken:
            part["part_of"], part["size_bytes"] = taken[number]
        else:
            size = filled(numbers, part, groups)
            if part.get("group"):
                later = [after for after, its in chosen[i + 1:] if its != "extended" and after not in taken]
                taken.update(spread(numbers, spec, part, later, size))
            if part.get("group", {}).get("name") not in [name for name, _ in taken.values()]:
                size = encrypted(numbers, part, size)
            part["size_bytes"] = size
        part["type"] = type_of(numbers, spec, part)
        if spec["table"] == "gpt":
            part["name"], part["attrs"] = numbers.choice(GPT_NAMES), numbers.choice(GPT_ATTRIBUTES)
        elif i == bootable and role == "primary":
            part["bootable"] = True
        at += part["size_bytes"]
    if extended and "size_bytes" not in extended:
        extended["size_bytes"] = at - extended["start_bytes"] + MIB
        at += MIB
    return at


def choose(seed):
    numbers = random.Random(seed)
    spec = {"table": numbers.choice(["msdos", "msdos", "msdos", "gpt", "gpt", "gpt", None]),
            "format": numbers.choice(["raw", "raw", "qcow2"]),
            "target_format": numbers.choice(["raw", "raw", "qcow2"]),
            "identity": numbers.choice(["new", "keep"]), "options": [], "partitions": []}
    if spec["format"] == "qcow2" and numbers.randrange(3) == 0:
        spec["backing"] = True
    if spec["target_format"] == "qcow2" and numbers.randrange(3) == 0:
        spec["options"] += ["--compress"]
    if numbers.randrange(3) == 0:
        spec["options"] += ["--swap-size", "keep"]
    if numbers.randrange(3) == 0:
        spec["options"] += ["--headroom", numbers.choice(["0", "1M", "50M"])]
    count = numbers.choice([1, 2, 2, 3, 3, 4, 5, 6, 7, 8])
    if spec["table"] is None:
        part = {"number": 0, "type": ""}
        end = filled(numbers, part, [])
        if "content" in part and part["content"]["kind"] in ("empty", "swap", "raw"):
            part["content"], end = content_of(numbers, ["xfs", "ext4"])
        # Only the tree makes it smaller.
        if "content" in part:
            part["content"]["fill"] = min(part["content"]["fill"], 0.1)
            end = max(end, 160 * MIB)
        spec["partitions"].append(part)
        spec["size_bytes"] = end
        return spec
    if spec["table"] == "msdos":
        chosen = mbr_numbers(numbers, count)
    else:
        chosen = [(number, "primary") for number in numbers.sample(range(1, 129), count)]
    end = place(numbers, spec, chosen)
    # What is filled to the brim becomes larger: there is room, so that the whole becomes smaller.
    spec["size_bytes"] = -(-end // MIB) * MIB + (128 + 80 * count) * MIB
    return spec
