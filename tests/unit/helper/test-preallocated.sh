#!/bin/sh
# Room that files of ext4 and btrfs have without data in it stays such room; a swap file stays one.
#
#   test-preallocated.sh TPL-HELPER NASTY-TREE
set -eu
helper=$1

. "$(dirname "$0")/lib.sh"
need mke2fs mkfs.btrfs filefrag mkswap fallocate chattr

# FILE: as logical start, length, flags a line
extents () {
  filefrag -e -b4096 -v "$1" | sed -n 's/^ *[0-9]*: *\([0-9]*\)\.\. *\([0-9]*\):.*: *\([a-z,_]*\)$/\1 \2 \3/p' |
    sed 's/last,//; s/,*eof//'
}

unwritten () { # FILE: blocks of it that are
  extents "$1" | awk '/unwritten/ { sum += $2 - $1 + 1 } END { print sum + 0 }'
}

fill () {
  fallocate -l 3M "$work/source/whole"
  fallocate -l 2M "$work/source/part"
  dd if=/dev/urandom of="$work/source/part" bs=64k count=4 seek=8 conv=notrunc status=none
  fallocate -n -l 1M "$work/source/beyond"
  touch "$work/source/swap"
  chattr +C "$work/source/swap" 2>/dev/null || true
  fallocate -l 4M "$work/source/swap"
  chmod 600 "$work/source/swap"
  mkswap -q "$work/source/swap"
  sync -f "$work/source"
}

for kind in ext4 btrfs; do
  for image in source target; do
    rm -f "$work/$image.img"
    truncate -s 300M "$work/$image.img"
    "mkfs.$kind" -q "$work/$image.img" >/dev/null 2>&1 || fail "mkfs.$kind"
  done
  mount -t $kind -o loop "$work/source.img" "$work/source" || skip "cannot mount $kind"
  [ $kind = btrfs ] || rmdir "$work/source/lost+found"
  touch "$work/source/beyond"
  fill
  mount -t $kind -o remount,ro "$work/source"
  mount -t $kind -o loop "$work/target.img" "$work/target"
  [ $kind = btrfs ] || rmdir "$work/target/lost+found"
  "$helper" copy "$work/source" "$work/target" >"$work/copy.out" || fail "$kind: copy"
  sync -f "$work/target"
  for file in whole part beyond swap; do
    was=$(unwritten "$work/source/$file") is=$(unwritten "$work/target/$file")
    [ "$was" -gt 0 ] || fail "$kind: nothing of $file is unwritten"
    [ "$is" = "$was" ] || fail "$kind: of $file $is blocks are unwritten, not $was"
  done
  "$helper" compare "$work/source" "$work/target" >"$work/compare.out" ||
    fail "$kind: $(cat "$work/compare.out")"
  if swapon "$work/source/swap" 2>/dev/null; then
    swapoff "$work/source/swap"
    swapon "$work/target/swap" || fail "$kind: the swap file is none any more"
    swapoff "$work/target/swap"
    ok "$kind: the swap file serves"
  fi
  ok "$kind: what was preallocated is preallocated"
  detach target
  detach source
done
