/* SPDX-License-Identifier: GPL-3.0-or-later */
/* The crash kernel's initramfs names the device that dumps go to; kdump's service rebuilds it when it is
 * missing, at the next boot. */
#include "refs/refs.h"

static const char *const paths[] = {
  "/boot/initramfs-*kdump.img", "/boot/initrd-*-kdump", "/var/lib/kdump/initr*", NULL,
};

const TplRefKind tpl_ref_kind_kdump_initrd = {
  .name = "kdump-initrd",
  .paths = paths,
  .fate = TPL_REF_FILE_GOES_IF_NEW,
};
