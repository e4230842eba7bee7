/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "map-file.h"
#include "refs/cmdline.h"
#include "refs/refs.h"

#include <string.h>

#define OLD_UUID  "01234567-89ab-4cde-8f01-23456789abcd"
#define NEW_UUID  "99999999-1111-4222-8333-444444444444"
#define GONE_UUID "11111111-2222-4333-8444-555555555555"

static const char map_text[] = "[uuid]\n" OLD_UUID "=" NEW_UUID "\n" GONE_UUID "=\n"
                               "[label]\nold=new\n"
                               "[ptuuid]\ndeadbeef=0badcafe\n"
                               "[vg]\nos=tpl\n[lv]\nos/root=tpl/root\nos/swap=\n"
                               "[options]\ndrops-subvolids=true\n"
                               "[subvolumes]\n256=@\n257=a,b\n";

static const struct {
  const char *before, *after;
} lines[] = {
    {"", ""},
    {"ro quiet", "ro quiet"},
    {"root=/dev/mapper/os-root ro", "root=/dev/mapper/tpl-root ro"},
    {"root=UUID=" OLD_UUID " ro", "root=UUID=" NEW_UUID " ro"},
    {"root=\"UUID=" OLD_UUID "\"  ro", "root=\"UUID=" NEW_UUID "\"  ro"},
    {"\"root=LABEL=old\" ro", "\"root=LABEL=new\" ro"},
    {"\\\"root=LABEL=old\\\" ro", "\\\"root=LABEL=new\\\" ro"},
    {"foo=\"a root=LABEL=old b\" x", "foo=\"a root=LABEL=old b\" x"},
    {"root=PARTUUID=deadbeef-02", "root=PARTUUID=0badcafe-02"},
    /* Words that ask for a removed device go, with one gap. */
    {"ro resume=UUID=" GONE_UUID " quiet", "ro quiet"},
    {"resume=/dev/mapper/os-swap quiet", "quiet"},
    {"ro resume=/dev/os/swap", "ro"},
    {"resume=/dev/os/swap", ""},
    {"ro rd.lvm.lv=os/root rd.lvm.lv=os/swap quiet", "ro rd.lvm.lv=tpl/root quiet"},
    {"resume=/dev/os/swap resume_offset=17 ro", "ro"},
    {"rd.lvm.vg=os rd_LVM_LV=os/root", "rd.lvm.vg=tpl rd_LVM_LV=tpl/root"},
    {"rd.luks.uuid=luks-" OLD_UUID " rd.luks.uuid=" GONE_UUID, "rd.luks.uuid=luks-" NEW_UUID},
    {"rd.luks.name=" OLD_UUID "=cr", "rd.luks.name=" NEW_UUID "=cr"},
    {"cryptdevice=UUID=" OLD_UUID ":cr:discard", "cryptdevice=UUID=" NEW_UUID ":cr:discard"},
    {"cryptdevice=/dev/os/root:cr", "cryptdevice=/dev/tpl/root:cr"},
    {"cryptopts=target=x,source=/dev/mapper/os-root,lvm=y",
     "cryptopts=target=x,source=/dev/mapper/tpl-root,lvm=y"},
    {"systemd.swap-extra=/dev/os/swap ro", "ro"},
    {"rootflags=subvol=/@,subvolid=256 ro", "rootflags=subvol=/@ ro"},
    {"rootflags=subvolid=256 ro", "rootflags=subvol=/@ ro"},
    {"rootflags=rw,subvolid=256", "rootflags=rw,subvol=/@"},
    /* The top, numbers that nobody knows, and paths that would be split, stay. */
    {"rootflags=subvolid=5", "rootflags=subvolid=5"},
    {"rootflags=subvolid=999", "rootflags=subvolid=999"},
    {"rootflags=subvolid=257", "rootflags=subvolid=257"},
    /* No other quotes belong together because of what goes. */
    {"rootflags=rw,log=/dev/os/swap ro", "rootflags=rw ro"},
    {"rootflags=rw,\"log=/dev/os/swap,x=\"y ro", "rootflags=rw,\"log=/dev/os/swap,x=\"y ro"},
    {"rootflags=subvol=/@,subvolid=256\" ro", "rootflags=subvol=/@\" ro"},
    {"rootflags=a,r'=/dev/os/swap 'b", "rootflags=a,r'=/dev/os/swap 'b"},
    {"rootflags=subvol=/@,subvolid=2\"56 ro", "rootflags=subvol=/@,subvolid=2\"56 ro"},
    {"mount.usr=LABEL=old mount.usrflags=ro", "mount.usr=LABEL=new mount.usrflags=ro"},
    {"unknown.key=LABEL=old", "unknown.key=LABEL=new"},
    {"BOOT_IMAGE=/vmlinuz root=/dev/sda1\ttab", "BOOT_IMAGE=/vmlinuz root=/dev/sda1\ttab"},
    {"it's root=LABEL=old", "it's root=LABEL=new"},
    {"root=LABEL=old\"", "root=LABEL=new\""},
    {"osroot=os root=os os-root", "osroot=os root=os os-root"},
};

/* What the kind of `path` makes of `before`; g_free () it. */
static char *
edited (const TplRefMap *map, const char *path, const char *before)
{
  g_autoptr (GBytes) bytes = g_bytes_new (before, strlen (before));
  g_autoptr (GBytes) after = NULL;
  g_autoptr (GError) error = NULL;
  g_assert_true (
      tpl_refs_edit (tpl_ref_kind_for_path (path), map, path, bytes, &after, NULL, &error));
  g_assert_no_error (error);
  gsize size = 0;
  const char *data = g_bytes_get_data (after != NULL ? after : bytes, &size);
  return size > 0 ? g_strndup (data, size) : g_strdup ("");
}

static void
assert_edited (const char *path, const char *before, const char *after)
{
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  g_autofree char *once = edited (map, path, before);
  g_assert_cmpstr (once, ==, after);
  g_autofree char *twice = edited (map, path, once);
  g_assert_cmpstr (twice, ==, once);
}

static void
test_lines (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++)
    assert_edited ("/etc/kernel/cmdline", lines[i].before, lines[i].after);
}

/* The words themselves stay as they are under a map that is empty, also when they are taken apart.
 */
static void
test_identity (void)
{
  g_autoptr (TplRefMap) map = tpl_ref_map_new ();
  const TplRefEdit edit = {map, "/cmdline", NULL};
  for (guint i = 0; i < G_N_ELEMENTS (lines); i++) {
    g_autoptr (GString) out = g_string_new (NULL);
    tpl_cmdline_edit (&edit, lines[i].before, out);
    g_assert_cmpstr (out->str, ==, lines[i].before);
  }
}

static void
test_warnings (void)
{
  g_autoptr (TplRefMap) map = map_from_text (map_text);
  g_autoptr (GPtrArray) warnings = g_ptr_array_new_with_free_func (g_free);
  const TplRefEdit edit = {map, "/etc/x\033y", warnings};
  g_autoptr (GString) out = g_string_new (NULL);
  tpl_cmdline_edit (&edit, "root=/dev/disk/by-path/pci-1 quiet rd.lvm.lv=data/x", out);
  g_assert_cmpuint (warnings->len, ==, 2);
  const char *first = g_ptr_array_index (warnings, 0);
  g_assert_true (g_str_has_prefix (first, "/etc/x\\033y: root=/dev/disk/by-path/pci-1 "));
}

static const struct {
  const char *before, *after;
} variables[] = {
    {"A=1\n# root=LABEL=old\n", "A=1\n# root=LABEL=old\n"},
    {"GRUB_CMDLINE_LINUX=\"rd.lvm.lv=os/root rhgb\"\n",
     "GRUB_CMDLINE_LINUX=\"rd.lvm.lv=tpl/root rhgb\"\n"},
    {"X='root=LABEL=old'\r\n", "X='root=LABEL=new'\r\n"},
    {"X+=\" root=\\\"LABEL=old\\\" \"", "X+=\" root=\\\"LABEL=new\\\" \""},
    {"export X=\"$X resume=UUID=" GONE_UUID "\"\n", "export X=\"$X\"\n"},
    {"X=\"a\\ resume=UUID=" GONE_UUID "\"b\n", "X=\"a\\ \"b\n"},
    {"X=\"rootflags=a\\,log=/dev/os/swap\"b\n", "X=\"rootflags=a\\,log=/dev/os/swap\"b\n"},
    {"RESUME=UUID=" OLD_UUID "\n", "RESUME=UUID=" NEW_UUID "\n"},
    {"RESUME=UUID=" GONE_UUID "\n", "RESUME=none\n"},
    {"RESUME=\"/dev/mapper/os-swap\"\n", "RESUME=\"none\"\n"},
    {"X=\"root=LABEL=old\n rd.lvm.lv=os/swap\n quiet\"; Y=1\n",
     "X=\"root=LABEL=new\n quiet\"; Y=1\n"},
    {"X=\"root=/dev/os/root \\\n  resume=/dev/os/swap ro\"\n", "X=\"root=/dev/tpl/root ro\"\n"},
    {"if [ -e /dev/os/root ]; then\n", "if [ -e /dev/tpl/root ]; then\n"},
    {"X=\"unclosed root=LABEL=old", "X=\"unclosed root=LABEL=new"},
    {"X=$(echo rd.lvm.vg=os)\n", "X=$(echo rd.lvm.vg=os)\n"},
};

static void
test_variables (void)
{
  for (guint i = 0; i < G_N_ELEMENTS (variables); i++)
    assert_edited ("/etc/initramfs-tools/conf.d/x", variables[i].before, variables[i].after);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/refs/cmdline/lines", test_lines);
  g_test_add_func ("/refs/cmdline/identity", test_identity);
  g_test_add_func ("/refs/cmdline/warnings", test_warnings);
  g_test_add_func ("/refs/shellvars", test_variables);
  return g_test_run ();
}
