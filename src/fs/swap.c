/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/fs-plan.h"
#include "fs/fs.h"

static gboolean
inspect (const TplFsDisk *disk, TplVolume *volume, GError **error)
{
  (void)disk, (void)volume, (void)error;
  return TRUE; /* its size says all */
}

static gboolean
make (const TplFsDisk *disk, const TplVolume *target, GError **error)
{
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_ptr_array_add (argv, (gpointer) "mkswap");
  if (target->uuid) {
    g_ptr_array_add (argv, (gpointer) "-U");
    g_ptr_array_add (argv, target->uuid);
  }
  if (target->label) {
    g_ptr_array_add (argv, (gpointer) "-L");
    g_ptr_array_add (argv, target->label);
  }
  g_ptr_array_add (argv, (gpointer)disk->device);
  g_ptr_array_add (argv, NULL);
  return disk->run (disk, (const char *const *)argv->pdata, NULL, NULL, error);
}

static const TplTool tools[] = { { "mkswap", TRUE }, { NULL, FALSE } };

const TplFsDriver tpl_fs_swap = {
  .traits = &tpl_swap_traits,
  .tools = tools,
  .inspect = inspect,
  .make = make,
};
