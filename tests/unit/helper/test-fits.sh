#!/bin/sh
# A target that just fits: what XFS sets aside for small files that are not yet written out must make
# nothing else fail: a large file, a symbolic link or an extended attribute that needs a block.
#
#   test-fits.sh TPL-HELPER NASTY-TREE
set -eu
helper=$1
. "$(dirname "$0")/lib.sh"
need python3

fits () { # WHAT MEBIBYTES...
  what=$1
  shift
  for mebibytes; do
    truncate -s 0 "$work/target.img"
    truncate -s "${mebibytes}M" "$work/target.img"
    mkfs.xfs -q --unsupported -d agcount=2 -l size=16m "$work/target.img" 2>/dev/null ||
      skip "this mkfs.xfs makes no small filesystems"
    attach target.img target rw
    "$helper" copy "$work/source" "$work/target" >"$work/out" || fail "$what, $mebibytes MiB: no room"
    detach target
    ok "$what: $mebibytes MiB hold everything"
  done
}

make_xfs source.img 512M
attach source.img source rw
for folder in 1 2 3 4 5; do
  mkdir "$work/source/$folder"
  (cd "$work/source/$folder" && seq 4000 | while read -r i; do echo "$i" >"small-$i"; done)
  head -c 6000000 /dev/urandom >"$work/source/$folder/large"
done
fits "large files" 176 180 184 188 192
detach source

make_xfs source.img 512M
attach source.img source rw
python3 - "$work/source" <<'END'
import os, sys

os.chdir(sys.argv[1])
for number in range(12000):
    with open(f"small-{number}", "w", encoding="ascii") as file:
        file.write(f"{number}\n")
    os.symlink("x" * 900, f"link-{number}")
    if number % 8 == 0:
        os.setxattr(f"small-{number}", "user.long", b"x" * 3000)
END
fits "symbolic links and attributes" 150 154 158
