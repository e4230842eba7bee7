/* SPDX-License-Identifier: GPL-3.0-or-later */
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
  g_autofree char *kib = g_strdup_printf ("%" G_GUINT64_FORMAT, target->size_bytes / TPL_KIB);
  g_strv_builder_add (argv, "mkswap");
  if (target->uuid)
    g_strv_builder_add_many (argv, "-U", target->uuid, NULL);
  if (target->label)
    g_strv_builder_add_many (argv, "-L", target->label, NULL);
  g_strv_builder_add (argv, device);
  /* Without a partition table, the disk is larger until it is published. */
  g_strv_builder_add (argv, kib);
  return g_strv_builder_end (argv);
}

static const TplTool tools[] = { { "mkswap", TRUE }, { NULL, FALSE } };

const TplFsDriver tpl_fs_swap = {
  .traits = &tpl_swap_traits,
  .tools = tools,
  .inspect = inspect,
  .make = make,
};
