/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `gather`: brings the texts that name a guest's disk out of the appliance, in one archive. The
   list says
     file GLOB     a text: "file!PATH" with its content
     exists GLOB   "exists!PATH", without content
     initrd GLOB   an initramfs image: "initrd!PATH", whose content is empty or says why it can't be
                   read
     added GLOB    as initrd, but of what we added to it, if that can be told from the rest; and
     member GLOB   for every image, those of its members: "member!PATH!NAME"
   PATH is how the glob found it, NAME has no leading slash. A file that two paths lead to is
   brought once. With SCAN-LIST and NEEDLES it does what `scan` does, too, for which an image need
   not be unpacked once more: the images are those of LIST. */
#include "helper/command.h"
#include "helper/guest-list.h"
#include "helper/guest-members.h"
#include "helper/guest-scan.h"
#include "helper/newc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MAX_FILE_BYTES = 4 << 20 };

struct gather {
  const struct tpl_guest_list *list;
  FILE *out;
  struct tpl_scan *scan; /* NULL: nothing is looked for */
  const char *keyword; /* of the line being expanded */
  struct seen {
    dev_t device;
    ino_t inode;
  } * seen;
  size_t seen_count;
};

/* Whether that file was brought already; it counts as brought from now on. -1: no memory. */
static int
was_seen (struct gather *gather, const struct stat *status)
{
  for (size_t i = 0; i < gather->seen_count; i++)
    if (gather->seen[i].device == status->st_dev && gather->seen[i].inode == status->st_ino)
      return 1;
  struct seen *seen = reallocarray (gather->seen, gather->seen_count + 1, sizeof *seen);
  if (seen == NULL)
    return -1;
  seen[gather->seen_count++] = (struct seen){status->st_dev, status->st_ino};
  gather->seen = seen;
  return 0;
}

static int
write_entry (const struct gather *gather, const char *kind, const char *path, const char *member,
             const struct tpl_newc_header *header, const char *content)
{
  char *name = NULL;
  if (asprintf (&name, "%s!%s%s%s", kind, path, member != NULL ? "!" : "",
                member != NULL ? member : "") < 0)
    return tpl_fail (path, ENOMEM, "cannot bring it");
  bool fits = strlen (name) < TPL_NEWC_MAX_NAME_BYTES;
  if (fits)
    tpl_newc_write (gather->out, header, name, content);
  free (name);
  return fits ? TPL_EXIT_OK : tpl_fail (path, ENAMETOOLONG, "cannot bring it");
}

static struct tpl_newc_header
header_of (const struct stat *status, size_t size)
{
  return (struct tpl_newc_header){
      .mode = status->st_mode,
      .uid = status->st_uid,
      .gid = status->st_gid,
      .nlink = (uint32_t)status->st_nlink,
      .mtime = (uint32_t)status->st_mtime,
      .size_bytes = (uint32_t)size,
  };
}

static int
gather_file (struct gather *gather, const char *path, const struct tpl_guest_path *found)
{
  char *content = NULL;
  size_t size = 0;
  int errnum = tpl_guest_read_file (found, MAX_FILE_BYTES, &content, &size);
  if (errnum != 0)
    return tpl_fail (path, errnum, "cannot read it");
  struct tpl_newc_header header = header_of (&found->status, size);
  int status = write_entry (gather, "file", path, NULL, &header, content);
  free (content);
  return status;
}

static int
gather_exists (struct gather *gather, const char *path, const struct tpl_guest_path *found)
{
  struct tpl_newc_header header = header_of (&found->status, 0);
  return write_entry (gather, "exists", path, NULL, &header, "");
}

static int
gather_image (struct gather *gather, const char *path, const struct tpl_guest_path *found,
              bool additions)
{
  struct tpl_members members = {0};
  struct tpl_initrd_trouble trouble = {""};
  int fd = tpl_guest_open_file (found, O_RDONLY);
  if (fd < 0)
    return tpl_fail (path, errno, "cannot open it");
  const struct tpl_members_source source = {
      fd, (uint64_t)found->status.st_size, additions,
      gather->scan != NULL ? tpl_scan_visitor (gather->scan) : NULL};
  if (strchr (path, '!') != NULL)
    strcpy (trouble.text, "its name holds a '!'");
  else
    tpl_members_collect (&source, gather->list, &members, &trouble);
  close (fd);

  struct tpl_newc_header header = header_of (&found->status, strlen (trouble.text));
  int status = write_entry (gather, "initrd", path, NULL, &header, trouble.text);
  if (gather->scan != NULL && status == TPL_EXIT_OK)
    status = tpl_scan_end_image (gather->scan, path);
  for (size_t i = 0; i < members.count && status == TPL_EXIT_OK; i++) {
    const struct tpl_member *member = &members.members[i];
    status = write_entry (gather, "member", path, member->name, &member->header, member->content);
  }
  tpl_members_clear (&members);
  return status;
}

static int
gather_initrd (struct gather *gather, const char *path, const struct tpl_guest_path *found)
{
  return gather_image (gather, path, found, false);
}

static int
gather_added (struct gather *gather, const char *path, const struct tpl_guest_path *found)
{
  return gather_image (gather, path, found, true);
}

static const struct keyword {
  const char *name;
  int (*gather) (struct gather *gather, const char *path, const struct tpl_guest_path *found);
} keywords[] = {
    {"file", gather_file},
    {"exists", gather_exists},
    {"initrd", gather_initrd},
    {"added", gather_added},
};

static const struct keyword *
find_keyword (const char *name)
{
  for (size_t i = 0; i < sizeof keywords / sizeof keywords[0]; i++)
    if (strcmp (keywords[i].name, name) == 0)
      return &keywords[i];
  return NULL;
}

static int
visit (void *context, const char *path, const struct tpl_guest_path *found)
{
  struct gather *gather = context;
  /* What is no regular file has no text. */
  if (!S_ISREG (found->status.st_mode))
    return TPL_EXIT_OK;
  int seen = was_seen (gather, &found->status);
  if (seen < 0)
    return tpl_fail (path, ENOMEM, "cannot bring it");
  return seen > 0 ? TPL_EXIT_OK : find_keyword (gather->keyword)->gather (gather, path, found);
}

static int
gather_all (int root_fd, const struct tpl_guest_list *list, struct tpl_scan *scan, FILE *out)
{
  struct gather gather = {.list = list, .out = out, .scan = scan};
  int status = TPL_EXIT_OK;
  for (size_t i = 0; i < list->count && status == TPL_EXIT_OK; i++) {
    gather.keyword = list->lines[i].keyword;
    if (strcmp (gather.keyword, "member") == 0)
      continue;
    if (find_keyword (gather.keyword) == NULL)
      status = tpl_fail (NULL, 0, "the list has a line of unknown kind: %s", gather.keyword);
    else
      status = tpl_guest_glob (root_fd, list->lines[i].text, visit, &gather);
  }
  tpl_newc_write_trailer (out);
  free (gather.seen);
  if (scan != NULL && status == TPL_EXIT_OK)
    status = tpl_scan_files (scan, root_fd, false);
  return status;
}

static int
gather_to (const char *root, const struct tpl_guest_list *list, struct tpl_scan *scan,
           const char *out_path)
{
  int root_fd = tpl_guest_open_root (root);
  if (root_fd < 0)
    return tpl_fail (root, errno, "cannot open the guest's root");
  FILE *out = fopen (out_path, "we");
  if (out == NULL) {
    int status = tpl_fail (out_path, errno, "cannot create it");
    close (root_fd);
    return status;
  }
  int status = gather_all (root_fd, list, scan, out);
  close (root_fd);
  bool failed = ferror (out) != 0;
  if ((fclose (out) != 0 || failed) && status == TPL_EXIT_OK)
    status = tpl_fail (out_path, errno, "cannot write it");
  return status;
}

static int
run_gather (int argc, char **argv)
{
  if (argc != 4 && argc != 6)
    return tpl_usage_error ("three arguments are needed, or five");
  struct tpl_scan *scan = argc == 6 ? tpl_scan_new (argv[4], argv[5]) : NULL;
  if (argc == 6 && scan == NULL)
    return TPL_EXIT_ERROR;
  struct tpl_guest_list list;
  int status = tpl_guest_list_read (argv[2], &list);
  if (status == TPL_EXIT_OK)
    status = gather_to (argv[1], &list, scan, argv[3]);
  tpl_guest_list_clear (&list);
  tpl_scan_free (scan);
  return status;
}

const struct tpl_command tpl_command_gather = {
    .name = "gather",
    .usage = "ROOT LIST OUT [SCAN-LIST NEEDLES]",
    .run = run_gather,
};
