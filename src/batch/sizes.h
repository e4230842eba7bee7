/* SPDX-License-Identifier: GPL-3.0-or-later */
/** How big the jobs' sources are and their targets will be, without an appliance. */
#pragma once

#include "batch/batch.h"

/** Sets the sizes, gains and needs of the works that are WAITING: from tpl-survey where there is
 * one, guessed otherwise. */
void tpl_sizes_find (TplBatch *batch);

/** Takes the sizes from what tpl-survey --json printed. FALSE: it is none of that. Pure but for the
 * works. */
gboolean tpl_sizes_take_survey (TplBatch *batch, const char *json);
