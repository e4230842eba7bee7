/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Archives in memory, from the appliance, and images, from the guest. */
#include "fuzz.h"
#include "helper/initrd.h"
#include "refs/gathered.h"
#include "refs/refs.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static void
read_archive (const char *data, size_t size)
{
  struct tpl_newc_reader reader = {data, size, 0};
  struct tpl_newc_member member;
  size_t last = 0;
  while (tpl_newc_next (&reader, &member) == TPL_NEWC_MEMBER) {
    FUZZ_ASSERT (reader.at > last && reader.at <= size);
    FUZZ_ASSERT (member.content + member.header.size_bytes <= data + size);
    last = reader.at;
  }
}

static bool
want_all (void *context, const char *name, const struct tpl_newc_header *header)
{
  *(uint64_t *)context += strlen (name) + header->size_bytes * UINT64_C (0);
  return true;
}

static void
count_data (void *context, const char *bytes, size_t length)
{
  *(uint64_t *)context += length + (unsigned char)bytes[length - 1] * UINT64_C (0);
}

static void
ignore_end (void *context G_GNUC_UNUSED)
{
}

static void
read_image (const uint8_t *data, size_t size)
{
  int fd = memfd_create ("image", MFD_CLOEXEC);
  FUZZ_ASSERT (fd >= 0 && write (fd, data, size) == (ssize_t)size);
  uint64_t bytes = 0;
  const struct tpl_initrd_visitor visitor = {&bytes, want_all, count_data, ignore_end};
  struct tpl_initrd_trouble trouble = {""};
  bool fine = tpl_initrd_walk (fd, size, &visitor, &trouble);
  FUZZ_ASSERT (fine == (trouble.text[0] == '\0'));

  /* What takes an addition still reads, with the addition in it. */
  static const char archive[] = "";
  size_t addition_bytes = 0;
  trouble.text[0] = '\0';
  char *addition = tpl_initrd_addition (fd, size, archive, 0, &addition_bytes, &trouble);
  if (addition != NULL && fine) {
    FUZZ_ASSERT (pwrite (fd, addition, addition_bytes, (off_t)size) == (ssize_t)addition_bytes);
    FUZZ_ASSERT (tpl_initrd_walk (fd, size + addition_bytes, &visitor, &trouble));
  }
  free (addition);
  close (fd);
}

int
LLVMFuzzerTestOneInput (const uint8_t *data, size_t size)
{
  /* No decompressor is found: a process an input would be slow. */
  g_setenv ("PATH", "/nonexistent", TRUE);
  g_autofree char *copy = g_malloc (size + 1);
  memcpy (copy, data, size);
  read_archive (copy, size);
  read_image (data, size);

  g_autoptr (TplRefMap) map = tpl_ref_map_new ();
  tpl_ref_map_add (map, TPL_REF_VG, "os", "tpl");
  g_autoptr (GBytes) gathered = g_bytes_new (data, size);
  g_autoptr (GError) error = NULL;
  g_autoptr (TplGatheredEdits) edits = tpl_gathered_edit (map, gathered, &error);
  FUZZ_ASSERT ((edits == NULL) == (error != NULL));
  return 0;
}
