#!/bin/sh
# Subvolumes, snapshots, compressed data: copied from one btrfs to another, compared, and spoilt.
#
#   test-btrfs.sh TPL-HELPER NASTY-TREE
set -eu
helper=$1

. "$(dirname "$0")/lib.sh"
need mkfs.btrfs btrfs filefrag

for image in source target; do
  rm -f "$work/$image.img"
  truncate -s 1G "$work/$image.img"
  mkfs.btrfs -q "$work/$image.img" >/dev/null 2>&1
done

mount_btrfs () { # IMAGE DIRECTORY OPTIONS
  mount -t btrfs -o "loop,subvol=/,$3" "$work/$1" "$work/$2"
}

btrfs_quietly () {
  btrfs -q "$@" || fail "btrfs $*"
}

mount_btrfs source.img source compress=zstd || skip "cannot mount a btrfs"
cd "$work/source"
btrfs_quietly subvolume create @
mkdir -p @/var/lib
btrfs_quietly subvolume create @/var/lib/machines
btrfs_quietly subvolume create '@with blank'
seq 300000 >@/text
seq 3000 >'@with blank/text'
head -c 3000000 /dev/urandom >@/random
cp --reflink=always @/random @/clone
ln @/random @/hard
ln '@with blank/text' '@with blank/hard'
seq 200000 >@/overwritten
sync -f .
dd if=/dev/urandom of=@/overwritten bs=4k count=1 seek=7 conv=notrunc status=none
btrfs_quietly subvolume snapshot -r @ snapshot
btrfs_quietly subvolume set-default '@with blank'
sync -f .
cd - >/dev/null
detach source
mount_btrfs source.img source ro

"$helper" btrfs-survey "$work/source" >"$work/survey"
grep -qx 'subvolume 258 5 [0-9]* 0 0 0 @with blank' "$work/survey" || fail "$(cat "$work/survey")"
grep -qx 'subvolume 259 5 [0-9]* 1 1 0 snapshot' "$work/survey" || fail "$(cat "$work/survey")"
encoded=
[ "$(sed -n 's/^encoded_io //p' "$work/survey")" = 0 ] || encoded=--encoded

data_bytes () { # DIRECTORY
  btrfs filesystem df -b "$1" | sed -n 's/^Data.*used=//p'
}

mount_btrfs target.img target rw
# shellcheck disable=SC2086
"$helper" copy --shared $encoded "$work/source" "$work/target" >"$work/copy.out" || fail "copy"
detach target
mount_btrfs target.img target ro
"$helper" compare --shared "$work/source" "$work/target" >"$work/compare.out" ||
  fail "$(head "$work/compare.out")"
ok "what was copied is the same"
[ "$(btrfs subvolume list -r "$work/target" | sed 's/.* path //')" = snapshot ] ||
  fail "read-only: $(btrfs subvolume list -r "$work/target")"
btrfs subvolume get-default "$work/target" | grep -q 'path @with blank$' || fail "the default subvolume"
ok "default and read-only subvolumes are such"

sum () { # NAME: of the survey
  sed -n "s/^$1 //p" "$work/survey"
}
if [ -n "$encoded" ]; then
  planned=$(($(sum plain_bytes) + $(sum encoded_bytes)))
  filefrag -v "$work/target/@/text" | grep -q encoded || fail "/@/text is not compressed"
else
  planned=$(($(sum plain_bytes) + $(sum unpacked_bytes)))
fi
[ "$(data_bytes "$work/target")" -le "$planned" ] ||
  fail "the data take $(data_bytes "$work/target") bytes, and not $planned"
ok "the data take what the survey says"

echo 'removed snapshot' >"$work/left-out"
detach target
rm "$work/target.img"
truncate -s 1G "$work/target.img"
mkfs.btrfs -q "$work/target.img" >/dev/null 2>&1
mount_btrfs target.img target rw
"$helper" copy --leave-out "$work/left-out" "$work/source" "$work/target" >"$work/copy.out" || fail "copy"
[ ! -e "$work/target/snapshot" ] || fail "the snapshot is there"
"$helper" compare --expected "$work/left-out" "$work/source" "$work/target" >"$work/compare.out" ||
  fail "$(head "$work/compare.out")"
ok "a snapshot is left out"

# spoil WHAT PATH COMMAND...: compare must name it
spoil () {
  what=$1 path=$2
  shift 2
  "$@"
  status=0
  "$helper" compare --expected "$work/left-out" "$work/source" "$work/target" >"$work/compare.out" ||
    status=$?
  [ $status = 3 ] || fail "$what: compare ended with $status"
  grep -q "^$path	subvolume	$what" "$work/compare.out" || fail "$what: $(head "$work/compare.out")"
  ok "compare finds: $what"
}

make_plain () {
  rmdir "$work/target/@/var/lib/machines" # a subvolume goes so, too
  mkdir "$work/target/@/var/lib/machines"
  touch -r "$work/source/@/var/lib/machines" "$work/target/@/var/lib/machines"
  touch -r "$work/source/@/var/lib" "$work/target/@/var/lib"
}

spoil 'is read-only only in the target' '/@with blank' \
  btrfs property set -ts "$work/target/@with blank" ro true
spoil 'is the default only in the source' '/@with blank' btrfs subvolume set-default "$work/target/@"
spoil 'is one only in the source' '/@/var/lib/machines' make_plain
detach target
detach source

