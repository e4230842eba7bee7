/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What no driver takes, in the user's words, and what would help. */
#include <string.h>

#include "plan/planner.h"
#include "tpl-shrink.h"

typedef struct {
  const char *type; /* libblkid's name, or how it ends */
  const char *what;
  const char *remedy;
} Foreign;

#define WINDOWS                                                                                    \
  "a Windows guest can't be shrunk; in a Linux guest, move its files to another filesystem and "   \
  "delete the partition"
#define MOVE_FILES "move its files to another filesystem in the guest"

static const Foreign foreign[] = {
    {"ntfs", "NTFS, a filesystem of Windows", WINDOWS},
    {"ReFS", "ReFS, a filesystem of Windows", WINDOWS},
    {"BitLocker", "BitLocker, encryption of Windows", WINDOWS},
    {"zfs_member", "a part of a ZFS pool", MOVE_FILES},
    {"_raid_member", "a part of a software RAID",
     "put what it holds on a plain partition or logical volume in the guest (mdadm(8))"},
    {"bcache", "a cache of bcache, or what is behind one", "detach the cache in the guest"},
    {"drbd", "a replica of DRBD", "put what it holds on a plain volume in the guest"},
    {"LVM1_member", "a physical volume of LVM 1", "convert it with vgconvert -M2 in the guest"},
    {"unknown", "something that bears no name", "it would be lost"},
};

static const Foreign *
find (const char *type)
{
  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    if (g_str_has_suffix (type, foreign[i].type))
      return &foreign[i];
  return NULL;
}

void
tpl_planning_refuse_foreign (const TplVolume *volume, GError **error)
{
  const Foreign *found = find (volume->type != NULL ? volume->type : "unknown");

  if (g_strcmp0 (volume->type, "crypto_LUKS") == 0)
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
                 "%s is encrypted (LUKS), and no key was given for it: --key %s:file:PATH, or "
                 "--key %s:ask",
                 volume->id, volume->uuid != NULL ? volume->uuid : "all",
                 volume->uuid != NULL ? volume->uuid : "all");
  else if (found != NULL)
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
                 "%s holds %s, which tpl-shrink has no driver for: %s", volume->id, found->what,
                 found->remedy);
  else
    g_set_error (error, TPL_ERROR, TPL_ERROR_REFUSED,
                 "%s holds %s, which tpl-shrink has no driver for: " MOVE_FILES, volume->id,
                 volume->type);
}
