#include "helper/dir.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One getdents64 call fills at most this; most directories need one call and the one that says
   "no more". */
enum { read_bytes = 256 * 1024 };

static bool
is_dot_or_dot_dot (const char *name)
{
  return name[0] == '.' && (name[1] == '\0' || (name[1] == '.' && name[2] == '\0'));
}

/* The directory as the kernel gave it: records laid end to end. */
struct raw {
  char *bytes;
  size_t length;
  size_t room;
};

static int
read_raw (int fd, struct raw *raw)
{
  static char buffer[read_bytes] __attribute__ ((aligned (8)));

  for (;;) {
    ssize_t got = getdents64 (fd, buffer, sizeof buffer);
    if (got < 0)
      return errno;
    if (got == 0)
      return 0;
    if (raw->length + (size_t)got > raw->room) {
      size_t room = raw->room * 2 + (size_t)got;
      char *bytes = realloc (raw->bytes, room);
      if (bytes == NULL)
        return ENOMEM;
      raw->bytes = bytes;
      raw->room = room;
    }
    memcpy (raw->bytes + raw->length, buffer, (size_t)got);
    raw->length += (size_t)got;
  }
}

static int
list_entries (struct tpl_dir_list *list, const struct raw *raw)
{
  size_t count = 0;
  for (size_t at = 0; at < raw->length; count++)
    at += ((const struct dirent64 *)(raw->bytes + at))->d_reclen;

  list->entries = calloc (count + 1, sizeof *list->entries);
  if (list->entries == NULL)
    return ENOMEM;
  for (size_t at = 0; at < raw->length;) {
    const struct dirent64 *record = (const struct dirent64 *)(raw->bytes + at);
    at += record->d_reclen;
    if (is_dot_or_dot_dot (record->d_name))
      continue;
    struct tpl_entry *entry = &list->entries[list->count++];
    entry->name = record->d_name;
    entry->ino = record->d_ino;
    entry->type = record->d_type;
  }
  return 0;
}

int
tpl_dir_read (int fd, struct tpl_dir_list *list)
{
  struct raw raw = {0};

  memset (list, 0, sizeof *list);
  int error = read_raw (fd, &raw);
  list->names = raw.bytes;
  return error != 0 ? error : list_entries (list, &raw);
}

static int
compare_names (const void *left, const void *right)
{
  return strcmp (((const struct tpl_entry *)left)->name, ((const struct tpl_entry *)right)->name);
}

static int
compare_inodes (const void *left, const void *right)
{
  const struct tpl_entry *a = left, *b = right;
  if (a->ino != b->ino)
    return a->ino < b->ino ? -1 : 1;
  return strcmp (a->name, b->name);
}

void
tpl_dir_sort_by_inode (struct tpl_dir_list *list)
{
  qsort (list->entries, list->count, sizeof *list->entries, compare_inodes);
}

void
tpl_dir_sort_by_name (struct tpl_dir_list *list)
{
  qsort (list->entries, list->count, sizeof *list->entries, compare_names);
}

void
tpl_dir_keep_directories (struct tpl_dir_list *list)
{
  size_t kept = 0;
  for (size_t i = 0; i < list->count; i++)
    if (list->entries[i].type == DT_DIR)
      list->entries[kept++] = list->entries[i];
  list->count = kept;
  /* A directory of half a million files should not keep their names while others are walked. */
  if (kept == 0)
    tpl_dir_free (list);
}

void
tpl_dir_free (struct tpl_dir_list *list)
{
  free (list->entries);
  free (list->names);
  memset (list, 0, sizeof *list);
}
