/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "fs/argv.h"
#include "fs/fs-plan.h"
#include "fs/fs.h"
#include "plan/size.h"

static gboolean
inspect (const TplFsDisk *disk, TplVolume *volume, GError **error)
{
  (void)disk, (void)volume, (void)error;
  return TRUE; /* its size says all */
}

static GStrv
make (const TplVolume *target, const char *device, GError **error)
{
  (void)error;
  g_autoptr (GStrvBuilder) argv = g_strv_builder_new ();
  g_strv_builder_add (argv, "mkswap");
  if (target->uuid)
    g_strv_builder_add_many (argv, "-U", target->uuid, NULL);
  if (target->label)
    g_strv_builder_add_many (argv, "-L", target->label, NULL);
  /* Without a partition table, the disk is larger until it is published. */
  tpl_argv_add_number (argv, device, target->size_bytes / TPL_KIB);
  return g_strv_builder_end (argv);
}

static const TplTool tools[] = { { "mkswap", TRUE }, { NULL, FALSE } };

const TplFsDriver tpl_fs_swap = {
  .traits = &tpl_swap_traits,
  .tools = tools,
  .inspect = inspect,
  .make = make,
};
