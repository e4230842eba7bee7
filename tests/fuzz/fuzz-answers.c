/* SPDX-License-Identifier: GPL-3.0-or-later */
/* What the appliance's tools answer: the guest's disk may have taken the appliance over. The first
 * byte chooses who answers; a zero parts two texts. */
#include "fuzz.h"

#include <string.h>

#include "adapt/luks-status.h"
#include "adapt/lvm-report.h"
#include "fs/btrfs-survey.h"
#include "fs/fs.h"
#include "stage/run.h"

static void
read_lvm (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) pvs = g_ptr_array_new ();
  TplPhysicalVolume first = {.id = (char *)"part:2", .uuid = (char *)"pv-1"};
  TplPhysicalVolume second = {.id = (char *)"part:3", .uuid = (char *)"pv-2"};
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  g_ptr_array_add (pvs, &first);
  g_ptr_array_add (pvs, &second);
  if (tpl_lvm_report_read (text, pvs, layout, &error))
    g_ptr_array_unref (tpl_layout_volumes (layout));
  else
    FUZZ_ASSERT (error != NULL && error->message[0] != '\0');
  tpl_value_free (&tpl_layout_type, layout);
}

static void
read_btrfs (const char *text)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GPtrArray) subvolumes = tpl_run_subvolumes_new ();
  TplVolume *volume = tpl_value_new (&tpl_volume_type);
  volume->id = g_strdup ("part:1");
  volume->size_bytes = 1 << 30;
  if (tpl_btrfs_survey_read (text, volume, subvolumes, &error)) {
    FUZZ_ASSERT (volume->used_bytes <= volume->size_bytes);
    tpl_btrfs_survey_check (volume, subvolumes, "refuse", NULL);
    tpl_btrfs_survey_check (volume, subvolumes, "drop", NULL);
  } else
    FUZZ_ASSERT (error != NULL && error->message[0] != '\0');
  tpl_value_free (&tpl_volume_type, volume);
}

static void
read_luks (const char *dump, const char *status)
{
  g_autoptr (GError) error = NULL;
  TplLuksStatus found = {0};
  FUZZ_ASSERT (tpl_luks_status_read (dump, status, &found, &error) == (error == NULL));
  FUZZ_ASSERT (error != NULL || found.header_bytes > 0);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  if (size == 0)
    return 0;
  g_autofree char *first = g_strndup ((const char *)data + 1, size - 1);
  const size_t end = strlen (first) + 1;
  g_autofree char *second
      = end < size - 1 ? g_strndup ((const char *)data + 1 + end, size - 1 - end) : g_strdup ("");
  if (data[0] == 'l')
    read_lvm (first);
  else if (data[0] == 'b')
    read_btrfs (first);
  else
    read_luks (first, second);
  return 0;
}
