/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "map-file.h"

#define NEW_UUID "99999999-1111-4222-8333-444444444444"

static const char map_text[] =
    "[uuid]\n"
    "01234567-89ab-4cde-8f01-23456789abcd=" NEW_UUID "\n"
    "11111111-2222-4333-8444-555555555555=\n"
    "ABCD-1234=FEDC-4321\n"
    "22222222-2222-4333-8444-555555555555=22222222-2222-4333-8444-555555555555\n"
    "[label]\nroot=root\nold data=new data\n"
    "[ptuuid]\ndeadbeef=0badcafe\n"
    "[partuuid]\n0fc63daf-8483-4772-8e79-3d69d8477de4=1fc63daf-8483-4772-8e79-3d69d8477de4\n"
    "[vg]\nos=tpl-1\nkeep=keep\n"
    "[lv]\nos/root=tpl-1/root\nos/my-swap=\n"
    "[lvm-uuid]\n"
    "AAAAAA-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa=NNNNNN-nnnn-nnnn-nnnn-nnnn-nnnn-nnnnnn\n"
    "BBBBBB-bbbb-bbbb-bbbb-bbbb-bbbb-bbbbbb=MMMMMM-mmmm-mmmm-mmmm-mmmm-mmmm-mmmmmm\n"
    "[partition]\n1=1\n2=2\n3=\n";

static const struct {
  const char *spec;
  TplRefVerdict verdict;
  const char *changed;
} specs[] = {
    {"UUID=01234567-89ab-4cde-8f01-23456789abcd", TPL_REF_CHANGED, "UUID=" NEW_UUID},
    {"UUID=01234567-89AB-4CDE-8F01-23456789ABCD", TPL_REF_CHANGED, "UUID=" NEW_UUID},
    {"UUID=\"01234567-89ab-4cde-8f01-23456789abcd\"", TPL_REF_CHANGED, "UUID=\"" NEW_UUID "\""},
    {"\"UUID=01234567-89ab-4cde-8f01-23456789abcd\"", TPL_REF_CHANGED, "\"UUID=" NEW_UUID "\""},
    {"UUID=abcd-1234", TPL_REF_CHANGED, "UUID=FEDC-4321"},
    {"UUID=11111111-2222-4333-8444-555555555555", TPL_REF_REMOVED, NULL},
    {"UUID=22222222-2222-4333-8444-555555555555", TPL_REF_UNCHANGED, NULL},
    {"UUID=33333333-2222-4333-8444-555555555555", TPL_REF_FOREIGN, NULL},
    {"LABEL=root", TPL_REF_UNCHANGED, NULL},
    {"LABEL=old\\040data", TPL_REF_CHANGED, "LABEL=new\\040data"},
    {"/dev/disk/by-label/old\\x20data", TPL_REF_CHANGED, "/dev/disk/by-label/new\\x20data"},
    {"LABEL=other", TPL_REF_FOREIGN, NULL},
    {"PARTUUID=deadbeef-02", TPL_REF_CHANGED, "PARTUUID=0badcafe-02"},
    {"PARTUUID=DEADBEEF-02/PARTNROFF=1", TPL_REF_CHANGED, "PARTUUID=0badcafe-02/PARTNROFF=1"},
    {"PARTUUID=0fc63daf-8483-4772-8e79-3d69d8477de4", TPL_REF_CHANGED,
     "PARTUUID=1fc63daf-8483-4772-8e79-3d69d8477de4"},
    {"PARTUUID=12345678-01", TPL_REF_FOREIGN, NULL},
    {"PARTLABEL=anything", TPL_REF_UNCHANGED, NULL},
    {"/dev/disk/by-partuuid/deadbeef-01", TPL_REF_CHANGED, "/dev/disk/by-partuuid/0badcafe-01"},
    {"/dev/mapper/os-root", TPL_REF_CHANGED, "/dev/mapper/tpl--1-root"},
    {"/dev/mapper/os-my--swap", TPL_REF_REMOVED, NULL},
    {"/dev/mapper/os-unlisted", TPL_REF_CHANGED, "/dev/mapper/tpl--1-unlisted"},
    {"/dev/mapper/o--s-root", TPL_REF_UNCHANGED, NULL},
    {"/dev/mapper/keep-root", TPL_REF_UNCHANGED, NULL},
    {"/dev/mapper/cryptroot", TPL_REF_UNCHANGED, NULL},
    {"/dev/mapper/luks-01234567-89ab-4cde-8f01-23456789abcd", TPL_REF_CHANGED,
     "/dev/mapper/luks-" NEW_UUID},
    {"/dev/os/root", TPL_REF_CHANGED, "/dev/tpl-1/root"},
    {"/dev/os/my-swap", TPL_REF_REMOVED, NULL},
    {"/dev/input/mouse", TPL_REF_UNCHANGED, NULL},
    {"os/root", TPL_REF_CHANGED, "tpl-1/root"},
    {"os/root/x", TPL_REF_UNCHANGED, NULL},
    {"/os/root", TPL_REF_UNCHANGED, NULL},
    {"/dev/disk/by-id/dm-name-os-root", TPL_REF_CHANGED, "/dev/disk/by-id/dm-name-tpl--1-root"},
    {"/dev/disk/by-id/dm-uuid-LVM-AAAAAAaaaaaaaaaaaaaaaaaaaaaaaaaaBBBBBBbbbbbbbbbbbbbbbbbbbbbbbbbb",
     TPL_REF_CHANGED,
     "/dev/disk/by-id/"
     "dm-uuid-LVM-NNNNNNnnnnnnnnnnnnnnnnnnnnnnnnnnMMMMMMmmmmmmmmmmmmmmmmmmmmmmmmmm"},
    {"/dev/disk/by-id/dm-uuid-LVM-short", TPL_REF_FOREIGN, NULL},
    {"/dev/disk/by-id/lvm-pv-uuid-AAAAAA-aaaa-aaaa-aaaa-aaaa-aaaa-aaaaaa", TPL_REF_CHANGED,
     "/dev/disk/by-id/lvm-pv-uuid-NNNNNN-nnnn-nnnn-nnnn-nnnn-nnnn-nnnnnn"},
    {"/dev/disk/by-id/ata-QEMU_HARDDISK_QM00001-part1", TPL_REF_FOREIGN, NULL},
    {"/dev/disk/by-path/pci-0000:00:05.0-part1", TPL_REF_FOREIGN, NULL},
    {"/dev/sda1", TPL_REF_UNCHANGED, NULL},
    {"/dev/vda2", TPL_REF_UNCHANGED, NULL},
    {"/dev/nvme0n1p2", TPL_REF_UNCHANGED, NULL},
    {"/dev/sda3", TPL_REF_REMOVED, NULL},
    {"/dev/sda7", TPL_REF_FOREIGN, NULL},
    {"/dev/sdb1", TPL_REF_FOREIGN, NULL},
    {"/dev/nvme1n1p1", TPL_REF_FOREIGN, NULL},
    {"/dev/sda", TPL_REF_UNCHANGED, NULL},
    {"/dev/dm-0", TPL_REF_FOREIGN, NULL},
    {"/dev/sr0", TPL_REF_UNCHANGED, NULL},
    {"/dev/zram0", TPL_REF_UNCHANGED, NULL},
    {"tmpfs", TPL_REF_UNCHANGED, NULL},
    {"server:/export", TPL_REF_UNCHANGED, NULL},
    {"", TPL_REF_UNCHANGED, NULL},
    {"UUID=", TPL_REF_FOREIGN, NULL},
    {"\"", TPL_REF_UNCHANGED, NULL},
};

static void
test_devices (void)
{
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++) {
    g_autofree char *changed = NULL;
    TplRefVerdict verdict = tpl_ref_map_device (map, specs[i].spec, &changed);
    if (verdict != specs[i].verdict)
      g_error ("%s: verdict %d", specs[i].spec, (int)verdict);
    g_assert_cmpstr (changed, ==, specs[i].changed);
  }
}

static void
test_empty_map (void)
{
  g_autoptr (TplRefMap) map = tpl_ref_map_new ();
  g_assert_true (tpl_ref_map_is_identity (map));
  for (guint i = 0; i < G_N_ELEMENTS (specs); i++) {
    g_autofree char *changed = NULL;
    g_assert_cmpint (tpl_ref_map_device (map, specs[i].spec, &changed), ==, TPL_REF_UNCHANGED);
    g_assert_null (changed);
  }
}

static void
test_identity (void)
{
  g_autoptr (TplRefMap) map = map_from_text ("[uuid]\nABCD-1234=ABCD-1234\n[vg]\nos=os\n");
  g_assert_true (tpl_ref_map_is_identity (map));
  tpl_ref_map_add (map, TPL_REF_LV, "os/swap", NULL);
  g_assert_false (tpl_ref_map_is_identity (map));
}

static void
test_mapper_names (void)
{
  g_autofree char *name = tpl_lvm_mapper_name ("my-vg", "a-b--c");
  g_assert_cmpstr (name, ==, "my--vg-a--b----c");

  g_autoptr (TplRefMap) map = map_from_text ("[vg]\nmy-vg=x\n");
  g_autofree char *changed = NULL;
  g_assert_cmpint (tpl_ref_map_mapper (map, name, &changed), ==, TPL_REF_CHANGED);
  g_assert_cmpstr (changed, ==, "x-a--b----c");

  static const char *const bad[] = {"", "-", "os", "os-", "-root", "a-b-c", "--"};
  for (guint i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autofree char *none = NULL;
    g_assert_cmpint (tpl_ref_map_mapper (map, bad[i], &none), ==, TPL_REF_FOREIGN);
    g_assert_null (none);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refs/map/devices", test_devices);
  g_test_add_func ("/refs/map/empty", test_empty_map);
  g_test_add_func ("/refs/map/identity", test_identity);
  g_test_add_func ("/refs/map/mapper-names", test_mapper_names);
  return g_test_run ();
}
