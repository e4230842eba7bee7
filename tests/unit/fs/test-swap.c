/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Swap: made by the real mkswap, as large as planned on a disk that is cut to its size later. */
#include "../plan/command.h"
#include "adapt/little-endian.h"
#include "fs/fs.h"
#include "plan/size.h"

/* The header's version and last page (Linux, include/linux/swap.h), after 1 KiB for boot code. */
#define HEADER_START 1024
#define PAGE_BYTES 4096

static void
test_size (void)
{
  TplVolume *target = tpl_value_new (&tpl_volume_type);
  g_autoptr (GError) error = NULL;

  if (!command_need ("mkswap", NULL))
    return;
  target->id = g_strdup ("part:1");
  target->type = g_strdup ("swap");
  target->size_bytes = 8 * TPL_MIB;
  char *path = command_make_disk ("swap.img", 64 * TPL_MIB);
  g_auto (GStrv) argv = tpl_fs_find ("swap")->make (target, path, &error);
  g_autofree char *said = command_run ((const char *const *)argv);
  g_autoptr (GBytes) header = command_read_disk (path, HEADER_START, 8);
  const guint8 *bytes = g_bytes_get_data (header, NULL);

  g_assert_cmpuint (tpl_le32 (bytes, 0), ==, 1);
  g_assert_cmpuint (tpl_le32 (bytes, 4), ==, target->size_bytes / PAGE_BYTES - 1);
  command_remove_disk (path);
  tpl_value_free (&tpl_volume_type, target);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/swap/size", test_size);
  return g_test_run ();
}
