/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A guest's fstab and, after a zero, its crypttab: each mount that comes of them is of a volume
 * that the disk has, and its mountpoint stays below the guest's root. */
#include "fuzz.h"

#include <string.h>

#include "stage/fstab.h"

static TplVolume *
new_volume (const char *id, const char *uuid, const char *label)
{
  TplVolume *volume = tpl_value_new (&tpl_volume_type);
  volume->id = g_strdup (id);
  volume->uuid = g_strdup (uuid);
  volume->label = g_strdup (label);
  return volume;
}

static void
add_partition (TplLayout *layout, guint64 number, TplVolume *volume)
{
  TplPartition *partition = tpl_value_new (&tpl_partition_type);
  partition->number = number;
  partition->uuid = g_strdup ("6a1f0d2e-3b4c-4d5e-8f60-718293a4b512");
  partition->name = g_strdup ("data part");
  partition->volume = volume;
  g_ptr_array_add (layout->partitions, partition);
}

static TplLayout *
new_layout (void)
{
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  TplEncrypted *encrypted = tpl_value_new (&tpl_encrypted_type);
  TplVolumeGroup *group = tpl_value_new (&tpl_volume_group_type);
  TplLogicalVolume *logical = tpl_value_new (&tpl_logical_volume_type);
  add_partition (layout, 1, new_volume ("part:1", "b00t", "boot"));
  add_partition (layout, 2, new_volume ("part:2", "0e11", NULL));
  encrypted->id = g_strdup ("part:2");
  encrypted->volume = new_volume ("luks:part:2", "4e57", "old root");
  g_ptr_array_add (layout->encrypted, encrypted);
  group->name = g_strdup ("my-vg");
  group->uuid = g_strdup ("Vg1aaa-1111-2222-3333-4444-5555-666666");
  logical->name = g_strdup ("root");
  logical->uuid = g_strdup ("Lv1aaa-1111-2222-3333-4444-5555-666666");
  logical->volume = new_volume ("lv:my-vg/root", "5b1e", NULL);
  g_ptr_array_add (group->logical_volumes, logical);
  g_ptr_array_add (layout->volume_groups, group);
  return layout;
}

static gboolean
has_control (const char *text)
{
  for (; *text; text++)
    if (g_ascii_iscntrl (*text))
      return TRUE;
  return FALSE;
}

static gboolean
has_volume (TplLayout *layout, const char *id)
{
  g_autoptr (GPtrArray) volumes = tpl_layout_volumes (layout);
  for (guint i = 0; i < volumes->len; i++)
    if (strcmp (((const TplVolume *)volumes->pdata[i])->id, id) == 0)
      return TRUE;
  return FALSE;
}

static void
check (const TplGuestMount *mount, TplLayout *layout)
{
  FUZZ_ASSERT (has_volume (layout, mount->volume_id));
  FUZZ_ASSERT (mount->mountpoint[0] == '/' && g_utf8_validate (mount->mountpoint, -1, NULL));
  FUZZ_ASSERT (!has_control (mount->mountpoint));
  g_auto (GStrv) parts = g_strsplit (mount->mountpoint, "/", -1);
  FUZZ_ASSERT (!g_strv_contains ((const char *const *)parts, ".."));
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  const uint8_t *zero = size > 0 ? memchr (data, 0, size) : NULL;
  const size_t length = zero ? (size_t)(zero - data) : size;
  g_autofree char *fstab = g_strndup ((const char *)data, length);
  g_autofree char *crypttab
      = zero ? g_strndup ((const char *)zero + 1, size - length - 1) : NULL;
  TplLayout *layout = new_layout ();
  g_autoptr (GPtrArray) mounts = tpl_run_mounts_new ();
  g_autoptr (GPtrArray) foreign = tpl_fstab_read (fstab, crypttab, layout, mounts);
  for (guint i = 0; i < mounts->len; i++)
    check (mounts->pdata[i], layout);
  for (guint i = 0; i < foreign->len; i++)
    FUZZ_ASSERT (!has_control (foreign->pdata[i]));
  tpl_value_free (&tpl_layout_type, layout);
  return 0;
}
