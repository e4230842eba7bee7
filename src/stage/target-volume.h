/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A target that libvirt makes once its size is planned. */
#pragma once

#include "stage/run.h"

/** Between plan and create: makes the target's volume at the planned size, if it is to be made, and
 * inspects and plans once more in an appliance that has it. Errors: those of these stages;
 * TPL_ERROR_RETRIABLE when SOURCE is not what it was. */
gboolean tpl_target_volume_make (TplRun *run, GError **error);
