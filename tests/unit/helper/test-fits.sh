#!/bin/sh
# A target that just fits: what XFS sets aside for small files that are not yet written out must not
# make a large one fail.
#
#   test-fits.sh TPL-HELPER NASTY-TREE
set -eu
helper=$1
. "$(dirname "$0")/lib.sh"

make_xfs source.img 512M
attach source.img source rw
for folder in 1 2 3 4 5; do
  mkdir "$work/source/$folder"
  (cd "$work/source/$folder" && seq 4000 | while read -r i; do echo "$i" >"small-$i"; done)
  head -c 6000000 /dev/urandom >"$work/source/$folder/large"
done

for mebibytes in 176 180 184 188 192; do
  truncate -s 0 "$work/target.img"
  truncate -s "${mebibytes}M" "$work/target.img"
  mkfs.xfs -q --unsupported -d agcount=2 -l size=16m "$work/target.img" 2>/dev/null ||
    skip "this mkfs.xfs makes no small filesystems"
  attach target.img target rw
  "$helper" copy "$work/source" "$work/target" >"$work/out" || fail "$mebibytes MiB: no room"
  detach target
  ok "$mebibytes MiB hold everything"
done
