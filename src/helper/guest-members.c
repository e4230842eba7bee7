/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/guest-members.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum {
  MAX_MEMBERS = 65536,
  MAX_MEMBER_BYTES = 4 << 20,
  MAX_TOTAL_BYTES = 64 << 20,
  /* Hard-linked members of any name are remembered up to this size, since a chosen one may be
     linked to one that is not chosen but carries the content. Texts that name a disk are far
     smaller. */
  MAX_LINKED_BYTES = 64 << 10,
};

struct collector {
  const struct tpl_guest_list *list;
  struct tpl_members *kept;  /* chosen */
  struct tpl_members linked; /* of the current archive: hard links with content, chosen or not */
  char *content;             /* of the member being read; NULL: it is not wanted */
  size_t filled;
  struct tpl_newc_header header;
  char name[TPL_NEWC_MAX_NAME_BYTES];
  size_t total_bytes;
  unsigned archive;
  const char *trouble;
};

static void
clear_member (struct tpl_member *member)
{
  free (member->name);
  free (member->content);
}

void
tpl_members_clear (struct tpl_members *members)
{
  for (size_t i = 0; i < members->count; i++)
    clear_member (&members->members[i]);
  free (members->members);
  *members = (struct tpl_members){0};
}

static bool
is_linked (const struct tpl_newc_header *header)
{
  return S_ISREG (header->mode) && header->nlink > 1;
}

static bool
same_inode (const struct tpl_newc_header *a, const struct tpl_newc_header *b)
{
  return a->ino == b->ino && a->major == b->major && a->minor == b->minor;
}

/* Puts a member into MEMBERS, in the place of an older one of its name. Takes CONTENT over. */
static void
put (struct collector *collector, struct tpl_members *members, char *content)
{
  size_t at = 0;
  while (at < members->count && strcmp (members->members[at].name, collector->name) != 0)
    at++;
  if (at == members->count) {
    struct tpl_member *grown =
        at < MAX_MEMBERS ? reallocarray (members->members, at + 1, sizeof *grown) : NULL;
    char *name = grown != NULL ? strdup (collector->name) : NULL;
    members->members = grown != NULL ? grown : members->members;
    if (name == NULL) {
      collector->trouble = "it has too many members to be remembered";
      free (content);
      return;
    }
    members->members[at] = (struct tpl_member){.name = name};
    members->count++;
  }
  struct tpl_member *member = &members->members[at];
  free (member->content);
  member->content = content;
  member->header = collector->header;
  member->archive = collector->archive;
}

static char *
copy_of (const char *content, size_t size)
{
  char *copy = malloc (size + 1);
  if (copy != NULL)
    memcpy (copy, content, size);
  return copy;
}

/* The content of the member being read is whole: keep it. */
static void
finish (struct collector *collector, bool chosen)
{
  char *content = collector->content;
  collector->content = NULL;
  if (is_linked (&collector->header) && collector->header.size_bytes > 0) {
    char *copy = copy_of (content, collector->header.size_bytes);
    if (copy != NULL)
      put (collector, &collector->linked, copy);
  }
  if (chosen)
    put (collector, collector->kept, content);
  else
    free (content);
}

static bool
is_chosen (const struct collector *collector)
{
  return (S_ISREG (collector->header.mode) || S_ISLNK (collector->header.mode)) &&
         tpl_guest_list_matches (collector->list, "member", collector->name);
}

static bool
begin (void *context, const char *name, const struct tpl_newc_header *header)
{
  struct collector *collector = context;
  collector->header = *header;
  stpcpy (collector->name, name);
  bool chosen = is_chosen (collector);
  size_t size = header->size_bytes;
  bool wanted = chosen || (is_linked (header) && size > 0 && size <= MAX_LINKED_BYTES);
  if (!wanted || collector->trouble != NULL)
    return false;
  collector->total_bytes += size;
  if (size > MAX_MEMBER_BYTES || collector->total_bytes > MAX_TOTAL_BYTES) {
    /* Hard links that are not chosen are a guess at what may be needed; they may be dropped. */
    if (chosen)
      collector->trouble = "it has members too large for what they should be";
    return false;
  }
  collector->content = malloc (size + 1);
  collector->filled = 0;
  if (collector->content == NULL)
    collector->trouble = "there is no memory for its members";
  else if (size == 0)
    finish (collector, chosen);
  return collector->content != NULL;
}

static void
data (void *context, const char *bytes, size_t length)
{
  struct collector *collector = context;
  memcpy (collector->content + collector->filled, bytes, length);
  collector->filled += length;
  if (collector->filled == collector->header.size_bytes)
    finish (collector, is_chosen (collector));
}

/* Gives hard links without content that of another name of theirs. */
static void
archive_end (void *context)
{
  struct collector *collector = context;
  for (size_t i = 0; i < collector->kept->count; i++) {
    struct tpl_member *member = &collector->kept->members[i];
    if (member->archive != collector->archive || !is_linked (&member->header) ||
        member->header.size_bytes > 0)
      continue;
    for (size_t j = 0; j < collector->linked.count; j++) {
      const struct tpl_member *other = &collector->linked.members[j];
      char *content = same_inode (&other->header, &member->header)
                          ? copy_of (other->content, other->header.size_bytes)
                          : NULL;
      if (content == NULL)
        continue;
      free (member->content);
      member->content = content;
      member->header.size_bytes = other->header.size_bytes;
    }
  }
  tpl_members_clear (&collector->linked);
  collector->archive++;
}

/* Two who see the same image. */
struct both {
  const struct tpl_initrd_visitor *visitors[2];
  bool wanted[2]; /* of the member being read */
};

static bool
begin_both (void *context, const char *name, const struct tpl_newc_header *header)
{
  struct both *both = context;
  for (int i = 0; i < 2; i++)
    both->wanted[i] = both->visitors[i]->begin (both->visitors[i]->context, name, header);
  return both->wanted[0] || both->wanted[1];
}

static void
data_both (void *context, const char *bytes, size_t length)
{
  const struct both *both = context;
  for (int i = 0; i < 2; i++)
    if (both->wanted[i])
      both->visitors[i]->data (both->visitors[i]->context, bytes, length);
}

static void
archive_end_both (void *context)
{
  const struct both *both = context;
  for (int i = 0; i < 2; i++)
    both->visitors[i]->archive_end (both->visitors[i]->context);
}

bool
tpl_members_collect (const struct tpl_members_source *source, const struct tpl_guest_list *list,
                     struct tpl_members *members, struct tpl_initrd_trouble *trouble)
{
  struct collector collector = {.list = list, .kept = members};
  const struct tpl_initrd_visitor own = {&collector, begin, data, archive_end};
  struct both both = {.visitors = {&own, source->witness}};
  const struct tpl_initrd_visitor seen = {&both, begin_both, data_both, archive_end_both};
  const struct tpl_initrd_visitor *visitor = source->witness != NULL ? &seen : &own;
  bool fine = source->additions
                  ? tpl_initrd_walk_additions (source->fd, source->size_bytes, visitor, trouble)
                  : tpl_initrd_walk (source->fd, source->size_bytes, visitor, trouble);
  free (collector.content);
  tpl_members_clear (&collector.linked);
  if (fine && collector.trouble != NULL) {
    snprintf (trouble->text, sizeof trouble->text, "%s", collector.trouble);
    return false;
  }
  return fine;
}
