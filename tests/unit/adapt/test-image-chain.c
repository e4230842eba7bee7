/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What qemu-img says of an image and the files below it. */
#include "adapt/image-chain.h"

static void
test_chain (void)
{
  static const char json[]
      = "[{\"filename\": \"/vm/top.qcow2\", \"format\": \"qcow2\", \"encrypted\": false,"
        "  \"snapshots\": [{\"id\": \"1\"}, {\"id\": \"2\"}],"
        "  \"format-specific\": {\"type\": \"qcow2\", \"data\": {\"data-file\": \"raw/data.img\"}}},"
        " {\"filename\": \"/base/base.qcow2\", \"snapshots\": [{\"id\": \"1\"}]},"
        " {\"filename\": \"json:{\\\"driver\\\": \\\"nbd\\\"}\", \"encrypted\": true}]";
  g_autoptr (GError) error = NULL;
  g_autoptr (TplImageChain) chain = tpl_image_chain_read (json, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (chain->files->len, ==, 3);
  g_assert_cmpstr (chain->files->pdata[0], ==, "/vm/raw/data.img");
  g_assert_cmpstr (chain->files->pdata[1], ==, "/base/base.qcow2");
  g_assert_cmpstr (chain->files->pdata[2], ==, "json:{\"driver\": \"nbd\"}");
  g_assert_cmpuint (chain->snapshots, ==, 2);
  g_assert_true (chain->is_encrypted);
}

static void
test_alone (void)
{
  g_autoptr (TplImageChain) chain
      = tpl_image_chain_read ("[{\"filename\": \"/vm/top.qcow2\"}]", NULL);
  g_assert_cmpuint (chain->files->len, ==, 0);
  g_assert_cmpuint (chain->snapshots, ==, 0);
  g_assert_false (chain->is_encrypted);
}

static void
test_nonsense (void)
{
  static const char *const answers[] = { "", "{}", "null", "[3, [], null]", "[{\"snapshots\": 7}]" };
  for (size_t i = 0; i < G_N_ELEMENTS (answers); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (TplImageChain) chain = tpl_image_chain_read (answers[i], &error);
    g_assert_true (chain ? chain->files->len == 0 : error != NULL);
  }
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/image-chain/chain", test_chain);
  g_test_add_func ("/image-chain/alone", test_alone);
  g_test_add_func ("/image-chain/nonsense", test_nonsense);
  return g_test_run ();
}
