/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "helper/guest-list.h"

#include "helper/command.h"
#include "helper/guest-glob.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void
tpl_guest_list_clear (struct tpl_guest_list *list)
{
  free (list->lines);
  free (list->storage);
  *list = (struct tpl_guest_list){ 0 };
}

/* Adds the line at TEXT, which is cut in two. */
static int
add_line (struct tpl_guest_list *list, char *text)
{
  if (*text == '\0' || *text == '#')
    return TPL_EXIT_OK;
  char *space = strchr (text, ' ');
  if (space == NULL || space[1] == '\0')
    return tpl_fail (NULL, 0, "a list's line has no text behind its keyword: %s", text);
  struct tpl_guest_line *lines = reallocarray (list->lines, list->count + 1, sizeof *lines);
  if (lines == NULL)
    return tpl_fail (NULL, errno, "cannot read a list");
  *space = '\0';
  lines[list->count++] = (struct tpl_guest_line){ text, space + 1 };
  list->lines = lines;
  return TPL_EXIT_OK;
}

int
tpl_guest_list_read (const char *path, struct tpl_guest_list *list)
{
  *list = (struct tpl_guest_list){ 0 };
  FILE *file = fopen (path, "re");
  if (file == NULL)
    return tpl_fail (path, errno, "cannot open the list");
  size_t room = 0;
  ssize_t length = getdelim (&list->storage, &room, '\0', file);
  int errnum = ferror (file) ? errno : 0;
  fclose (file);
  if (errnum != 0)
    return tpl_fail (path, errnum, "cannot read the list");

  int status = TPL_EXIT_OK;
  char *rest = length > 0 ? list->storage : NULL;
  char *line;
  while (status == TPL_EXIT_OK && (line = strsep (&rest, "\n")) != NULL)
    status = add_line (list, line);
  return status;
}

bool
tpl_guest_list_matches (const struct tpl_guest_list *list, const char *keyword, const char *text)
{
  for (size_t i = 0; i < list->count; i++)
    if (strcmp (list->lines[i].keyword, keyword) == 0 && tpl_glob_match (list->lines[i].text, text))
      return true;
  return false;
}

struct glob {
  int root_fd;
  tpl_guest_visit visit;
  void *context;
};

static int expand (const struct glob *glob, const char *below, const char *pattern, int depth);

static int
sort_names (const struct dirent **a, const struct dirent **b)
{
  return strcmp ((*a)->d_name, (*b)->d_name);
}

static int
is_no_dot (const struct dirent *entry)
{
  return strcmp (entry->d_name, ".") != 0 && strcmp (entry->d_name, "..") != 0;
}

/* The sorted names in a directory of the guest; -1 with errno. */
static int
list_directory (const struct glob *glob, const char *path, struct dirent ***names)
{
  struct tpl_guest_path found;
  int errnum = tpl_guest_resolve (glob->root_fd, path, true, &found);
  if (errnum != 0) {
    errno = errnum;
    return -1;
  }
  /* scandirat's directory is opened with O_DIRECTORY: it cannot wait on a FIFO. */
  int count = S_ISDIR (found.status.st_mode)
                ? scandirat (found.parent_fd, found.name, names, is_no_dot, sort_names)
                : (errno = ENOTDIR, -1);
  int saved = errno;
  tpl_guest_path_clear (&found);
  errno = saved;
  return count;
}

static bool
leads_nowhere (int errnum)
{
  return errnum == ENOENT || errnum == ENOTDIR || errnum == ELOOP;
}

static int
visit_path (const struct glob *glob, const char *path)
{
  struct tpl_guest_path found;
  int errnum = tpl_guest_resolve (glob->root_fd, path, true, &found);
  if (leads_nowhere (errnum))
    return TPL_EXIT_OK;
  if (errnum != 0)
    return tpl_fail (path, errnum, "cannot resolve it in the guest");
  int status =
    S_ISDIR (found.status.st_mode) ? TPL_EXIT_OK : glob->visit (glob->context, path, &found);
  tpl_guest_path_clear (&found);
  return status;
}

/* Whether BELOW/NAME is itself a directory: a link to one is not. */
static bool
is_directory (const struct glob *glob, const char *path)
{
  struct tpl_guest_path found;
  if (tpl_guest_resolve (glob->root_fd, path, false, &found) != 0)
    return false;
  bool result = S_ISDIR (found.status.st_mode);
  tpl_guest_path_clear (&found);
  return result;
}

/* One name in a directory, against the pattern's first component and, behind a slash, REST (NULL: none). */
static int
expand_name (const struct glob *glob, const char *below, const char *name, const char *component,
             const char *rest, int depth)
{
  char *path = NULL;
  if (asprintf (&path, "%s/%s", below, name) < 0)
    return tpl_fail (below, ENOMEM, "cannot list it");
  int status = TPL_EXIT_OK;
  if (strcmp (component, "**") == 0) {
    char *again = NULL;
    if (is_directory (glob, path) && asprintf (&again, "**%s%s", rest ? "/" : "", rest ? rest : "") > 0)
      status = expand (glob, path, again, depth + 1);
    free (again);
    if (status == TPL_EXIT_OK && rest == NULL)
      status = visit_path (glob, path);
  } else if (tpl_glob_match (component, name)) {
    status = rest == NULL ? visit_path (glob, path) : expand (glob, path, rest, depth + 1);
  }
  free (path);
  return status;
}

static int
expand_directory (const struct glob *glob, const char *below, const char *component, const char *rest,
                  int depth)
{
  int status = TPL_EXIT_OK;
  /* `**` stands for no directory as well. */
  if (strcmp (component, "**") == 0 && rest != NULL)
    status = expand (glob, below, rest, depth);

  struct dirent **names = NULL;
  int count = status == TPL_EXIT_OK ? list_directory (glob, below, &names) : 0;
  if (count < 0)
    return leads_nowhere (errno) ? TPL_EXIT_OK : tpl_fail (below, errno, "cannot list the directory");
  for (int i = 0; i < count; i++) {
    if (status == TPL_EXIT_OK)
      status = expand_name (glob, below, names[i]->d_name, component, rest, depth);
    free (names[i]);
  }
  free (names);
  return status;
}

/* Expands PATTERN (without a leading slash) in the directory BELOW. */
static int
expand (const struct glob *glob, const char *below, const char *pattern, int depth)
{
  enum { MAX_DEPTH = 128 };
  if (depth > MAX_DEPTH)
    return tpl_fail (below, ELOOP, "directories are nested too deeply to look into");

  pattern += strspn (pattern, "/");
  const char *slash = strchr (pattern, '/');
  char *component = slash != NULL ? strndup (pattern, (size_t) (slash - pattern)) : strdup (pattern);
  const char *rest = slash != NULL ? slash + 1 : NULL;
  if (component == NULL)
    return tpl_fail (below, ENOMEM, "cannot list it");

  int status;
  char *path = NULL;
  if (tpl_glob_has_magic (component))
    status = expand_directory (glob, below, component, rest, depth);
  else if (asprintf (&path, "%s/%s", below, component) < 0)
    status = tpl_fail (below, ENOMEM, "cannot list it");
  else
    status = rest == NULL ? visit_path (glob, path) : expand (glob, path, rest, depth + 1);
  free (path);
  free (component);
  return status;
}

int
tpl_guest_glob (int root_fd, const char *glob, tpl_guest_visit visit, void *context)
{
  const struct glob state = { root_fd, visit, context };
  return expand (&state, "", glob, 0);
}
