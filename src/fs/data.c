/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Data that nobody knows, block by block. */
#include "error.h"
#include "fs/fs-plan.h"
#include "fs/fs.h"

#define STATUS_DIFFERENT 1 /* of cmp(1) */

static gboolean
inspect (const TplFsDisk *disk, TplVolume *volume, GError **error)
{
  (void)disk, (void)error;
  volume->used_bytes = volume->size_bytes; /* as much as is copied */
  return TRUE;
}

/* Where the target is all zeros, the source's zeros need not be written, and a file stays sparse; a
 * device may hold something. */
static gboolean
copy_blocks (const TplFsDisk *disk, const TplFsCopy *copy, GError **error)
{
  static const char script[] = "if cmp -s -n \"$3\" \"$2\" /dev/zero; then zeros=sparse,; fi &&"
                               " exec dd if=\"$1\" of=\"$2\" bs=1M conv=${zeros}notrunc status=none";
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, copy->source->size_bytes);
  const char *const argv[]
      = { "sh", "-c", script, "sh", copy->source_device, disk->device, size, NULL };
  return disk->run (disk, argv, NULL, NULL, error);
}

static gboolean
compare_blocks (const TplFsDisk *disk, const TplFsCopy *copy, GError **error)
{
  g_autofree char *size = g_strdup_printf ("%" G_GUINT64_FORMAT, copy->source->size_bytes);
  const char *const argv[] = { "cmp", "-n", size, copy->source_device, disk->device, NULL };
  int status = 0;
  g_autofree char *said = NULL;
  if (!disk->run (disk, argv, &status, &said, error))
    return FALSE;
  if (status == 0)
    return TRUE;
  return tpl_fail (error, status == STATUS_DIFFERENT ? TPL_ERROR_VERIFICATION : TPL_ERROR_FAILED,
                   "%s differs from the source (the target is discarded): %s", copy->source->id,
                   g_strstrip (said));
}

static const TplTool tools[] = { { "dd", TRUE }, { "cmp", TRUE }, { NULL, FALSE } };

const TplFsDriver tpl_fs_data = {
  .traits = &tpl_data_traits,
  .tools = tools,
  .inspect = inspect,
  .copy = copy_blocks,
  .compare = compare_blocks,
};
