/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "plan/plan.h"

#include <string.h>

/* LVM's NAME_LEN is 128 with the final zero. */
#define LONGEST_VALID 127
/* A name that we make leaves room for "-LV" in device-mapper's 127 bytes, with dashes doubled. */
#define LONGEST_MADE 48

static gboolean
is_name_char (char c)
{
  return g_ascii_isalnum (c) || (c != '\0' && strchr ("+_.-", c) != NULL);
}

/* What a guest has in /dev (lvm(8): "a VG cannot be called anything that exists in /dev"). Whole
 * names, and prefixes that a unit follows: sda, vdb1, nvme0n1, loop0 ... */
static gboolean
is_device_name (const char *name)
{
  static const char *const names[] = {
      "block",    "bsg",    "bus",    "char",   "console", "core",     "cpu",       "disk",
      "dri",      "fb",     "fd",     "full",   "fuse",    "hpet",     "hugepages", "hwrng",
      "initctl",  "input",  "kmem",   "kmsg",   "kvm",     "log",      "mapper",    "md",
      "mem",      "mqueue", "net",    "null",   "nvram",   "port",     "ppp",       "pts",
      "ptmx",     "random", "rfkill", "rtc",    "shm",     "snapshot", "snd",       "stderr",
      "stdin",    "stdout", "tty",    "uinput", "urandom", "usb",      "vfio",      "vhci",
      "watchdog", "zero",   NULL};
  static const char *const pattern = "^((sd|vd|hd|xvd)[a-z]{1,2}[0-9]*"
                                     "|(nvme|mmcblk)[0-9]+([np][0-9]+)*"
                                     "|(dm-|fd|hvc|loop|md|nbd|ram|rtc|sg|sr|tty|ttyS|vcs|zram)"
                                     "[0-9]+(p[0-9]+)?)$";

  return g_strv_contains (names, name) || g_regex_match_simple (pattern, name, 0, 0);
}

gboolean
tpl_vg_name_is_valid (const char *name)
{
  if (name == NULL || name[0] == '\0' || name[0] == '-' || strlen (name) > LONGEST_VALID)
    return FALSE;
  if (strcmp (name, ".") == 0 || strcmp (name, "..") == 0 || is_device_name (name))
    return FALSE;
  for (const char *c = name; *c != '\0'; c++) {
    if (!is_name_char (*c))
      return FALSE;
  }
  return TRUE;
}

/* "/dev/mapper/os-my--tpl" is the logical volume "my-tpl" of "os": the part after the only single
 * dash, with its dashes halved. NULL if `name` does not look like that. */
static char *
logical_volume_of_mapper (const char *name)
{
  GString *text = g_string_new (NULL);
  guint groups = 0;

  for (const char *c = name; *c != '\0'; c++) {
    if (c[0] == '-' && c[1] != '-') {
      groups++;
      g_string_truncate (text, 0);
      continue;
    }
    g_string_append_c (text, *c);
    if (c[0] == '-')
      c++;
  }
  if (groups == 1 && text->len > 0)
    return g_string_free (text, FALSE);
  g_string_free (text, TRUE);
  return NULL;
}

static char *
base_name (const char *target)
{
  static const char *const suffixes[] = {".img", ".raw", ".qcow2", ".qcow"};
  g_autofree char *base = g_path_get_basename (target);

  if (g_str_has_prefix (target, "/dev/mapper/")) {
    char *name = logical_volume_of_mapper (base);

    if (name != NULL)
      return name;
  }
  for (guint i = 0; i < G_N_ELEMENTS (suffixes); i++) {
    if (g_str_has_suffix (base, suffixes[i]) && strlen (base) > strlen (suffixes[i]))
      return g_strndup (base, strlen (base) - strlen (suffixes[i]));
  }
  return g_steal_pointer (&base);
}

char *
tpl_vg_name_from_target (const char *target)
{
  g_autofree char *name = base_name (target);

  for (char *c = name; *c != '\0'; c++) {
    if (!is_name_char (*c))
      *c = '_';
  }
  if (strlen (name) > LONGEST_MADE)
    name[LONGEST_MADE] = '\0';
  if (name[0] == '-')
    name[0] = '_';
  if (tpl_vg_name_is_valid (name))
    return g_steal_pointer (&name);
  return g_strdup_printf ("vg_%s", name); /* ".", "..", "sdb" ... */
}
