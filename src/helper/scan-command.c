/* SPDX-License-Identifier: GPL-3.0-or-later */
/* `scan`: prints what of a guest's files names something (guest-scan.h). */
#include "helper/command.h"
#include "helper/guest-scan.h"
#include "helper/guest-tree.h"

#include <errno.h>
#include <unistd.h>

static int
run_scan (int argc, char **argv)
{
  if (argc != 4)
    return tpl_usage_error ("three arguments are needed");
  int root_fd = tpl_guest_open_root (argv[1]);
  if (root_fd < 0)
    return tpl_fail (argv[1], errno, "cannot open the guest's root");
  struct tpl_scan *scan = tpl_scan_new (argv[2], argv[3]);
  int status = scan != NULL ? tpl_scan_files (scan, root_fd, true) : TPL_EXIT_ERROR;
  tpl_scan_free (scan);
  close (root_fd);
  return status;
}

const struct tpl_command tpl_command_scan = {
    .name = "scan",
    .usage = "ROOT LIST NEEDLES",
    .run = run_scan,
};
