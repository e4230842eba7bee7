/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Swap, as mkswap(8) makes it: one page of signature, then pages. */
#include "fs/fs-plan.h"
#include "plan/size.h"
#include "tpl-shrink.h"

#define PAGE_DEFAULT 4096
/* mkswap: "swap area needs to be at least 40 KiB", ten pages. */
#define PAGES_LEAST 10

static gboolean
swap_plan (const TplVolume *source, guint64 headroom_bytes, TplVolume *target, GError **error)
{
  const guint64 page = tpl_volume_get_fact (source, "page_bytes", PAGE_DEFAULT);
  guint64 smallest;

  (void)headroom_bytes; /* swap holds nothing while the guest is stopped */
  if (page < 512 || page > TPL_MIB || (page & (page - 1)) != 0) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
                 "%s: swap with pages of %" G_GUINT64_FORMAT
                 " bytes is not known: make the swap anew in the guest",
                 source->id, page);
    return FALSE;
  }
  smallest = PAGES_LEAST * page;
  if (target->size_bytes == 0)
    target->size_bytes = smallest;
  if (target->size_bytes < smallest) {
    g_set_error (error, TPL_ERROR, TPL_ERROR_TOO_SMALL,
                 "%s: swap of %" G_GUINT64_FORMAT
                 " bytes is too small: it needs %" G_GUINT64_FORMAT,
                 source->id, target->size_bytes, smallest);
    return FALSE;
  }
  target->used_bytes = 0;
  target->free_bytes = tpl_size_round_down (target->size_bytes, page) - page;
  tpl_volume_set_fact (target, "page_bytes", page);
  return TRUE;
}

const TplFsTraits tpl_swap_traits = {
    .type = "swap",
    .is_swap = TRUE,
    .plan = swap_plan,
};
