# clean-root.bash: a Debian root folder with nothing in it but what Debian calls its minimum, to install
# and to build in. Sourced. It has the machine's own source of packages, and no more of it.

# make_root FOLDER
make_root ()
{
  local mirror
  mirror=$(apt-get indextargets --format '$(ORIGIN)|$(LABEL)|$(REPO_URI)' 'Created-By: Packages' |
    awk -F '|' '$1 == "Debian" && $2 == "Debian" && !found++ { print $3 }')
  debootstrap --variant=minbase bookworm "$1" "$mirror"
  rm -rf "$1"/etc/apt/sources.list*
  cp -a /etc/apt/. "$1/etc/apt"
  # No services are started in it.
  printf '#!/bin/sh\nexit 101\n' >"$1/usr/sbin/policy-rc.d"
  chmod 755 "$1/usr/sbin/policy-rc.d"
}

# in_root FOLDER COMMAND...: run it there, with /proc, /sys, /dev and the machine's names of hosts.
# What it mounts is gone with its namespace.
in_root ()
{
  local root=$1
  shift
  # shellcheck disable=SC2016 # the inner shell's
  unshare --mount --propagation private --pid --fork --kill-child bash -c '
    set -e
    root=$1
    shift
    mount -t proc proc "$root/proc"
    mount --rbind /sys "$root/sys"
    mount --rbind /dev "$root/dev"
    cp -L /etc/resolv.conf /etc/hosts "$root/etc/"
    exec chroot "$root" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LC_ALL=C.UTF-8 \
      DEBIAN_FRONTEND=noninteractive "$@"' bash "$root" "$@"
}
