/* SPDX-License-Identifier: GPL-3.0-or-later */
/* A partition table from a guest: the input's first half is the disk's start, the second its end.
 * It is read or refused; what was read lies on the disk. */
#include "fuzz.h"

#include "adapt/ebr.h"
#include "adapt/table.h"
#include "tpl-shrink.h"

#include <glib/gstdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DISK_BYTES (16u << 20)

/* libparted 3.5 forgets a partition when the table that has it proves to be damaged. That is once
 * in a run, and not ours to mend. */
const char *__lsan_default_suppressions (void);

const char *
__lsan_default_suppressions (void)
{
  return "leak:libparted";
}

/* The mirror's reader of a real appliance, which a test has not. */
TplReader
tpl_appliance_reader (TplAppliance *appliance, const char *device)
{
  (void)appliance, (void)device;
  abort ();
}

gboolean
tpl_appliance_write (TplAppliance *appliance, const char *device, guint64 offset_bytes,
                     GBytes *bytes, GError **error)
{
  (void)appliance, (void)device, (void)offset_bytes, (void)bytes, (void)error;
  abort ();
}

static void
check (const TplMirror *mirror, const TplLayout *layout)
{
  for (guint i = 0; i < layout->partitions->len; i++) {
    const TplPartition *partition = layout->partitions->pdata[i];
    FUZZ_ASSERT (partition->start_bytes < partition->end_bytes);
    FUZZ_ASSERT (partition->end_bytes <= DISK_BYTES);
    tpl_ebr_type_offset (mirror, partition->start_bytes, layout->sector_bytes);
  }
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  static TplMirror mirror = {.fd = -1, .size_bytes = DISK_BYTES, .sector_bytes = 512};
  const size_t head = size / 2;
  g_autoptr (GError) error = NULL;
  if (mirror.fd < 0) {
    mirror.fd = memfd_create ("disk", MFD_CLOEXEC);
    mirror.path = g_strdup_printf ("/proc/%d/fd/%d", getpid (), mirror.fd);
  }
  FUZZ_ASSERT (size < DISK_BYTES && ftruncate (mirror.fd, 0) == 0
               && ftruncate (mirror.fd, DISK_BYTES) == 0);
  FUZZ_ASSERT (pwrite (mirror.fd, data, head, 0) == (ssize_t)head);
  FUZZ_ASSERT (pwrite (mirror.fd, data + head, size - head, (off_t)(DISK_BYTES - (size - head)))
               == (ssize_t)(size - head));
  TplLayout *layout = tpl_value_new (&tpl_layout_type);
  if (tpl_table_read (&mirror, layout, &error))
    check (&mirror, layout);
  else
    FUZZ_ASSERT (error != NULL && error->message[0] != '\0');
  tpl_value_free (&tpl_layout_type, layout);
  return 0;
}
