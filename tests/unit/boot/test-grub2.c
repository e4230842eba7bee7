/* SPDX-License-Identifier: GPL-3.0-or-later */
/** When GRUB's core image, carried over byte for byte, would not find its way. */
#include "boot/boot.h"
#include "boot/grub-core.h"
#include "tpl-shrink.h"

#include <lzma.h>
#include <string.h>

#define OLD_UUID "11111111-2222-4333-8444-555555555555"
#define NEW_UUID "aaaaaaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee"

static TplRefMap *
map_to (const char *now)
{
  TplRefMap *map = tpl_ref_map_new ();
  tpl_ref_map_add (map, TPL_REF_UUID, OLD_UUID, now);
  return map;
}

/* A guest whose /boot is on a partition, or in its root's logical volume. */
static TplPlan *
plan_with_boot (const char *volume_id, const char *mountpoint)
{
  TplPlan *plan = tpl_value_new (&tpl_plan_type);
  plan->before = tpl_value_new (&tpl_inventory_type);
  plan->before->layout = tpl_value_new (&tpl_layout_type);
  TplPartition *partition = tpl_value_new (&tpl_partition_type);
  partition->number = 1;
  partition->volume = tpl_value_new (&tpl_volume_type);
  partition->volume->id = g_strdup (volume_id);
  partition->volume->mountpoint = g_strdup (mountpoint);
  partition->start_bytes = 1048576;
  partition->end_bytes = 2097152;
  plan->before->layout->size_bytes = 1 << 30;
  plan->before->layout->table = g_strdup ("msdos");
  g_ptr_array_add (plan->before->layout->partitions, partition);
  plan->after = tpl_value_copy (&tpl_layout_type, plan->before->layout);
  return plan;
}

/* A master boot record whose core begins at that sector. */
static GBytes *
head_with_core (guint8 sector_low, guint8 sector_high)
{
  guint8 mbr[512] = { 0 };
  mbr[0x5c] = sector_low;
  mbr[0x5d] = sector_high;
  return g_bytes_new (mbr, sizeof mbr);
}

static gboolean
check (const char *volume_id, const char *mountpoint, const char *now, const char *load_cfg,
       GError **error)
{
  /* Of a core that can't be read. */
  g_autoptr (TplRefMap) map = map_to (now);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                        (GDestroyNotify)g_bytes_unref);
  if (load_cfg)
    g_hash_table_insert (files, (gpointer) "/grub/i386-pc/load.cfg",
                         g_bytes_new (load_cfg, strlen (load_cfg)));
  TplPlan *plan = plan_with_boot (volume_id, mountpoint);
  g_autoptr (GBytes) head = head_with_core (1, 0);
  gboolean fine = tpl_boot_find ("grub2")->check (plan, map, head, files, error);
  tpl_value_free (&tpl_plan_type, plan);
  return fine;
}

static void
test_partition (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (check ("part:1", "/boot", NEW_UUID, NULL, &error));
  g_assert_no_error (error);
}

static void
test_load_cfg (void)
{
  g_autoptr (GError) error = NULL;
  const char *old = "search.fs_uuid " OLD_UUID " root\n";
  g_assert_true (check ("part:1", "/boot", OLD_UUID, old, &error));
  g_assert_false (check ("part:1", "/boot", NEW_UUID, old, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
}

static void
test_boot_in_lvm (void)
{
  g_autoptr (GError) error = NULL;
  g_assert_true (check ("lv:os/root", "/", OLD_UUID, NULL, &error));
  g_assert_false (check ("lv:os/root", "/", NEW_UUID, NULL, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
}

/* Where core.img is: `sector` is its first, partition 1 has the sectors 2048 to 4095. */
static gboolean
check_core (const char *table, const char *type, guint64 new_start_bytes, guint sector,
            GError **error)
{
  g_autoptr (TplRefMap) map = map_to (OLD_UUID);
  g_autoptr (GHashTable) files = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GBytes) head = head_with_core ((guint8)sector, (guint8)(sector >> 8));
  TplPlan *plan = plan_with_boot ("part:1", "/");
  TplPartition *before = plan->before->layout->partitions->pdata[0];
  TplPartition *after = plan->after->partitions->pdata[0];
  g_free (plan->before->layout->table);
  plan->before->layout->table = g_strdup (table);
  before->type = g_strdup (type);
  after->start_bytes = new_start_bytes;
  gboolean fine = tpl_boot_find ("grub2")->check (plan, map, head, files, error);
  tpl_value_free (&tpl_plan_type, plan);
  return fine;
}

static void
test_core (void)
{
  static const char bios_boot[] = "21686148-6449-6e6f-744e-656564454649";
  static const char linux_data[] = "0fc63daf-8483-4772-8e79-3d69d8477de4";
  const struct {
    const char *table, *type;
    guint64 new_start_bytes;
    guint sector;
    const char *refused; /* NULL: taken */
  } cases[] = {
    { "msdos", "0x83", 1048576, 1, NULL },
    { "msdos", "0x83", 1048576, 3000, "block lists" },
    { "gpt", bios_boot, 1048576, 2048, NULL },
    { "gpt", bios_boot, 2097152, 2048, "would move" },
    { "gpt", linux_data, 1048576, 2048, "block lists" },
    { "gpt", bios_boot, 1048576, 34, "block lists" },
    { NULL, NULL, 1048576, 1, "block lists" },
  };
  for (guint i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GError) error = NULL;
    gboolean fine = check_core (cases[i].table, cases[i].type, cases[i].new_start_bytes,
                                cases[i].sector, &error);
    g_assert_cmpint (fine, ==, !cases[i].refused);
    if (!cases[i].refused)
      continue;
    g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
    g_assert_nonnull (strstr (error->message, cases[i].refused));
  }
}

static void
test_legacy (void)
{
  g_autoptr (TplRefMap) map = map_to (OLD_UUID);
  g_autoptr (GHashTable) files = g_hash_table_new_full (g_str_hash, g_str_equal, NULL,
                                                        (GDestroyNotify)g_bytes_unref);
  g_autoptr (GBytes) head = head_with_core (1, 0);
  g_autoptr (GError) error = NULL;
  TplPlan *plan = plan_with_boot ("part:1", "/boot");
  g_hash_table_insert (files, (gpointer) "/grub/stage2", g_bytes_new (NULL, 0));
  g_assert_false (tpl_boot_find ("grub2")->check (plan, map, head, files, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "GRUB Legacy"));
  tpl_value_free (&tpl_plan_type, plan);
}

#define GROUP_OF(age)  "AbCdEf-1234-1234-1234-1234-1234-" age "Vgs"
#define VOLUME_OF(age) "AbCdEf-1234-1234-1234-1234-1234-" age "Lvs"
#define PREFIX_OF(age) "(lvmid/" GROUP_OF (age) "/" VOLUME_OF (age) ")/boot/grub"
#define SECTOR       512
#define LATER_SECTOR 9 /* the core's last sectors lie apart, as where a sector was in use */

static void
put_le (guint8 *bytes, guint64 value, guint width)
{
  for (guint i = 0; i < width; i++)
    bytes[i] = (guint8)(value >> (8 * i));
}

/* A disk whose core image has this payload, `room` more sectors than its first three, and codes. */
static GBytes *
disk_with_payload (const char *payload, gsize length, guint room)
{
  static const guint8 unpacking[] = { 0xbf, 0, 0, 0x10, 0, 0xbe, 0x40, 0x82, 0, 0, 0x57 };
  lzma_options_lzma options;
  lzma_lzma_preset (&options, 6);
  options.dict_size = 1 << 16;
  const lzma_filter filters[] = { { LZMA_FILTER_LZMA1, &options }, { LZMA_VLI_UNKNOWN, NULL } };
  guint8 core[16 * SECTOR] = { 0 };
  size_t packed = 0;
  put_le (core + SECTOR + 0xc, length, 4);
  put_le (core + SECTOR + 0x10, 77, 4);
  memcpy (core + SECTOR + 0x20, unpacking, sizeof unpacking);
  g_assert_cmpint (lzma_raw_buffer_encode (filters, NULL, (const guint8 *)payload, length,
                                           core + SECTOR + 0x40, &packed, 14 * SECTOR),
                   ==, LZMA_OK);
  put_le (core + SECTOR + 8, packed, 4);
  put_le (core + SECTOR - 12, 2, 8);
  put_le (core + SECTOR - 4, 2, 2);
  put_le (core + SECTOR - 24, LATER_SECTOR, 8);
  put_le (core + SECTOR - 16, room, 2);

  guint8 disk[32 * SECTOR] = { 0 };
  disk[0x5c] = 1;
  memcpy (disk + SECTOR, core, 3 * SECTOR);
  memcpy (disk + LATER_SECTOR * SECTOR, core + 3 * SECTOR, room * SECTOR);
  return g_bytes_new (disk, sizeof disk);
}

static TplRefMap *
map_of_group (void)
{
  TplRefMap *map = map_to (NEW_UUID);
  tpl_ref_map_add (map, TPL_REF_LVM_UUID, GROUP_OF ("Old"), GROUP_OF ("New"));
  tpl_ref_map_add (map, TPL_REF_LVM_UUID, VOLUME_OF ("Old"), VOLUME_OF ("New"));
  tpl_ref_map_add (map, TPL_REF_VG, "os", "template");
  tpl_ref_map_add (map, TPL_REF_LV, "os/root", "template/root");
  return map;
}

/* What a disk's core unpacks to; its bytes are wherever its list says. */
static GBytes *
payload_of (GBytes *disk)
{
  g_autoptr (GArray) places = tpl_grub_core_places (disk);
  g_assert_nonnull (places);
  g_autoptr (GBytes) core = tpl_grub_core_join (disk, places);
  const guint8 *bytes = g_bytes_get_data (core, NULL);
  g_assert_cmpuint (bytes[SECTOR + 0x10], ==, 0); /* no codes that are wrong now */
  return tpl_grub_core_unpack (core);
}

/* The kernel's bytes, more than one sector even when they are packed, then the prefix. */
static char *
payload_with (const char *prefix, gsize *length)
{
  g_autoptr (GRand) random = g_rand_new_with_seed (1);
  *length = 2000;
  char *payload = g_malloc (*length);
  for (gsize i = 0; i < *length; i++)
    payload[i] = (char)g_rand_int (random);
  g_strlcpy (payload + *length - strlen (prefix) - 1, prefix, strlen (prefix) + 1);
  return payload;
}

static GBytes *
patched (GBytes *disk, const GPtrArray *patches)
{
  gsize length = g_bytes_get_size (disk);
  guint8 *bytes = g_memdup2 (g_bytes_get_data (disk, NULL), length);
  for (guint i = 0; i < patches->len; i++) {
    const TplBootPatch *patch = patches->pdata[i];
    memcpy (bytes + patch->start_bytes, g_bytes_get_data (patch->bytes, NULL),
            g_bytes_get_size (patch->bytes));
  }
  return g_bytes_new_take (bytes, length);
}

static GBytes *
without_core (GBytes *disk)
{
  gsize length = g_bytes_get_size (disk);
  guint8 *bytes = g_memdup2 (g_bytes_get_data (disk, NULL), length);
  memset (bytes + SECTOR, 0, 3 * SECTOR);
  memset (bytes + LATER_SECTOR * SECTOR, 0, 3 * SECTOR);
  return g_bytes_new_take (bytes, length);
}

static void
test_rename (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TplRefMap) map = map_of_group ();
  g_autoptr (GPtrArray) patches
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_boot_patch_free);
  gsize length = 0;
  g_autofree char *payload = payload_with (PREFIX_OF ("Old"), &length);
  g_autoptr (GBytes) disk = disk_with_payload (payload, length, 3);
  g_assert_true (tpl_boot_find ("grub2")->rename (disk, map, patches, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (patches->len, ==, 3);

  g_autoptr (GBytes) result = patched (disk, patches);
  g_autoptr (GBytes) now = payload_of (result);
  g_autofree char *wanted = payload_with (PREFIX_OF ("New"), &length);
  g_autoptr (GBytes) expected = g_bytes_new (wanted, length);
  g_assert_true (g_bytes_equal (now, expected));
  g_autoptr (GBytes) around = without_core (disk), around_now = without_core (result);
  g_assert_true (g_bytes_equal (around, around_now));
}

/* What has no old name in it stays as it is, byte for byte. */
static void
test_no_name (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TplRefMap) map = map_of_group ();
  g_autoptr (GPtrArray) patches
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_boot_patch_free);
  static const char prefix[] = "(,msdos1)/boot/grub";
  g_autoptr (GBytes) disk = disk_with_payload (prefix, sizeof prefix, 1);
  g_assert_true (tpl_boot_find ("grub2")->rename (disk, map, patches, &error));
  g_assert_no_error (error);
  g_assert_cmpuint (patches->len, ==, 0);
}

/* A name of another length does not fit in. */
static void
test_other_length (void)
{
  static const char by_name[] = "(lvm/os-root)/boot/grub";
  g_autoptr (GError) error = NULL;
  g_autoptr (TplRefMap) map = map_of_group ();
  g_autoptr (GPtrArray) patches
      = g_ptr_array_new_with_free_func ((GDestroyNotify)tpl_boot_patch_free);
  g_autoptr (GBytes) disk = disk_with_payload (by_name, sizeof by_name, 1);
  g_assert_false (tpl_boot_find ("grub2")->rename (disk, map, patches, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_assert_nonnull (strstr (error->message, "names lvm/os-root"));
}

/* What packs worse than before, in a core that has no more sectors for it. */
static void
test_no_room (void)
{
  gsize length = 0;
  g_autofree char *payload = payload_with (PREFIX_OF ("Old"), &length);
  g_autofree char *zeros = g_malloc0 (length);
  g_autoptr (GBytes) disk = disk_with_payload (zeros, length, 1);
  g_autoptr (GBytes) core
      = g_bytes_new ((const guint8 *)g_bytes_get_data (disk, NULL) + SECTOR, 3 * SECTOR);
  g_autoptr (GBytes) unpacked = tpl_grub_core_unpack (core);
  g_autoptr (GBytes) random = g_bytes_new (payload, length);
  g_assert_nonnull (unpacked);
  g_assert_null (tpl_grub_core_pack (core, random));
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/grub2/partition", test_partition);
  g_test_add_func ("/grub2/load-cfg", test_load_cfg);
  g_test_add_func ("/grub2/boot-in-lvm", test_boot_in_lvm);
  g_test_add_func ("/grub2/core", test_core);
  g_test_add_func ("/grub2/rename", test_rename);
  g_test_add_func ("/grub2/no-name", test_no_name);
  g_test_add_func ("/grub2/other-length", test_other_length);
  g_test_add_func ("/grub2/no-room", test_no_room);
  g_test_add_func ("/grub2/legacy", test_legacy);
  return g_test_run ();
}
