/* SPDX-License-Identifier: GPL-3.0-or-later */
/**
 * The appliance of a run. A target file is made as large as the source (sparse), since its planned
 * size is not known before the source was inspected; publish cuts it. So one launch does for the
 * whole run. A volume of libvirt's is made at its planned size: it is not attached while it is
 * pending, and a second launch has it.
 */
#pragma once

#include "fs/fs.h"
#include "stage/run.h"

/** What a filesystem driver may do to a device of the appliance. Valid as long as the run. */
TplFsDisk tpl_run_disk (TplRun *run, const char *device);
