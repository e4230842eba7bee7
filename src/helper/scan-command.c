/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `scan`: prints what of a guest's files names something (guest-scan.h). */
#include "helper/command.h"
#include "helper/guest-scan.h"

#include <errno.h>
#include <unistd.h>

static int
scan_root (const char *root, const struct tpl_guest_list *list,
           const struct tpl_guest_list *needles)
{
  int root_fd = tpl_guest_open_root (root);
  if (root_fd < 0)
    return tpl_fail (root, errno, "cannot open the guest's root");
  struct tpl_scan *scan = tpl_scan_new (list, needles);
  int status = scan != NULL ? tpl_scan_files (scan, root_fd, true) : TPL_EXIT_ERROR;
  tpl_scan_free (scan);
  close (root_fd);
  return status;
}

static int
run_scan (int argc, char **argv)
{
  if (argc != 4)
    return tpl_usage_error ("three arguments are needed");
  struct tpl_guest_list list;
  struct tpl_guest_list needles = {0};
  int status = tpl_guest_list_read (argv[2], &list);
  if (status == TPL_EXIT_OK)
    status = tpl_guest_list_read (argv[3], &needles);
  if (status == TPL_EXIT_OK)
    status = scan_root (argv[1], &list, &needles);
  tpl_guest_list_clear (&list);
  tpl_guest_list_clear (&needles);
  return status;
}

const struct tpl_command tpl_command_scan = {
    .name = "scan",
    .usage = "ROOT LIST NEEDLES",
    .run = run_scan,
};
