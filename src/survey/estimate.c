/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "survey/estimate.h"

#include "plan/size.h"

/* Of emulated appliances: what a run takes whatever the disk holds (two launches, table,
 * filesystems, boot loader), a GiB that is copied and compared, and a file. tpl-survey(1) says the
 * same. */
#define EMULATED_SECONDS          60.0
#define EMULATED_SECONDS_PER_GIB  60.0
#define EMULATED_SECONDS_PER_FILE 0.0012
/* tpl-shrink says so too, when it finds no KVM. */
#define EMULATION_FACTOR 10.0

double
tpl_survey_seconds (guint64 used_bytes, guint64 inodes, gboolean kvm)
{
  const double emulated = EMULATED_SECONDS
                          + (double)used_bytes / (double)TPL_GIB * EMULATED_SECONDS_PER_GIB
                          + (double)inodes * EMULATED_SECONDS_PER_FILE;
  return kvm ? emulated / EMULATION_FACTOR : emulated;
}
