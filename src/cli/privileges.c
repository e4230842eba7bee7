/* SPDX-License-Identifier: GPL-3.0-or-later */
/* capabilities(7), by libcap-ng. */
#include "cli/privileges.h"

#include <cap-ng.h>

#define NONE G_MAXUINT

/* Disks belong to others, and whoever has one open is found in /proc. */
static const unsigned reading[] = { CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH, CAP_SYS_PTRACE, NONE };

/* A target gets an owner and a mode, an appliance that hangs is ended, a batch has a priority, and
 * lvm renames a volume. */
static const unsigned writing[] = { CAP_CHOWN,     CAP_FOWNER,   CAP_KILL, CAP_SYS_NICE,
                                    CAP_SYS_ADMIN, CAP_IPC_LOCK, NONE };

/* Those of a list that it has; returns which, a bit each. */
static guint64
held (const unsigned *list)
{
  guint64 bits = 0;
  for (; *list != NONE; list++)
    if (capng_have_capability (CAPNG_PERMITTED, *list))
      bits |= G_GUINT64_CONSTANT (1) << *list;
  return bits;
}

void
cli_privileges_drop (gboolean writes)
{
  if (capng_get_caps_process () != 0)
    return;
  guint64 kept = held (reading) | (writes ? held (writing) : 0);
  /* Where this one is missing, what programs that it starts can have stays as it is. */
  gboolean may_bound = capng_have_capability (CAPNG_EFFECTIVE, CAP_SETPCAP);
  capng_clear (CAPNG_SELECT_BOTH);
  for (unsigned i = 0; i < 64; i++)
    if (kept >> i & 1)
      capng_update (CAPNG_ADD, CAPNG_EFFECTIVE | CAPNG_PERMITTED | CAPNG_BOUNDING_SET, i);
  (void)capng_apply (may_bound ? CAPNG_SELECT_BOTH : CAPNG_SELECT_CAPS);
}
