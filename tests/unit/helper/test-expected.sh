#!/bin/sh
# compare --expected: what somebody has changed on purpose is no difference; anything else still is.
#
#   test-expected.sh TPL-HELPER
set -eu
helper=$1
. "$(dirname "$0")/lib.sh"

attach source.img source rw
mkdir -p "$work/source/etc/lvm/cache" "$work/source/boot"
echo 'root=/dev/mapper/os-root' >"$work/source/etc/fstab"
echo a >"$work/source/etc/passwd"
echo devices >"$work/source/etc/lvm/devices"
echo cached >"$work/source/etc/lvm/cache/c"
make_xfs target.img 320M
attach target.img target rw
"$helper" copy "$work/source" "$work/target" >/dev/null || fail "copy"

printf 'root=/dev/mapper/tpl-root\nmore\n' >"$work/target/etc/fstab"
rm "$work/target/etc/lvm/devices"
rm -r "$work/target/etc/lvm/cache"
echo new >"$work/target/boot/new
line"
mkdir "$work/target/boot/directory"
echo x >"$work/target/boot/directory/inside"

cat >"$work/expected" <<'END'
edited /etc/fstab
removed etc/lvm/devices
removed /etc/lvm/cache/
created /boot/new\012line
created /boot/directory
created /boot/directory/inside
END

compare () { # EXIT-STATUS WHAT; prints to compare.out
  status=0
  "$helper" compare --expected "$work/expected" "$work/source" "$work/target" \
    >"$work/compare.out" || status=$?
  if [ $status -ne "$1" ]; then
    cat "$work/compare.out"
    fail "$2: ended with $status instead of $1"
  fi
}

tab=$(printf '\t')
named () { # PATH WHAT MESSAGE
  grep -qF -e "$1$tab$2$tab" "$work/compare.out" || {
    cat "$work/compare.out"
    fail "$3"
  }
  ok "$3"
}

compare 0 "all that was expected"
ok "expected differences are none"

# An edit excuses content, size and times, nothing else.
chmod 0600 "$work/target/etc/fstab"
compare 3 "an edited file that lost its mode"
named /etc/fstab mode "an edited file's mode is compared"
chmod 0644 "$work/target/etc/fstab"

echo b >"$work/target/etc/passwd"
compare 3 "a file that nobody was to edit"
named /etc/passwd content "other files are compared"
echo a >"$work/target/etc/passwd"
touch -r "$work/source/etc/passwd" "$work/target/etc/passwd"

# Expectations that did not come true.
cp "$work/expected" "$work/expected.good"
echo 'removed /etc/passwd' >>"$work/expected"
compare 3 "a file that is still there"
named /etc/passwd not-removed "a file that was to be removed"
cp "$work/expected.good" "$work/expected"
echo 'created /boot/never/made' >>"$work/expected"
compare 3 "a file that was never made"
named /boot/never/made not-created "a file that was to be made"

echo 'nonsense /boot' >"$work/expected"
compare 1 "a line that means nothing" 2>/dev/null
echo 'edited /b\9' >"$work/expected"
compare 1 "a path with a bad escape" 2>/dev/null
ok "a file of expectations that makes no sense is an error"
