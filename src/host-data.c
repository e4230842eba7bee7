/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "host-data.h"

#include <string.h>

/* Tables are read by column. */
/* clang-format off */

/* The same name everywhere, or one for each family in the order of TplHostFamily. */
#define EVERYWHERE(name) { name, name, name, name, name, name }
#define PACKAGES(debian, ubuntu, fedora, rhel, suse, arch) \
  { debian, ubuntu, fedora, rhel, suse, arch }

const TplHostNeed tpl_host_programs[] = {
  { "qemu-system-x86_64", "runs the appliance in which all is done", TRUE,
    { "qemu-system-x86_64", "/usr/libexec/qemu-kvm", "qemu-kvm" },
    PACKAGES ("qemu-system-x86", "qemu-system-x86", "qemu-system-x86-core", "qemu-kvm", "qemu-x86",
              "qemu-system-x86") },
  { "qemu-img", "makes overlays and qcow2 images", TRUE, { "qemu-img" },
    PACKAGES ("qemu-utils", "qemu-utils", "qemu-img", "qemu-img", "qemu-tools", "qemu-img") },
  { "mkfs.xfs", "makes XFS filesystems", TRUE, { "mkfs.xfs" }, EVERYWHERE ("xfsprogs") },
  { "mke2fs", "makes ext filesystems, and the appliance's toolbox", TRUE, { "mke2fs" },
    EVERYWHERE ("e2fsprogs") },
  { "mkfs.vfat", "makes EFI system partitions", TRUE, { "mkfs.vfat" }, EVERYWHERE ("dosfstools") },
  { "mkfs.btrfs", "makes btrfs filesystems", FALSE, { "mkfs.btrfs" },
    PACKAGES ("btrfs-progs", "btrfs-progs", "btrfs-progs", "btrfs-progs", "btrfsprogs",
              "btrfs-progs") },
  { "mkswap", "makes swap areas", TRUE, { "mkswap" }, EVERYWHERE ("util-linux") },
  { "lvm", "makes volume groups", TRUE, { "lvm" }, EVERYWHERE ("lvm2") },
  { "cryptsetup", "opens encrypted volumes", FALSE, { "cryptsetup" },
    PACKAGES ("cryptsetup-bin", "cryptsetup-bin", "cryptsetup", "cryptsetup", "cryptsetup",
              "cryptsetup") },
  { "xfsdump", "for --engine xfsdump", FALSE, { "xfsdump" }, EVERYWHERE ("xfsdump") },
  { "xfsrestore", "for --engine xfsdump", FALSE, { "xfsrestore" }, EVERYWHERE ("xfsdump") },
  { "gzip", "reads a guest's initramfs that is packed with it", FALSE, { "gzip" },
    EVERYWHERE ("gzip") },
  { "zstd", "reads a guest's initramfs that is packed with it", FALSE, { "zstd" },
    EVERYWHERE ("zstd") },
  { "xz", "reads a guest's initramfs that is packed with it", FALSE, { "xz" },
    PACKAGES ("xz-utils", "xz-utils", "xz", "xz", "xz", "xz") },
  { "bzip2", "reads a guest's initramfs that is packed with it", FALSE, { "bzip2" },
    EVERYWHERE ("bzip2") },
  { "lz4", "reads a guest's initramfs that is packed with it", FALSE, { "lz4" },
    EVERYWHERE ("lz4") },
  { "diff", "for --receipt: shows what was edited", FALSE, { "diff" }, EVERYWHERE ("diffutils") },
  { NULL },
};

const TplHostNeed tpl_host_supermin = {
  "supermin", "builds the appliance out of this host's packages", TRUE, { "supermin" },
  EVERYWHERE ("supermin"),
};

const TplHostNeed tpl_host_appliance = {
  "libguestfs's appliance", "the small machine in which all is done", TRUE, { NULL },
  PACKAGES ("libguestfs0", "libguestfs0", "libguestfs-appliance", "libguestfs-appliance",
            "libguestfs-appliance", "libguestfs"),
};

const TplHostNeed tpl_host_kernel = {
  "a kernel for the appliance", "the appliance runs on a kernel of this host", TRUE, { NULL },
  PACKAGES ("linux-image-amd64", "linux-image-generic", "kernel-core", "kernel-core",
            "kernel-default", "linux"),
};
/* clang-format on */

const TplHostNeed tpl_host_space = {
    .what = "space for the appliance",
    .why = "libguestfs keeps it in a temporary folder",
    .required = TRUE,
};

const TplHostNeed tpl_host_kvm = {
    .what = "/dev/kvm",
    .why = "the appliance runs at the processor's speed",
};

static const struct {
  const char *names; /* of ID and ID_LIKE, each with a space before and behind it */
  const char *install;
} families[] = {
    [TPL_HOST_DEBIAN] = {" debian ", "apt-get install"},
    [TPL_HOST_UBUNTU] = {" ubuntu ", "apt-get install"},
    [TPL_HOST_FEDORA] = {" fedora ", "dnf install"},
    [TPL_HOST_RHEL] = {" rhel centos rocky almalinux ol ", "dnf install"},
    [TPL_HOST_SUSE] = {" suse opensuse opensuse-leap opensuse-tumbleweed sles ", "zypper install"},
    [TPL_HOST_ARCH] = {" arch ", "pacman -S --needed"},
};
G_STATIC_ASSERT (G_N_ELEMENTS (families) == TPL_HOST_FAMILIES);

static TplHostFamily
family_of_name (const char *name)
{
  g_autofree char *wanted = g_strdup_printf (" %s ", name);
  for (guint i = 0; i < TPL_HOST_FAMILIES; i++)
    if (strstr (families[i].names, wanted) != NULL)
      return (TplHostFamily)i;
  return TPL_HOST_FAMILIES;
}

/* The value of `NAME=value` in an os-release(5) text without its quotes; the caller's. */
static char *
os_release_value (const char *os_release, const char *name)
{
  g_auto (GStrv) lines = g_strsplit (os_release, "\n", -1);
  size_t length = strlen (name);
  for (guint i = 0; lines[i] != NULL; i++) {
    if (strncmp (lines[i], name, length) != 0 || lines[i][length] != '=')
      continue;
    g_autofree char *value = g_shell_unquote (lines[i] + length + 1, NULL);
    return value != NULL ? g_steal_pointer (&value) : g_strdup (lines[i] + length + 1);
  }
  return g_strdup ("");
}

TplHostFamily
tpl_host_family (const char *os_release)
{
  g_autofree char *id = os_release_value (os_release, "ID");
  g_autofree char *like = os_release_value (os_release, "ID_LIKE");
  g_autofree char *all = g_strdup_printf ("%s %s", id, like);
  g_auto (GStrv) names = g_strsplit (all, " ", -1);
  for (guint i = 0; names[i] != NULL; i++) {
    TplHostFamily family = names[i][0] != '\0' ? family_of_name (names[i]) : TPL_HOST_FAMILIES;
    if (family != TPL_HOST_FAMILIES)
      return family;
  }
  return TPL_HOST_FAMILIES;
}

char *
tpl_host_remedy (const GArray *items, TplHostFamily family, gboolean is_root)
{
  g_autoptr (GHashTable) seen = g_hash_table_new (g_str_hash, g_str_equal);
  g_autoptr (GString) packages = g_string_new (NULL);
  if (family == TPL_HOST_FAMILIES)
    return NULL;
  for (guint i = 0; i < items->len; i++) {
    const TplHostItem *item = &g_array_index (items, TplHostItem, i);
    if (!item->found && item->package != NULL && g_hash_table_add (seen, (gpointer)item->package))
      g_string_append_printf (packages, " %s", item->package);
  }
  if (packages->len == 0)
    return NULL;
  return g_strconcat (is_root ? "" : "sudo ", families[family].install, packages->str, NULL);
}
