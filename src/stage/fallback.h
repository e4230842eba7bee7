/* SPDX-License-Identifier: GPL-3.0-or-later */
/** Part of bootfix: a UEFI guest must boot with a blank NVRAM. */
#pragma once

#include "stage/run.h"

/** Puts the guest's loader at the fallback path too, if there is none. The guest is mounted. */
gboolean tpl_bootfix_fallback (TplRun *run, GError **error);
