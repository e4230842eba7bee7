/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/guest-scan.h"

#include "helper/command.h"
#include "helper/escape.h"
#include "helper/guest-list.h"
#include "helper/guest-search.h"
#include "helper/uki.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { MAX_FILE_BYTES = 4 << 20 };

struct hit {
  char *member;
  size_t needle;
};

struct tpl_scan {
  struct tpl_guest_list list;
  struct tpl_guest_list needles;
  struct tpl_search *search;
  struct tpl_initrd_visitor visitor;
  bool *found;         /* one a needle */
  const char *keyword; /* of the list's line being expanded */
  /* Of the image being read: */
  char *content; /* room for MAX_FILE_BYTES */
  size_t filled;
  struct tpl_newc_header header;
  char member[TPL_NEWC_MAX_NAME_BYTES];
  struct hit *hits;
  size_t hit_count;
  bool no_memory;
};

static void
print_hit (const struct tpl_scan *scan, const char *path, const char *member, size_t needle)
{
  const char *text = scan->needles.lines[needle].text;
  tpl_escape_write (stdout, path, strlen (path));
  if (member != NULL) {
    putchar ('!');
    tpl_escape_write (stdout, member, strlen (member));
  }
  putchar ('\t');
  tpl_escape_write (stdout, text, strlen (text));
  putchar ('\n');
}

static void
search (struct tpl_scan *scan, const char *content, size_t size)
{
  memset (scan->found, 0, scan->needles.count);
  tpl_search_run (scan->search, content, size, scan->found);
}

static int
scan_file (struct tpl_scan *scan, const char *path, const struct tpl_guest_path *found)
{
  char *content = NULL;
  size_t size = 0;
  int errnum = tpl_guest_read_file (found, MAX_FILE_BYTES, &content, &size);
  if (errnum == EFBIG)
    return TPL_EXIT_OK;
  if (errnum != 0)
    return tpl_fail (path, errnum, "cannot read it");
  search (scan, content, size);
  free (content);
  for (size_t i = 0; i < scan->needles.count; i++)
    if (scan->found[i])
      print_hit (scan, path, NULL, i);
  return TPL_EXIT_OK;
}

/* A later member hides what was found in an earlier one of its name. */
static void
forget_member (struct tpl_scan *scan, const char *name)
{
  size_t kept = 0;
  for (size_t i = 0; i < scan->hit_count; i++)
    if (strcmp (scan->hits[i].member, name) == 0)
      free (scan->hits[i].member);
    else
      scan->hits[kept++] = scan->hits[i];
  scan->hit_count = kept;
}

static bool
begin_member (void *context, const char *name, const struct tpl_newc_header *header)
{
  struct tpl_scan *scan = context;
  /* A hard link without content says nothing of the file's content. */
  if (!S_ISREG (header->mode) || header->nlink < 2 || header->size_bytes > 0)
    forget_member (scan, name);
  if (header->size_bytes == 0 || header->size_bytes > MAX_FILE_BYTES)
    return false;
  stpcpy (scan->member, name);
  scan->header = *header;
  scan->filled = 0;
  return true;
}

static void
add_hit (struct tpl_scan *scan, size_t needle)
{
  struct hit *hits = reallocarray (scan->hits, scan->hit_count + 1, sizeof *hits);
  char *member = hits != NULL ? strdup (scan->member) : NULL;
  scan->hits = hits != NULL ? hits : scan->hits;
  scan->no_memory = scan->no_memory || member == NULL;
  if (member != NULL)
    scan->hits[scan->hit_count++] = (struct hit){member, needle};
}

static void
member_data (void *context, const char *bytes, size_t length)
{
  struct tpl_scan *scan = context;
  memcpy (scan->content + scan->filled, bytes, length);
  scan->filled += length;
  if (scan->filled < scan->header.size_bytes)
    return;
  search (scan, scan->content, scan->filled);
  for (size_t i = 0; i < scan->needles.count; i++)
    if (scan->found[i])
      add_hit (scan, i);
}

static void
archive_end (void *context)
{
  (void)context;
}

const struct tpl_initrd_visitor *
tpl_scan_visitor (struct tpl_scan *scan)
{
  return &scan->visitor;
}

int
tpl_scan_end_image (struct tpl_scan *scan, const char *path)
{
  for (size_t i = 0; i < scan->hit_count; i++) {
    print_hit (scan, path, scan->hits[i].member, scan->hits[i].needle);
    free (scan->hits[i].member);
  }
  scan->hit_count = 0;
  return scan->no_memory ? tpl_fail (path, ENOMEM, "cannot remember what was found") : TPL_EXIT_OK;
}

static int
scan_image (struct tpl_scan *scan, const char *path, int fd, uint64_t size_bytes)
{
  struct tpl_initrd_trouble trouble = {""};
  bool fine = tpl_initrd_walk (fd, size_bytes, &scan->visitor, &trouble);
  int status = tpl_scan_end_image (scan, path);
  return status != TPL_EXIT_OK || fine
             ? status
             : tpl_fail (path, 0, "cannot read the image: %s", trouble.text);
}

static int
scan_initrd (struct tpl_scan *scan, const char *path, const struct tpl_guest_path *found)
{
  int fd = tpl_guest_open_file (found, O_RDONLY);
  if (fd < 0)
    return tpl_fail (path, errno, "cannot open it");
  int status = scan_image (scan, path, fd, (uint64_t)found->status.st_size);
  close (fd);
  return status;
}

/* The image within a unified kernel image, in a file of its own for the time. */
static int
scan_section (struct tpl_scan *scan, const char *path, const unsigned char *image, size_t size_bytes)
{
  int fd = memfd_create ("initrd", MFD_CLOEXEC);
  size_t done = 0;
  int status = fd < 0 ? tpl_fail (path, errno, "cannot unpack it") : TPL_EXIT_OK;
  while (status == TPL_EXIT_OK && done < size_bytes) {
    ssize_t n = write (fd, image + done, size_bytes - done);
    if (n < 0 && errno != EINTR)
      status = tpl_fail (path, errno, "cannot unpack it");
    done += n > 0 ? (size_t)n : 0;
  }
  if (status == TPL_EXIT_OK)
    status = scan_image (scan, path, fd, size_bytes);
  if (fd >= 0)
    close (fd);
  return status;
}

static int
scan_program (struct tpl_scan *scan, const char *path, const struct tpl_guest_path *found)
{
  size_t size = (size_t)found->status.st_size;
  size_t offset = 0;
  size_t length = 0;
  int status = TPL_EXIT_OK;
  int fd = size > 0 ? tpl_guest_open_file (found, O_RDONLY) : -1;
  if (size == 0)
    return TPL_EXIT_OK;
  void *data = fd >= 0 ? mmap (NULL, size, PROT_READ, MAP_PRIVATE, fd, 0) : MAP_FAILED;
  if (data == MAP_FAILED)
    status = tpl_fail (path, errno, "cannot read it");
  if (fd >= 0)
    close (fd);
  if (data == MAP_FAILED)
    return status;
  search (scan, data, size);
  for (size_t i = 0; i < scan->needles.count; i++)
    if (scan->found[i])
      print_hit (scan, path, NULL, i);
  if (tpl_uki_section (data, size, ".initrd", &offset, &length))
    status = scan_section (scan, path, (const unsigned char *)data + offset, length);
  munmap (data, size);
  return status;
}

static int
visit (void *context, const char *path, const struct tpl_guest_path *found)
{
  struct tpl_scan *scan = context;
  if (!S_ISREG (found->status.st_mode))
    return TPL_EXIT_OK;
  if (strcmp (scan->keyword, "initrd") == 0)
    return scan_initrd (scan, path, found);
  if (strcmp (scan->keyword, "program") == 0)
    return scan_program (scan, path, found);
  /* An image's bytes hold what an addition hides: they say nothing. */
  if (tpl_guest_list_matches (&scan->list, "initrd", path))
    return TPL_EXIT_OK;
  return scan_file (scan, path, found);
}

int
tpl_scan_files (struct tpl_scan *scan, int root_fd, bool images)
{
  int status = TPL_EXIT_OK;
  for (size_t i = 0; i < scan->list.count && status == TPL_EXIT_OK; i++) {
    const struct tpl_guest_line *line = &scan->list.lines[i];
    bool image = strcmp (line->keyword, "initrd") == 0;
    if (!image && strcmp (line->keyword, "file") != 0 && strcmp (line->keyword, "program") != 0)
      return tpl_fail (NULL, 0, "the list has a line of unknown kind: %s", line->keyword);
    scan->keyword = line->keyword;
    if (images || !image)
      status = tpl_guest_glob (root_fd, line->text, visit, scan);
  }
  return status;
}

/* Its lists are read. */
static bool
prepare (struct tpl_scan *scan)
{
  scan->search = tpl_search_new (&scan->needles);
  scan->visitor = (struct tpl_initrd_visitor){scan, begin_member, member_data, archive_end};
  scan->found = calloc (scan->needles.count + 1, sizeof *scan->found);
  scan->content = malloc (MAX_FILE_BYTES);
  if (scan->search != NULL && scan->found != NULL && scan->content != NULL)
    return true;
  tpl_fail (NULL, 0, "no memory, or a needle of less than two bytes");
  return false;
}

struct tpl_scan *
tpl_scan_new (const char *list_path, const char *needles_path)
{
  struct tpl_scan *scan = calloc (1, sizeof *scan);
  if (scan == NULL) {
    tpl_fail (NULL, errno, "cannot scan");
    return NULL;
  }
  if (tpl_guest_list_read (list_path, &scan->list) == TPL_EXIT_OK
      && tpl_guest_list_read (needles_path, &scan->needles) == TPL_EXIT_OK && prepare (scan))
    return scan;
  tpl_scan_free (scan);
  return NULL;
}

void
tpl_scan_free (struct tpl_scan *scan)
{
  if (scan == NULL)
    return;
  free (scan->content);
  free (scan->found);
  free (scan->hits);
  tpl_search_free (scan->search);
  tpl_guest_list_clear (&scan->list);
  tpl_guest_list_clear (&scan->needles);
  free (scan);
}
