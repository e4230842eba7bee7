/* What inodes are, besides their content: owners, attributes, times, flags. */
#include "nasty.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* VFS_CAP_REVISION_2 with cap_net_raw, effective and permitted. */
static const unsigned char capability[20] = {0x01, 0, 0, 0x02, 0x00, 0x20};

static void
owned (const char *name, uid_t uid, gid_t gid, mode_t mode)
{
  nasty_write (name, 0, 100, mode);
  if (chown (name, uid, gid) != 0 || chmod (name, mode) != 0)
    nasty_die ("chown", name);
}

static void
make_owners (void)
{
  nasty_mkdir ("owners", 0755);
  owned ("owners/highest", UINT32_MAX - 1, UINT32_MAX - 1, 0644);
  owned ("owners/setuid", 1000, 100, 06755);
  owned ("owners/root-setuid", 0, 0, 04711);
  owned ("owners/unreadable", 1, 2, 0000);
  owned ("owners/sticky", 0, 5, 01644);
  nasty_mkdir ("owners/setgid", 0755);
  if (chown ("owners/setgid", 7, 8) != 0 || chmod ("owners/setgid", 02770) != 0)
    nasty_die ("chown", "owners/setgid");
  owned ("owners/setgid/other-group", 3, 4, 0600);
  if (mkdir ("owners/closed", 0) != 0 || symlink ("x", "owners/link") != 0 ||
      lchown ("owners/link", 12345, 54321) != 0)
    nasty_die ("make", "owners");
  owned ("owners/closed/inside", 9, 9, 0);
}

static void
make_xattrs (void)
{
  static char big[65536];
  memset (big, 'v', sizeof big);

  nasty_mkdir ("xattrs", 0755);
  nasty_write ("xattrs/file", 0, 10, 1);
  nasty_set_xattr ("xattrs/file", "user.plain", "value", 5);
  nasty_set_xattr ("xattrs/file", "user.empty", "", 0);
  nasty_set_xattr ("xattrs/file", "user.\xff\n", "\0\1\2", 3);
  nasty_set_xattr ("xattrs/file", "user.big", big, sizeof big);
  nasty_set_xattr ("xattrs/file", "trusted.t", "T", 1);
  nasty_set_xattr ("xattrs/file", "security.selinux", "system_u:object_r:etc_t:s0", 27);
  nasty_write ("xattrs/many", 0, 10, 1);
  for (int i = 0; i < 400; i++) {
    char key[64];
    snprintf (key, sizeof key, "user.attribute-number-%d", i);
    nasty_set_xattr ("xattrs/many", key, key, strlen (key));
  }
  nasty_write ("xattrs/capable", 0, 5000, 2);
  if (chown ("xattrs/capable", 1000, 1000) != 0 || chmod ("xattrs/capable", 0755) != 0)
    nasty_die ("chown", "xattrs/capable");
  nasty_set_xattr ("xattrs/capable", "security.capability", capability, sizeof capability);
  if (symlink ("file", "xattrs/link") != 0 || mkfifo ("xattrs/fifo", 0600) != 0 ||
      mknod ("xattrs/null", S_IFCHR | 0666, 0x103) != 0)
    nasty_die ("make", "xattrs");
  nasty_set_xattr ("xattrs/link", "trusted.link", "L", 1);
  nasty_set_xattr ("xattrs/link", "security.selinux", "system_u:object_r:lib_t:s0", 27);
  nasty_set_xattr ("xattrs/fifo", "trusted.fifo", "F", 1);
  nasty_set_xattr ("xattrs/null", "trusted.null", "N", 1);
  nasty_set_xattr ("xattrs", "user.directory", "D", 1);
}

static void
make_acls (void)
{
  nasty_mkdir ("acls", 0750);
  nasty_write ("acls/file", 0, 10, 1);
  nasty_set_acl ("acls/file", "system.posix_acl_access", 1234, 6);
  nasty_set_acl ("acls/file", "system.posix_acl_access", 1234, 6);
  if (mkfifo ("acls/fifo", 0600) != 0)
    nasty_die ("mkfifo", "acls/fifo");
  nasty_set_acl ("acls/fifo", "system.posix_acl_access", 99, 5);
  nasty_mkdir ("acls/default", 0755);
  nasty_write ("acls/default/made-before", 0, 10, 1);
  nasty_mkdir ("acls/default/directory-before", 0755);
  nasty_set_acl ("acls/default", "system.posix_acl_default", 77, 7);
  nasty_set_acl ("acls/default", "system.posix_acl_access", 78, 7);
}

/* Project 42 is handed down here; not everything inside has it. */
static void
make_projects (void)
{
  nasty_mkdir ("project", 0755);
  nasty_set_attr ("project", FS_XFLAG_PROJINHERIT, 42, 0, 0);
  nasty_write ("project/inherits", 0, 10, 1);
  nasty_write ("project/none", 0, 10, 1);
  nasty_set_attr ("project/none", 0, 0, 0, 0);
  nasty_write ("project/other", 0, 10, 1);
  nasty_set_attr ("project/other", 0, 4000000000u, 0, 0);
  nasty_mkdir ("project/directory", 0755);
  nasty_mkdir ("project/directory-without", 0755);
  nasty_set_attr ("project/directory-without", 0, 0, 0, 0);
  if (symlink ("x", "project/link") != 0 || mkfifo ("project/fifo", 0600) != 0 ||
      symlink ("x", "project/directory-without/link") != 0 ||
      link ("project/fifo", "project/directory/fifo") != 0)
    nasty_die ("make", "project");
  nasty_write ("project/linked", 0, 10, 1);
  if (link ("project/linked", "project/directory/linked") != 0)
    nasty_die ("link", "project/linked");
}

void
nasty_make_attributes (const struct nasty_options *options)
{
  (void)options;
  make_owners ();
  make_xattrs ();
  make_acls ();
  make_projects ();
  if (chown (".", 21, 22) != 0 || chmod (".", 01751) != 0)
    nasty_die ("chown", ".");
  nasty_set_xattr (".", "trusted.root", "R", 1);
}

static const struct {
  const char *name;
  int64_t seconds;
  long nanoseconds;
  bool needs_bigtime;
} dates[] = {
    {"earliest", INT32_MIN, 1, false},
    {"before-1970", -86399, 999999999, false},
    {"epoch", 0, 0, false},
    {"one-ns", 0, 1, false},
    {"last-of-32-bit", INT32_MAX, 999999999, false},
    {"y2038", (int64_t)INT32_MAX + 1, 5, true},
    {"y2100", 4102444800, 123456789, true},
    {"y2486", 16299260424, 1, true},
};

static void
set_times (const char *name, int64_t seconds, long nanoseconds)
{
  const struct timespec times[2] = {{.tv_sec = seconds, .tv_nsec = nanoseconds},
                                    {.tv_sec = seconds, .tv_nsec = nanoseconds}};
  if (utimensat (AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW) != 0)
    nasty_die ("set the times of", name);
}

static void
make_dates (const struct nasty_options *options)
{
  if (mkdir ("dates", 0755) != 0 || chdir ("dates") != 0)
    nasty_die ("mkdir", "dates");
  for (size_t i = 0; i < sizeof dates / sizeof dates[0]; i++) {
    char name[64];
    if (dates[i].needs_bigtime && !options->has_bigtime)
      continue;
    nasty_write (dates[i].name, 0, 1, 1);
    set_times (dates[i].name, dates[i].seconds, dates[i].nanoseconds);
    snprintf (name, sizeof name, "link-%s", dates[i].name);
    if (symlink ("x", name) != 0)
      nasty_die ("symlink", name);
    set_times (name, dates[i].seconds, dates[i].nanoseconds);
    snprintf (name, sizeof name, "directory-%s", dates[i].name);
    nasty_mkdir (name, 0755);
    set_times (name, dates[i].seconds, dates[i].nanoseconds);
  }
  if (chdir ("..") != 0)
    nasty_die ("chdir", "..");
}

/* Times of its own for everything: access before modification, both with nanoseconds. */
static void
stamp_entry (const char *name, unsigned *counter)
{
  unsigned number = ++*counter;
  const struct timespec times[2] = {
      {.tv_sec = 900000000 + number, .tv_nsec = (long)(number * 7919u % 1000000000u)},
      {.tv_sec = 1000000000 + number * 3, .tv_nsec = (long)(number * 104729u % 1000000000u)},
  };
  if (utimensat (AT_FDCWD, name, times, AT_SYMLINK_NOFOLLOW) != 0)
    nasty_die ("set the times of", name);
}

static void
stamp_directory (unsigned *counter)
{
  DIR *directory = opendir (".");
  if (directory == NULL)
    nasty_die ("open", "a directory");
  const struct dirent *entry;
  while ((entry = readdir (directory)) != NULL) {
    if (strcmp (entry->d_name, ".") == 0 || strcmp (entry->d_name, "..") == 0)
      continue;
    if (entry->d_type == DT_DIR) {
      long place = telldir (directory);
      char name[256];
      strcpy (name, entry->d_name);
      /* Not too many descriptors at once: this directory is opened again afterwards. */
      closedir (directory);
      if (chdir (name) != 0)
        nasty_die ("chdir", name);
      stamp_directory (counter);
      if (chdir ("..") != 0)
        nasty_die ("chdir", "..");
      stamp_entry (name, counter);
      directory = opendir (".");
      if (directory == NULL)
        nasty_die ("open", "a directory");
      seekdir (directory, place);
      continue;
    }
    stamp_entry (entry->d_name, counter);
  }
  closedir (directory);
}

void
nasty_stamp (const struct nasty_options *options)
{
  unsigned counter = 0;
  stamp_directory (&counter);
  make_dates (options);
  stamp_entry (".", &counter);
}

/* Everything is in place and has its times: now what may make it unchangeable. */
void
nasty_make_flags (const struct nasty_options *options)
{
  static const struct {
    const char *name;
    uint32_t xflags;
    bool is_directory;
  } kinds[] = {
      {"immutable", FS_XFLAG_IMMUTABLE, false},
      {"append", FS_XFLAG_APPEND, false},
      {"nodump", FS_XFLAG_NODUMP, false},
      {"noatime", FS_XFLAG_NOATIME, false},
      {"sync", FS_XFLAG_SYNC, false},
      {"nodefrag", FS_XFLAG_NODEFRAG, false},
      {"all-together",
       FS_XFLAG_IMMUTABLE | FS_XFLAG_APPEND | FS_XFLAG_NODUMP | FS_XFLAG_NOATIME | FS_XFLAG_SYNC,
       false},
      {"immutable-directory", FS_XFLAG_IMMUTABLE, true},
      {"append-directory", FS_XFLAG_APPEND, true},
      {"nosymlinks", FS_XFLAG_NOSYMLINKS, true},
      {"filestream", FS_XFLAG_FILESTREAM, true},
  };

  nasty_mkdir ("flags", 0755);
  if (chdir ("flags") != 0)
    nasty_die ("chdir", "flags");
  nasty_write ("extent-size", 0, 0, 1);
  nasty_set_attr ("extent-size", FS_XFLAG_EXTSIZE, 0, 1 << 20, 0);
  nasty_write ("extent-size", 0, 100000, 1);
  nasty_mkdir ("extent-size-inherited", 0755);
  nasty_set_attr ("extent-size-inherited", FS_XFLAG_EXTSZINHERIT, 0, 65536, 0);
  nasty_write ("extent-size-inherited/child", 0, 10, 1);
  if (options->has_reflink) {
    nasty_write ("cow-extent-size", 0, 10, 1);
    nasty_set_attr ("cow-extent-size", FS_XFLAG_COWEXTSIZE, 0, 0, 1 << 20);
  }
  for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
    char name[64];
    if (!kinds[i].is_directory) {
      nasty_write (kinds[i].name, 0, 1000, 1);
      nasty_set_attr (kinds[i].name, kinds[i].xflags, 0, 0, 0);
      continue;
    }
    nasty_mkdir (kinds[i].name, 0755);
    snprintf (name, sizeof name, "%s/child", kinds[i].name);
    nasty_write (name, 0, 200000, 1);
    nasty_set_attr (kinds[i].name, kinds[i].xflags, 0, 0, 0);
  }
  nasty_write ("linked-immutable", 0, 100, 1);
  if (link ("linked-immutable", "immutable-link-2") != 0 ||
      link ("linked-immutable", "../iml") != 0)
    nasty_die ("link", "linked-immutable");
  nasty_set_attr ("linked-immutable", FS_XFLAG_IMMUTABLE, 7, 0, 0);
  if (chdir ("..") != 0)
    nasty_die ("chdir", "..");
  set_times (".", 1111111111, 222222222);
}
