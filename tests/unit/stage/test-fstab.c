/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Which volume the guest mounts where, also what it opens first. */
#include "stage/fstab.h"

static TplVolume *
add_volume (TplPartition *partition, const char *id, const char *uuid)
{
  TplVolume *volume = partition->volume = tpl_value_new (&tpl_volume_type);
  volume->id = g_strdup (id);
  volume->uuid = g_strdup (uuid);
  return volume;
}

static TplVolume *
add_partition (TplLayout *layout, guint64 number, const char *uuid)
{
  TplPartition *partition = tpl_value_new (&tpl_partition_type);
  g_autofree char *id = g_strdup_printf ("part:%" G_GUINT64_FORMAT, number);
  partition->number = number;
  g_ptr_array_add (layout->partitions, partition);
  return add_volume (partition, id, uuid);
}

static TplVolume *
add_encrypted (TplLayout *layout, const char *id)
{
  TplEncrypted *encrypted = tpl_value_new (&tpl_encrypted_type);
  encrypted->id = g_strdup (id);
  encrypted->volume = tpl_value_new (&tpl_volume_type);
  encrypted->volume->id = g_strconcat ("luks:", id, NULL);
  g_ptr_array_add (layout->encrypted, encrypted);
  return encrypted->volume;
}

static void
check_mount (const TplGuestMount *mount, const TplVolume *volume, const char *mountpoint)
{
  g_assert_cmpstr (mount->volume_id, ==, volume->id);
  g_assert_cmpstr (mount->mountpoint, ==, mountpoint);
}

static void
test_opened (void)
{
  static const char fstab[] = "# /dev/mapper/sda2_crypt /no ext4\n"
                              "UUID=\"b00t\"  /boot ext4 defaults 0 2\n"
                              "/dev/mapper/sda2_crypt / ext4 defaults 0 1\n"
                              "/dev/mapper/luks-4e57 /home\\040all xfs defaults 0 0\n"
                              "/dev/mapper/other /other ext4\n";
  static const char crypttab[] = "# a comment\n\nsda2_crypt UUID=0e11 none luks\n"
                                 "other /dev/sdb1 none luks\nbroken\n";
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  const TplVolume *boot = add_partition (layout, 1, "b00t");
  add_partition (layout, 2, "0e11");
  add_partition (layout, 3, "4e57");
  const TplVolume *root = add_encrypted (layout, "part:2");
  const TplVolume *home = add_encrypted (layout, "part:3");
  g_autoptr (GPtrArray) mounts = tpl_run_mounts_new ();
  g_autoptr (GPtrArray) foreign = tpl_fstab_read (fstab, crypttab, layout, mounts);
  g_assert_cmpuint (mounts->len, ==, 3);
  check_mount (mounts->pdata[0], boot, "/boot");
  check_mount (mounts->pdata[1], root, "/");
  check_mount (mounts->pdata[2], home, "/home all");
  g_assert_cmpuint (foreign->len, ==, 1);
  g_assert_cmpstr (foreign->pdata[0], ==, "/dev/mapper/other");
  tpl_value_free (&tpl_layout_type, layout);
}

static TplVolume *
add_logical (TplLayout *layout, const char *group_name, const char *name)
{
  TplVolumeGroup *group = tpl_value_new (&tpl_volume_group_type);
  TplLogicalVolume *logical = tpl_value_new (&tpl_logical_volume_type);
  group->name = g_strdup (group_name);
  group->uuid = g_strdup ("");
  logical->name = g_strdup (name);
  logical->uuid = g_strdup ("");
  logical->volume = tpl_value_new (&tpl_volume_type);
  logical->volume->id = g_strdup_printf ("lv:%s/%s", group_name, name);
  g_ptr_array_add (group->logical_volumes, logical);
  g_ptr_array_add (layout->volume_groups, group);
  return logical->volume;
}

/* Device-mapper doubles the dashes of both names, so that "a-b/c" and "a/b-c" stay apart. */
static void
test_dashes (void)
{
  static const char fstab[] = "/dev/mapper/my--vg-my--lv / xfs defaults 0 0\n"
                              "/dev/my-vg/my-lv /same xfs defaults 0 0\n"
                              "/dev/mapper/a--b-c /1 xfs\n"
                              "/dev/mapper/a-b--c /2 xfs\n"
                              "/dev/mapper/my-vg-my-lv /none xfs\n";
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  const TplVolume *root = add_logical (layout, "my-vg", "my-lv");
  const TplVolume *first = add_logical (layout, "a-b", "c");
  const TplVolume *second = add_logical (layout, "a", "b-c");
  g_autoptr (GPtrArray) mounts = tpl_run_mounts_new ();
  g_autoptr (GPtrArray) foreign = tpl_fstab_read (fstab, NULL, layout, mounts);
  g_assert_cmpuint (mounts->len, ==, 4);
  check_mount (mounts->pdata[0], root, "/");
  check_mount (mounts->pdata[1], root, "/same");
  check_mount (mounts->pdata[2], first, "/1");
  check_mount (mounts->pdata[3], second, "/2");
  g_assert_cmpuint (foreign->len, ==, 1);
  g_assert_cmpstr (foreign->pdata[0], ==, "/dev/mapper/my-vg-my-lv");
  tpl_value_free (&tpl_layout_type, layout);
}

/* Comments, blank and short lines, CRLF, octal escapes and no others, and no newline at the end. */
static void
test_forms (void)
{
  static const char fstab[] = "\r\n  # UUID=b00t /no xfs\r\n#UUID=b00t /no xfs\n\t\r\nUUID=b00t\r\n"
                              "UUID=b00t\t/a\\040b\\011\r\n" /* a tab is no plain path */
                              "UUID=b00t /a\\040b xfs defaults 0 0\r\n"
                              "UUID=b00t /new\\nline xfs\r\n"
                              "LABEL=old\\040root /c\\\r\n"
                              "/dev/disk/by-label/old\\x20root /d xfs\r\n"
                              "LABEL= /no xfs\r\n"
                              "UUID='b00t' /last\\400";
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  const TplVolume *boot = add_partition (layout, 1, "b00t");
  TplVolume *root = add_partition (layout, 2, "4e57");
  root->label = g_strdup ("old root");
  g_autoptr (GPtrArray) mounts = tpl_run_mounts_new ();
  g_autoptr (GPtrArray) foreign = tpl_fstab_read (fstab, NULL, layout, mounts);
  g_assert_cmpuint (mounts->len, ==, 5);
  check_mount (mounts->pdata[0], boot, "/a b");
  check_mount (mounts->pdata[1], boot, "/new\\nline");
  check_mount (mounts->pdata[2], root, "/c\\");
  check_mount (mounts->pdata[3], root, "/d");
  check_mount (mounts->pdata[4], boot, "/last\\400");
  g_assert_cmpuint (foreign->len, ==, 1); /* the label that is none */
  tpl_value_free (&tpl_layout_type, layout);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/fstab/opened", test_opened);
  g_test_add_func ("/fstab/dashes", test_dashes);
  g_test_add_func ("/fstab/forms", test_forms);
  return g_test_run ();
}
