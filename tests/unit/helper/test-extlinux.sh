#!/bin/sh
# EXTLINUX in a new place: what tpl-helper makes is what `extlinux` itself makes.
#
#   test-extlinux.sh TPL-HELPER
set -eu
helper=$1
. "$(dirname "$0")/lib.sh"
need extlinux mke2fs lsattr chattr cmp

make_ext4 () { # IMAGE BLOCK-SIZE
  truncate -s 64M "$work/$1"
  mke2fs -q -F -t ext4 -O ^64bit -b "$2" "$work/$1"
}

with_file () { # IMAGE COMMAND...
  mount -o loop "$work/$1" "$work/target"
  shift
  "$@"
  umount "$work/target"
}

sys=boot/extlinux/ldlinux.sys
mkdir -p "$work/out"
install_and_take () { # NAME
  mkdir -p "$work/target/boot/extlinux"
  extlinux --install "$work/target/boot/extlinux" 2>/dev/null
  cp "$work/target/$sys" "$work/out/$1.sys"
}
for name in one two; do
  make_ext4 $name.img $([ $name = one ] && echo 1024 || echo 4096)
  with_file $name.img install_and_take $name
  head -c 512 "$work/$name.img" >"$work/out/$name.boot"
done
! cmp -s "$work/out/one.sys" "$work/out/two.sys" || fail "both lie at one place"

# The loader of one.img, as a copy in the place of two.img's, must become two.img's.
move () { # START SECTORS
  "$helper" extlinux "$work/target" "/$sys" "$work/out/one.boot" "$work/out/ours.boot" "$1" "$2"
}
move_one () {
  chattr -i "$work/target/$sys"
  dd if="$work/out/one.sys" of="$work/target/$sys" conv=notrunc 2>/dev/null
  chattr +i "$work/target/$sys"
  move 0 131072
  cp "$work/target/$sys" "$work/out/ours.sys"
  lsattr "$work/target/$sys" | grep -q '^....i' || fail "its flag is gone"
}
with_file two.img move_one
cmp "$work/out/ours.sys" "$work/out/two.sys" || fail "the file is not as extlinux makes it"
cmp "$work/out/ours.boot" "$work/out/two.boot" || fail "the boot sector is not as extlinux makes it"
ok "another place"

# Where the partition begins.
with_file two.img move 2048 131072
[ "$(od -A n -t u4 -j 28 -N 4 "$work/out/ours.boot" | tr -d ' ')" = 2048 ] ||
  fail "the boot sector does not know where its partition begins"
ok "the partition's start"

# What is no such loader is left alone.
damage () {
  chattr -i "$work/target/$sys"
  printf x | dd of="$work/target/$sys" bs=1 seek=3000 conv=notrunc 2>/dev/null
  cp "$work/target/$sys" "$work/out/damaged.sys"
  ! move 0 131072 2>"$work/out/error" || fail "a damaged file was taken"
  grep -q 'its checksum is wrong' "$work/out/error" || fail "the wrong message"
  cmp "$work/target/$sys" "$work/out/damaged.sys" || fail "the damaged file was changed"
  cp "$work/out/one.sys" "$work/target/$sys"
  head -c 512 /dev/zero >"$work/out/one.boot"
  ! move 0 131072 2>"$work/out/error" || fail "another boot sector was taken"
  grep -q 'boot sector is not the one' "$work/out/error" || fail "the wrong message"
}
with_file two.img damage
ok "what is no such loader"
