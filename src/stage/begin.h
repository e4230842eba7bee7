/* SPDX-License-Identifier: GPL-3.0-or-later */
/** A run's beginning and end. */
#pragma once

#include "stage/run.h"

/** Makes a run of a request; nothing is opened yet. Free with tpl_run_free (). */
TplRun *tpl_run_new (const TplRequest *request, GCancellable *cancellable, TplObserver observer,
                     gpointer observer_data);
/** Ends the appliance, removes the scratch folder and a target file that was not published. */
void tpl_run_free (TplRun *run);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TplRun, tpl_run_free)
