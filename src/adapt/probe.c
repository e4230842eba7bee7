/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "adapt/probe.h"

#include <blkid/blkid.h>
#include <errno.h>

#include "error.h"

/* What blkid_do_safeprobe () answers besides 0: found. */
#define NOTHING    1
#define AMBIVALENT (-2)

static char *
value_of (blkid_probe probe, const char *name)
{
  const char *value = NULL;
  if (blkid_probe_lookup_value (probe, name, &value, NULL) != 0)
    return NULL;
  return g_strdup (value);
}

gboolean
tpl_probe_volume (int fd, guint64 offset_bytes, guint64 size_bytes, TplVolume *volume,
                  GError **error)
{
  blkid_probe probe = blkid_new_probe ();
  if (!probe
      || blkid_probe_set_device (probe, fd, (blkid_loff_t)offset_bytes, (blkid_loff_t)size_bytes)
             != 0) {
    blkid_free_probe (probe);
    return tpl_fail (error, TPL_ERROR_FAILED, "probing %s: %s", volume->id, g_strerror (errno));
  }
  blkid_probe_enable_superblocks (probe, 1);
  blkid_probe_set_superblocks_flags (probe, BLKID_SUBLKS_TYPE | BLKID_SUBLKS_UUID
                                                | BLKID_SUBLKS_LABEL | BLKID_SUBLKS_MAGIC);
  int found = blkid_do_safeprobe (probe);
  if (found == 0) {
    volume->type = value_of (probe, "TYPE");
    volume->uuid = value_of (probe, "UUID");
    volume->label = value_of (probe, "LABEL");
  }
  blkid_free_probe (probe);
  if (found == AMBIVALENT)
    return tpl_fail (error, TPL_ERROR_REFUSED,
                     "%s bears signatures of more than one filesystem: remove the stale one with "
                     "wipefs(8) in the guest",
                     volume->id);
  if (found < 0)
    return tpl_fail (error, TPL_ERROR_FAILED, "probing %s failed", volume->id);
  if (!volume->type)
    volume->type = g_strdup (found == NOTHING ? "empty" : "unknown");
  return TRUE;
}

char *
tpl_probe_contents (int fd)
{
  blkid_probe probe = blkid_new_probe ();
  if (!probe || blkid_probe_set_device (probe, fd, 0, 0) != 0) {
    blkid_free_probe (probe);
    return NULL;
  }
  blkid_probe_enable_superblocks (probe, 1);
  blkid_probe_enable_partitions (probe, 1);
  char *contents = NULL;
  int found = blkid_do_fullprobe (probe);
  if (found == 0) {
    g_autofree char *type = value_of (probe, "TYPE");
    g_autofree char *table = value_of (probe, "PTTYPE");
    contents = type ? g_strdup_printf ("a signature of %s", type)
                    : g_strdup_printf ("a partition table (%s)", table ? table : "unknown");
  }
  blkid_free_probe (probe);
  return contents;
}
