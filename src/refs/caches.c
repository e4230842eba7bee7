/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Caches of which device holds what: their owners make them anew. */
#include "refs/refs.h"

static const char *const paths[] = {
  "/etc/lvm/cache/.cache", "/etc/lvm/.cache", "/etc/blkid.tab", "/etc/blkid.tab.old",
  "/etc/blkid/blkid.tab*", NULL,
};

const TplRefKind tpl_ref_kind_caches = {
  .name = "caches",
  .paths = paths,
  .fate = TPL_REF_FILE_GOES,
};
