/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "folder.h"
#include "host-data.h"
#include "host-probe.h"
#include "host.h"

#include <errno.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void
test_family (void)
{
  static const struct {
    const char *os_release;
    TplHostFamily family;
  } cases[] = {
      {"ID=debian\nVERSION_ID=\"12\"\n", TPL_HOST_DEBIAN},
      {"NAME=x\nID=ubuntu\nID_LIKE=debian\n", TPL_HOST_UBUNTU},
      {"ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", TPL_HOST_UBUNTU},
      {"ID=\"centos\"\nID_LIKE=\"rhel fedora\"\n", TPL_HOST_RHEL},
      {"ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", TPL_HOST_RHEL},
      {"ID=fedora\n", TPL_HOST_FEDORA},
      {"ID=\"opensuse-leap\"\nID_LIKE=\"suse opensuse\"\n", TPL_HOST_SUSE},
      {"ID=arch\n", TPL_HOST_ARCH},
      {"ID=manjaro\nID_LIKE=arch", TPL_HOST_ARCH},
      {"ID=haiku\n", TPL_HOST_FAMILIES},
      {"", TPL_HOST_FAMILIES},
      {"VERSION_ID=debian\nXID=debian\nID='unclosed\n", TPL_HOST_FAMILIES},
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++)
    g_assert_cmpint (tpl_host_family (cases[i].os_release), ==, cases[i].family);
}

static void
test_remedy (void)
{
  GArray *items = g_array_new (FALSE, FALSE, sizeof (TplHostItem));
  const TplHostItem rows[] = {{"xfsdump", "", FALSE, FALSE, "xfsdump"},
                              {"xfsrestore", "", FALSE, FALSE, "xfsdump"},
                              {"lvm", "", TRUE, TRUE, "lvm2"},
                              {"mkfs.xfs", "", FALSE, TRUE, "xfsprogs"},
                              {"/dev/kvm", "", FALSE, FALSE, NULL}};
  g_array_append_vals (items, rows, G_N_ELEMENTS (rows));
  g_autofree char *debian = tpl_host_remedy (items, TPL_HOST_DEBIAN, TRUE);
  g_assert_cmpstr (debian, ==, "apt-get install xfsdump xfsprogs");
  g_autofree char *fedora = tpl_host_remedy (items, TPL_HOST_FEDORA, FALSE);
  g_assert_cmpstr (fedora, ==, "sudo dnf install xfsdump xfsprogs");
  g_assert_null (tpl_host_remedy (items, TPL_HOST_FAMILIES, TRUE));
  g_array_remove_range (items, 0, 2);
  g_array_remove_index (items, 1);
  g_assert_null (tpl_host_remedy (items, TPL_HOST_DEBIAN, TRUE)); /* no package gives /dev/kvm */
  g_array_unref (items);
}

/* Every program has a package in every family, and what makes a filesystem is among them. */
static void
test_data (void)
{
  const char *const makers[] = {"mkfs.xfs", "mke2fs", "mkfs.vfat", "mkfs.btrfs", "mkswap"};
  for (size_t i = 0; i < G_N_ELEMENTS (makers); i++) {
    const TplHostNeed *need = tpl_host_programs;
    while (need->what != NULL && strcmp (need->what, makers[i]) != 0)
      need++;
    g_assert_cmpstr (need->what, ==, makers[i]);
  }
  for (const TplHostNeed *need = tpl_host_programs; need->what != NULL; need++) {
    g_assert_nonnull (need->why);
    g_assert_nonnull (need->programs[0]);
    for (int family = 0; family < TPL_HOST_FAMILIES; family++)
      g_assert_nonnull (need->packages[family]);
  }
}

static void
test_kernel (Folder *folder, gconstpointer data)
{
  (void)data;
  gboolean is_there = TRUE;
  g_autofree char *none = NULL, *unreadable = NULL;
  g_assert_false (tpl_host_find_kernel (folder->root, &is_there, &none));
  g_assert_false (is_there);
  g_assert_nonnull (strstr (none, "no kernel"));

  /* An image without its modules does not do, nor modules without an image. */
  g_free (folder_put (folder, "boot/vmlinuz-6.1.0", "kernel", 0600));
  g_free (folder_put (folder, "lib/modules/5.0/modules.dep", "", 0644));
  g_clear_pointer (&none, g_free);
  g_assert_false (tpl_host_find_kernel (folder->root, &is_there, &none));
  g_assert_false (is_there);

  g_free (folder_put (folder, "lib/modules/6.1.0/modules.dep", "", 0644));
  g_free (folder_put (folder, "lib/modules/6.2.0/modules.dep", "", 0644));
  g_free (folder_put (folder, "lib/modules/6.2.0/vmlinuz", "kernel", 0644)); /* Fedora's place */
  g_assert_true (tpl_host_find_kernel (folder->root, &is_there, &unreadable));
  g_assert_true (is_there);
  g_assert_null (unreadable);
}

/* Ubuntu's kernels are root's alone: it must be told, and no package be suggested. */
static void
test_kernel_unreadable (Folder *folder, gconstpointer data)
{
  (void)data;
  g_free (folder_put (folder, "boot/vmlinuz-6.1.0", "kernel", 0000));
  g_free (folder_put (folder, "lib/modules/6.1.0/modules.dep", "", 0644));
  pid_t child = fork ();
  if (child == 0) {
    if (geteuid () == 0 && setresuid (65534, 65534, 65534) != 0)
      _exit (2);
    gboolean is_there = FALSE;
    char *why_not = NULL;
    gboolean found = tpl_host_find_kernel (folder->root, &is_there, &why_not);
    gboolean told = why_not != NULL && strstr (why_not, "root alone") != NULL;
    g_free (why_not);
    _exit (!found && is_there && told ? 0 : 1);
  }
  int status = -1;
  g_assert_cmpint (waitpid (child, &status, 0), ==, child);
  g_assert_cmpint (status, ==, 0);
}

static void
test_appliance (Folder *folder, gconstpointer data)
{
  (void)data;
  gboolean is_fixed = TRUE;
  g_autofree char *none = NULL, *wrong = NULL;
  g_assert_false (tpl_host_find_appliance (folder->root, NULL, &is_fixed, &none));
  g_free (folder_put (folder, "usr/lib64/guestfs/supermin.d/packages", "", 0644));
  g_assert_true (tpl_host_find_appliance (folder->root, NULL, &is_fixed, NULL));
  g_assert_false (is_fixed);
  g_assert_false (tpl_host_find_appliance (folder->root, "/opt/a:/opt/b", &is_fixed, &wrong));
  g_assert_nonnull (strstr (wrong, "LIBGUESTFS_PATH (/opt/a:/opt/b)"));
  g_free (folder_put (folder, "opt/b/kernel", "", 0644));
  g_free (folder_put (folder, "opt/b/initrd", "", 0644));
  g_assert_true (tpl_host_find_appliance (folder->root, "/opt/a::/opt/b", &is_fixed, NULL));
  g_assert_true (is_fixed);
}

static void
test_space (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *missing = g_build_filename (folder->root, "missing", NULL);
  g_autofree char *why_not = NULL, *full = NULL;
  g_assert_false (tpl_host_has_space (missing, &why_not));
  g_assert_nonnull (strstr (why_not, "missing"));
  /* /proc is a filesystem without any room. */
  g_assert_false (tpl_host_has_space ("/proc", &full));
  g_assert_nonnull (strstr (full, "0 MiB free"));
}

static void
test_device (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *file = folder_put (folder, "kvm", "", 0666);
  g_autofree char *missing = g_build_filename (folder->root, "missing", NULL);
  g_autofree char *no_kvm = NULL, *none = NULL;
  g_assert_false (tpl_host_try_device (file, FALSE, &no_kvm));
  g_assert_nonnull (strstr (no_kvm, "no usable KVM"));
  g_assert_false (tpl_host_try_device (missing, FALSE, &none));
  g_assert_nonnull (strstr (none, "there is no"));
  g_assert_false (tpl_host_try_device (missing, TRUE, NULL));
}

/* Hypervisors that obey, fail, hang, and do not read what they are told. */
static void
test_hypervisor (Folder *folder, gconstpointer data)
{
  (void)data;
  g_autofree char *good = folder_put (folder, "good",
                               "#!/bin/sh\nread a; read b; echo hi\n"
                               "case \"$*$b\" in *'-cpu max'*quit*) exit 0;; esac\nexit 1\n",
                               0755);
  g_autofree char *bad =
      folder_put (folder, "bad",
           "#!/bin/sh\necho 'qemu: warning: odd' >&2\necho 'qemu: error: MSR' >&2\n"
           "kill -ABRT $$\n",
           0755);
  g_autofree char *slow = folder_put (folder, "slow", "#!/bin/sh\nexec sleep 60\n", 0755);
  g_autofree char *deaf = folder_put (folder, "deaf", "#!/bin/sh\nexec <&-\nexit 1\n", 0755);
  g_autofree char *missing = g_build_filename (folder->root, "missing", NULL);
  g_autofree char *error = NULL, *late = NULL, *mute = NULL, *none = NULL;

  g_assert_true (tpl_host_try_hypervisor (good, 5, NULL));
  g_assert_false (tpl_host_try_hypervisor (bad, 5, &error));
  g_assert_nonnull (strstr (error, "(qemu: error: MSR)"));
  g_assert_false (tpl_host_try_hypervisor (deaf, 5, &mute));
  g_assert_nonnull (strstr (mute, "without a word"));
  g_assert_false (tpl_host_try_hypervisor (missing, 5, &none));

  gint64 began_us = g_get_monotonic_time ();
  g_assert_false (tpl_host_try_hypervisor (slow, 0.3, &late));
  g_assert_nonnull (strstr (late, "within 0.3 s"));
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 5 * G_USEC_PER_SEC);
  /* None of them is left, not even as a zombie. */
  g_assert_cmpint (waitpid (-1, NULL, WNOHANG), ==, -1);
  g_assert_cmpint (errno, ==, ECHILD);
}

/* This host, whatever it has: the answer comes fast and says why. */
static void
test_this_host (void)
{
  gint64 began_us = g_get_monotonic_time ();
  g_autofree char *remedy = NULL;
  g_autoptr (GArray) items = tpl_host_check (&remedy);
  g_assert_cmpint (g_get_monotonic_time () - began_us, <, 10 * G_USEC_PER_SEC);
  gboolean has_kvm = FALSE;
  for (guint i = 0; i < items->len; i++) {
    const TplHostItem *item = &g_array_index (items, TplHostItem, i);
    g_assert_nonnull (item->what);
    g_assert_nonnull (item->why);
    has_kvm |= strcmp (item->what, "/dev/kvm") == 0;
  }
  g_assert_true (has_kvm);
}

/* What the kernel alone tells is what qemu finds. */
static void
test_kvm (void)
{
  g_autofree char *hypervisor = tpl_host_hypervisor ();
  if (hypervisor == NULL)
    g_test_skip ("there is no qemu to ask");
  else
    g_assert_cmpint (tpl_host_kvm_may_work (), ==, tpl_host_kvm_works (NULL));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/host/family", test_family);
  g_test_add_func ("/host/remedy", test_remedy);
  g_test_add_func ("/host/data", test_data);
  g_test_add ("/host/kernel", Folder, NULL, folder_make, test_kernel, folder_remove);
  g_test_add ("/host/kernel-unreadable", Folder, NULL, folder_make, test_kernel_unreadable,
              folder_remove);
  g_test_add ("/host/appliance", Folder, NULL, folder_make, test_appliance, folder_remove);
  g_test_add ("/host/space", Folder, NULL, folder_make, test_space, folder_remove);
  g_test_add ("/host/device", Folder, NULL, folder_make, test_device, folder_remove);
  g_test_add ("/host/hypervisor", Folder, NULL, folder_make, test_hypervisor, folder_remove);
  g_test_add_func ("/host/this-host", test_this_host);
  g_test_add_func ("/host/kvm", test_kvm);
  return g_test_run ();
}
