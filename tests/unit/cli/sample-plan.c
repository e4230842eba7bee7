/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "sample-plan.h"

#define MIB (G_GUINT64_CONSTANT (1) << 20)

const char *const sample_plan_names[] = {"template", "efi", "logical", "many", "hostile", NULL};

static TplVolume *
volume (const char *id, const char *type, const char *mountpoint, guint64 size_mib,
        guint64 used_mib, guint64 free_mib)
{
  TplVolume *made = tpl_value_new (&tpl_volume_type);
  made->id = g_strdup (id);
  made->type = g_strdup (type);
  made->mountpoint = g_strdup (mountpoint);
  made->size_bytes = size_mib * MIB;
  made->used_bytes = used_mib * MIB;
  made->free_bytes = free_mib * MIB;
  return made;
}

/* Adds a partition of `size_mib` at `start_mib` that holds `content` (NULL: an extended one). */
static void
partition (TplLayout *layout, guint64 number, const char *role, guint64 start_mib, guint64 size_mib,
           TplVolume *content)
{
  TplPartition *made = tpl_value_new (&tpl_partition_type);
  made->number = number;
  made->role = g_strdup (role);
  made->start_bytes = start_mib * MIB;
  made->end_bytes = (start_mib + size_mib) * MIB;
  made->volume = content;
  g_ptr_array_add (layout->partitions, made);
}

static TplVolumeGroup *
group (TplLayout *layout, const char *name, const char *pv_id)
{
  TplVolumeGroup *made = tpl_value_new (&tpl_volume_group_type);
  made->name = g_strdup (name);
  made->pv_id = g_strdup (pv_id);
  g_ptr_array_add (layout->volume_groups, made);
  return made;
}

static void
logical_volume (TplVolumeGroup *in, const char *name, TplVolume *content)
{
  TplLogicalVolume *made = tpl_value_new (&tpl_logical_volume_type);
  made->name = g_strdup (name);
  made->volume = content;
  g_ptr_array_add (in->logical_volumes, made);
}

static void
step (TplPlan *plan, const char *stage, const char *text)
{
  TplStep *made = tpl_value_new (&tpl_step_type);
  made->stage = g_strdup (stage);
  made->text = g_strdup (text);
  g_ptr_array_add (plan->steps, made);
}

static TplLayout *
layout (const char *table, guint64 size_mib)
{
  TplLayout *made = tpl_value_new (&tpl_layout_type);
  made->table = g_strdup (table);
  made->size_bytes = size_mib * MIB;
  return made;
}

/* A plan from a disk of `before_mib` to one of `after_mib`, both still empty. */
static TplPlan *
plan_new (const char *table, guint64 before_mib, guint64 after_mib)
{
  TplPlan *plan = tpl_value_new (&tpl_plan_type);
  plan->identity = g_strdup ("new");
  plan->before = tpl_value_new (&tpl_inventory_type);
  plan->before->source = g_strdup ("tpl004.img");
  plan->before->layout = layout (table, before_mib);
  plan->before->guest = tpl_value_new (&tpl_guest_type);
  plan->after = layout (table, after_mib);
  return plan;
}

/* The template of the manual: /boot, and LVM with swap and root. */
static void
fill_template (TplLayout *disk, const char *vg, const guint64 mib[9])
{
  partition (disk, 1, "primary", 1, mib[0],
             volume ("part:1", "xfs", "/boot", mib[0], mib[1], mib[2]));
  partition (disk, 2, "primary", 1 + mib[0], mib[3],
             volume ("part:2", "LVM2_member", NULL, mib[3], 0, 0));
  TplVolumeGroup *os = group (disk, vg, "part:2");
  logical_volume (os, "swap", volume ("lv:os/swap", "swap", NULL, mib[4], 0, 0));
  logical_volume (os, "root", volume ("lv:os/root", "xfs", "/", mib[5], mib[6], mib[7]));
}

static TplPlan *
template_plan (void)
{
  TplPlan *plan = plan_new ("msdos", 5120, 1152);
  plan->before->guest->os_name = g_strdup ("Debian GNU/Linux 12 (bookworm)");
  plan->before->guest->boot_loader = g_strdup ("grub2");
  fill_template (plan->before->layout, "os",
                 (const guint64[9]){512, 84, 418, 4607, 511, 4092, 860, 3200});
  fill_template (plan->after, "tpl", (const guint64[9]){124, 84, 22, 1027, 8, 1016, 860, 130});
  step (plan, "create", "MBR partition table with 2 partitions");
  step (plan, "create", "XFS on /boot, 124 MiB");
  step (plan, "create", "volume group tpl with 2 logical volumes");
  step (plan, "create", "XFS on /, 1016 MiB");
  step (plan, "copy", "84 MiB from /boot");
  step (plan, "copy", "860 MiB from /");
  step (plan, "bootfix",
        "boot code, and every text that names the old volume group or an old UUID: "
        "fstab, grub.cfg, the default settings of GRUB and the initramfs");
  step (plan, "verify", "both trees, file by file");
  return plan;
}

static void
fill_efi (TplLayout *disk, guint64 esp, guint64 root)
{
  partition (disk, 1, "primary", 1, 1, volume ("part:1", "empty", NULL, 1, 0, 0));
  partition (disk, 2, "primary", 2, esp, volume ("part:2", "vfat", "/boot/efi", esp, 6, esp - 6));
  partition (disk, 3, "primary", 2 + esp, root,
             volume ("part:3", "ext4", "/", root, 1500, root - 1600));
}

static TplPlan *
efi_plan (void)
{
  TplPlan *plan = plan_new ("gpt", 20480, 1850);
  fill_efi (plan->before->layout, 512, 18000); /* and 1966 MiB that no partition has */
  fill_efi (plan->after, 40, 1807);
  g_free (plan->identity);
  plan->identity = g_strdup ("keep");
  return plan;
}

static void
fill_logical (TplLayout *disk, guint64 factor)
{
  partition (disk, 1, "primary", 1, 100 * factor,
             volume ("part:1", "ext4", "/boot", 100 * factor, 60, 30 * factor));
  guint64 start = 1 + 100 * factor;
  partition (disk, 2, "extended", start, 1000 * factor, NULL);
  partition (disk, 5, "logical", start + 1, 200 * factor - 1,
             volume ("part:5", "swap", NULL, 200 * factor - 1, 0, 0));
  partition (disk, 6, "logical", start + 1 + 200 * factor, 800 * factor - 1,
             volume ("part:6", "LVM2_member", NULL, 800 * factor - 1, 0, 0));
  TplVolumeGroup *data = group (disk, "data", "part:6");
  logical_volume (data, "root", volume ("lv:data/root", "ext4", "/", 600 * factor, 450, 100));
}

static TplPlan *
logical_plan (void)
{
  TplPlan *plan = plan_new ("msdos", 4401, 1101);
  fill_logical (plan->before->layout, 4);
  fill_logical (plan->after, 1);
  return plan;
}

static void
fill_many (TplLayout *disk, guint64 each)
{
  partition (disk, 1, "primary", 1, 30 * each,
             volume ("part:1", "LVM2_member", NULL, 30 * each, 0, 0));
  TplVolumeGroup *lots = group (disk, "lots", "part:1");
  for (guint i = 0; i < 30; i++) {
    g_autofree char *name = g_strdup_printf ("volume%02u", i);
    g_autofree char *id = g_strdup_printf ("lv:lots/%s", name);
    g_autofree char *where = g_strdup_printf ("/srv/data-of-customer-%02u", i);
    logical_volume (lots, name, volume (id, "xfs", where, each, each / 2, each / 4));
  }
}

static TplPlan *
many_plan (void)
{
  TplPlan *plan = plan_new ("gpt", 30 * 4096 + 2, 30 * 300 + 2);
  fill_many (plan->before->layout, 4096);
  fill_many (plan->after, 300);
  return plan;
}

/* A guest whose names try to move the cursor, reorder the line and break out of UTF-8. */
static TplPlan *
hostile_plan (void)
{
  TplPlan *plan = plan_new ("msdos", 1024, 512);
  plan->before->guest->os_name = g_strdup ("\033]0;owned\007\033[2J");
  for (int i = 0; i < 2; i++) {
    TplLayout *disk = i == 0 ? plan->before->layout : plan->after;
    guint64 size = i == 0 ? 1023 : 511;
    partition (disk, 1, "primary", 1, size,
               volume ("part:1", "xf\033[31ms",
                       "/caf\303\251/\346\227\245\346\234\254/\342\200\256txt\377", size, 300,
                       100));
  }
  step (plan, "copy", "300 MiB from /\r\033[Aevil");
  return plan;
}

TplPlan *
sample_plan_new (const char *name)
{
  static TplPlan *(*const makers[]) (void) = {template_plan, efi_plan, logical_plan, many_plan,
                                              hostile_plan};
  for (guint i = 0; sample_plan_names[i] != NULL; i++)
    if (g_strcmp0 (sample_plan_names[i], name) == 0)
      return makers[i]();
  return NULL;
}
