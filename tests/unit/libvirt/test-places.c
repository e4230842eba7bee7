/* SPDX-License-Identifier: GPL-3.0-or-later */
/* URIs and names, on libvirt's test driver: no daemon. */
#include "libvirt/connect.h"
#include "libvirt/place.h"
#include "libvirt/users.h"
#include "libvirt/volume.h"

static TplVirt *virt;

static void
test_uris (void)
{
  static const char *const local[]
      = { "qemu:///system", "qemu:///session", "qemu+unix:///system?socket=/x", "test:///default" };
  static const char *const foreign[]
      = { "qemu://host/system", "qemu+ssh://root@host/system", "qemu+tls://host:1/system",
          "qemu+ssh:///system", "qemu+libssh2://[::1]/system" };
  for (size_t i = 0; i < G_N_ELEMENTS (local); i++)
    g_assert_true (tpl_virt_check_uri (local[i], NULL));
  for (size_t i = 0; i < G_N_ELEMENTS (foreign); i++) {
    g_autoptr (GError) error = NULL;
    g_assert_false (tpl_virt_check_uri (foreign[i], &error));
    g_assert_error (error, TPL_ERROR, TPL_ERROR_USAGE);
  }
  g_assert_false (tpl_virt_check_uri ("nonsense", NULL));
}

static TplVirtPlace *
find (const char *word)
{
  g_autoptr (GError) error = NULL;
  TplVirtPlace *place = tpl_virt_place_find (virt, word, &error);
  g_assert_no_error (error);
  return place;
}

static void
expect_code (const char *word, TplError code)
{
  g_autoptr (GError) error = NULL;
  g_assert_null (tpl_virt_place_find (virt, word, &error));
  g_assert_error (error, TPL_ERROR, (int)code);
}

/* By device number: /dev/zero is no block device, but one inode in any spelling. */
static void
test_existing (void)
{
  static const char *const words[]
      = { "vol:os/tpl004", "dom:two:disks", "dom:two:disks:vdb", "/dev/zero",
          "/dev/../dev/./zero" };
  for (size_t i = 0; i < G_N_ELEMENTS (words); i++) {
    g_autoptr (TplVirtPlace) place = find (words[i]);
    g_assert_true (place->exists);
    g_assert_cmpstr (place->pool, ==, "os");
    g_assert_cmpstr (place->volume, ==, "tpl004");
    g_assert_nonnull (place->key);
    g_assert_false (place->takes_formats);
  }
  g_autoptr (TplVirtPlace) disk = find ("dom:two:disks:vda");
  g_assert_cmpstr (disk->path, ==, "/dev/full");
  g_assert_null (disk->pool);
  g_assert_cmpstr (disk->disk, ==, "vda");
  g_assert_cmpstr (disk->format, ==, "raw");
}

static void
test_new (void)
{
  static const struct {
    const char *word, *pool, *volume, *path;
  } cases[] = {
    { "vol:os/tpl", "os", "tpl", "/dev/os-vg/tpl" },
    { "/dev/os-vg/tpl", "os", "tpl", "/dev/os-vg/tpl" },
    { "/dev/mapper/os--vg-my--tpl", "os", "my-tpl", "/dev/os-vg/my-tpl" },
    { "/dev/mapper/os--vg-a-b", NULL, NULL, "/dev/mapper/os--vg-a-b" },
    { "/dev/other/tpl", NULL, NULL, "/dev/other/tpl" },
    { "vol:files/new.qcow2", "files", "new.qcow2", "/var/lib/files/new.qcow2" },
    { "/var/lib/files/new.img", NULL, NULL, "/var/lib/files/new.img" },
  };
  for (size_t i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (TplVirtPlace) place = find (cases[i].word);
    g_assert_false (place->exists);
    g_assert_cmpstr (place->pool, ==, cases[i].pool);
    g_assert_cmpstr (place->volume, ==, cases[i].volume);
    g_assert_cmpstr (place->path, ==, cases[i].path);
  }
}

static void
test_refused (void)
{
  expect_code ("vol:os", TPL_ERROR_USAGE);
  expect_code ("vol:/x", TPL_ERROR_USAGE);
  expect_code ("vol:os/a/b", TPL_ERROR_USAGE);
  expect_code ("vol:os/", TPL_ERROR_USAGE);
  expect_code ("vol:none/x", TPL_ERROR_REFUSED);
  expect_code ("dom:none", TPL_ERROR_REFUSED);
  expect_code ("dom:two:disks:vdz", TPL_ERROR_REFUSED);
}

static void
test_users (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) users = tpl_virt_users (virt, "/dev/zero", &error);
  g_assert_no_error (error);
  g_assert_cmpuint (users->len, ==, 1);
  const TplVirtUser *user = users->pdata[0];
  g_assert_cmpstr (user->name, ==, "two:disks");
  g_assert_cmpstr (user->disk, ==, "vdb");
  g_assert_true (user->is_active); /* the test driver starts all */
  g_assert_false (tpl_virt_users_check (users, "SOURCE", "/dev/zero", NULL, &error));
  g_assert_error (error, TPL_ERROR, TPL_ERROR_REFUSED);
  g_autoptr (GPtrArray) none = tpl_virt_users (virt, "/dev/null", NULL);
  g_assert_cmpuint (none->len, ==, 0);
}

static void
test_volume (void)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (TplVirtPlace) place = find ("vol:os/made");
  g_assert_true (tpl_virt_volume_make (virt, place, 4096, "raw", &error));
  g_autoptr (TplVirtPlace) second = find ("vol:os/made");
  g_assert_true (second->exists);
  g_assert_cmpstr (second->key, ==, place->key);
  g_assert_false (tpl_virt_volume_make (virt, second, 4096, "raw", &error));
  g_assert_nonnull (error);
  g_clear_error (&error);
  /* Another key is somebody else's volume: it stays. */
  g_assert_true (tpl_virt_volume_delete (virt, "os", "made", "another", &error));
  g_autoptr (TplVirtPlace) still = find ("vol:os/made");
  g_assert_true (still->exists);
  g_assert_true (tpl_virt_volume_delete (virt, "os", "made", place->key, &error));
  g_autoptr (TplVirtPlace) gone = find ("vol:os/made");
  g_assert_false (gone->exists);
  g_assert_true (tpl_virt_volume_delete (virt, "os", "made", place->key, &error));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_autoptr (GError) error = NULL;
  g_autofree char *uri = g_strconcat ("test://", g_getenv ("NODE"), NULL);
  virt = tpl_virt_open (uri, &error);
  g_assert_no_error (error);
  g_test_add_func ("/places/uris", test_uris);
  g_test_add_func ("/places/existing", test_existing);
  g_test_add_func ("/places/new", test_new);
  g_test_add_func ("/places/refused", test_refused);
  g_test_add_func ("/places/users", test_users);
  g_test_add_func ("/places/volume", test_volume);
  int status = g_test_run ();
  tpl_virt_free (virt);
  return status;
}
