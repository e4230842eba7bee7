#!/bin/sh
# What cannot be kept must end the copy with exit status 1 and a message that names the file.
#
#   test-failures.sh TPL-HELPER NASTY-TREE
set -eu
helper=$1
. "$(dirname "$0")/lib.sh"

expect_failure () { # WHAT PATTERN
  status=0
  "$helper" copy "$work/source" "$work/target" >"$work/out" 2>"$work/err" || status=$?
  if [ $status -ne 1 ] || ! grep -q -e "$2" "$work/err"; then
    cat "$work/err"
    fail "$1: ended with $status"
  fi
  ok "$1: $(head -1 "$work/err" | cut -c1-120)"
}

# A date that the target's inodes cannot hold.
make_xfs source.img 320M -m bigtime=1
make_xfs target.img 320M -m bigtime=0,inobtcount=0
attach source.img source rw
attach target.img target rw
mkdir "$work/source/dir"
touch -d @4102444800.5 "$work/source/dir/late
date"
expect_failure "a date after 2038" '"/dir/late\\012date": .*cannot keep the times'
detach target

# Too little room.
make_xfs target.img 320M
attach target.img target rw
rm -r "$work/source/dir"
attach source.img source remount,rw 2>/dev/null || true
head -c 200000000 /dev/zero | tr '\0' x >"$work/source/big"
head -c 100000000 /dev/zero | tr '\0' y >"$work/target/in-the-way"
expect_failure "a full target" '"/big": .*No space left'
detach target
rm "$work/source/big"

# Something that is there already.
make_xfs target.img 320M
attach target.img target rw
echo a >"$work/source/name"
echo b >"$work/target/name"
expect_failure "a target that is not empty" '"/name": .*File exists'
[ "$(cat "$work/target/name")" = b ] || fail "the target's own file was changed"
detach target

# A filesystem mounted inside the source hides a part of it.
make_xfs target.img 320M
attach target.img target rw
rm "$work/source/name"
mkdir "$work/source/inner"
mount -t tmpfs none "$work/source/inner"
expect_failure "a mount inside the source" '"/inner": another filesystem is mounted'
detach source/inner
rmdir "$work/source/inner"
detach target

# A target without reflinks, asked to share.
if command -v xfs_io >/dev/null; then
  make_xfs target.img 320M -m reflink=0
  attach target.img target rw
  head -c 100000 /dev/urandom >"$work/source/one"
  cp --reflink=always "$work/source/one" "$work/source/two"
  status=0
  "$helper" copy --shared "$work/source" "$work/target" >/dev/null 2>"$work/err" || status=$?
  [ $status -eq 1 ] && grep -q 'share .* with another file' "$work/err" \
    || fail "sharing on a target that cannot"
  ok "sharing on a target that cannot: $(cut -c1-120 "$work/err")"
  detach target
  rm "$work/source/one" "$work/source/two"
fi

# Output that nobody takes is lost: that is no success.
make_xfs target.img 320M
attach target.img target rw
status=0
"$helper" copy "$work/source" "$work/target" >/dev/full 2>/dev/null || status=$?
[ $status -eq 1 ] || fail "a full standard output: ended with $status"
ok "a full standard output"

# Usage.
for arguments in "" "copy" "copy /" "nothing" "copy --unknown a b" "copy --total-bytes x a b" \
  "compare --expected"; do
  status=0
  # shellcheck disable=SC2086
  "$helper" $arguments >/dev/null 2>"$work/err" || status=$?
  [ $status -eq 2 ] && grep -q usage "$work/err" || fail "usage of '$arguments': $status"
done
ok "wrong usage"
