/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "libvirt/history.h"
#include "libvirt/swap.h"

#include <glib/gstdio.h>
#include <string.h>

/* A swap as swap-driver's tests make it, with what must survive being written down. */
static TplVirtSwap *
sample (void)
{
  TplVirtSwap *swap = g_new0 (TplVirtSwap, 1);
  swap->uri = g_strdup ("qemu:///system");
  swap->uuid = g_strdup ("01234567-89ab-cdef-0123-456789abcdef");
  swap->name = g_strdup ("odd [name]\\ = \xc3\xa4;");
  swap->disk = g_strdup ("vda");
  swap->before.path = g_strdup ("/dev/os/old");
  swap->before.source = g_new0 (TplDomainSource, 1);
  swap->before.source->pool = g_strdup ("os");
  swap->before.source->volume = g_strdup ("old");
  swap->after.path = g_strdup ("/srv/new file.qcow2");
  swap->after.pool = g_strdup ("files");
  swap->after.volume = g_strdup ("new file.qcow2");
  swap->after.key = g_strdup ("file 7 of 1.000000002");
  swap->after.source = g_new0 (TplDomainSource, 1);
  swap->after.source->path = g_strdup (swap->after.path);
  swap->after.source->format = g_strdup ("qcow2");
  return swap;
}

static void
test_text (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TplVirtSwap) swap = sample ();
  g_autofree char *text = tpl_virt_swap_to_text (swap);
  g_autoptr (TplVirtSwap) again = tpl_virt_swap_from_text (text, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->name, ==, swap->name);
  g_assert_cmpstr (again->after.key, ==, swap->after.key);
  g_assert_null (again->before.key);
  g_assert_true (tpl_domain_same_source (again->before.source, swap->before.source));
  g_autofree char *text_again = tpl_virt_swap_to_text (again);
  g_assert_cmpstr (text_again, ==, text);
}

static void
test_reverse (void)
{
  g_autoptr (TplVirtSwap) swap = sample ();
  g_autoptr (TplVirtSwap) back = tpl_virt_swap_reverse (swap);
  g_autoptr (TplVirtSwap) again = tpl_virt_swap_reverse (back);
  g_assert_cmpstr (back->before.path, ==, swap->after.path);
  g_assert_cmpstr (back->after.source->volume, ==, "old");
  g_autofree char *one = tpl_virt_swap_to_text (swap), *other = tpl_virt_swap_to_text (again);
  g_assert_cmpstr (one, ==, other);
}

/* A torn record is no swap. */
static void
test_incomplete (void)
{
  g_autoptr (TplVirtSwap) swap = sample ();
  g_autofree char *text = tpl_virt_swap_to_text (swap);
  static const char *const needed[] = { "uuid=", "disk=", "path=/srv", "xml-volume=" };
  for (size_t i = 0; i < G_N_ELEMENTS (needed); i++) {
    g_autoptr (GError) error = NULL;
    g_auto (GStrv) parts = g_strsplit (text, needed[i], -1);
    g_autofree char *torn = g_strjoinv ("other=", parts);
    g_assert_null (tpl_virt_swap_from_text (torn, &error));
    g_assert_error (error, TPL_ERROR, TPL_ERROR_FAILED);
  }
}

static void
test_history (void)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("tpl-test-XXXXXX", NULL);
  g_setenv ("XDG_STATE_HOME", folder, TRUE);
  g_autofree char *state = g_build_filename (folder, "tpl-shrink", NULL);
  g_mkdir (state, 0700);
  g_autoptr (TplVirtSwap) swap = sample ();
  g_assert_null (tpl_virt_history_load (swap->uuid, swap->name, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_clear_error (&error);
  g_assert_true (tpl_virt_history_save (swap, &error));
  g_autoptr (TplVirtSwap) again = tpl_virt_history_load (swap->uuid, swap->name, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (again->name, ==, swap->name);
  g_assert_true (tpl_virt_history_remove (swap->uuid, &error));
  g_assert_true (tpl_virt_history_remove (swap->uuid, &error));
  g_assert_cmpint (g_rmdir (state), ==, 0);
  g_rmdir (folder);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/swap/text", test_text);
  g_test_add_func ("/swap/reverse", test_reverse);
  g_test_add_func ("/swap/incomplete", test_incomplete);
  g_test_add_func ("/swap/history", test_history);
  return g_test_run ();
}
