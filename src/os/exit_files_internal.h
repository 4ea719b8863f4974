/* SPDX-License-Identifier: Apache-2.0 */
/* Between the list of files to remove and what each system does for it. */
#pragma once

#include "os/loop.h"

/* Async-signal-safe. */
void exit_files_remove_all(void);
void exit_files_unlink(const char *path);
/* Catches the signals that end processes from now on. */
void exit_files_catch_signals(void);
/* LOOP is to be woken by fatal signals, so that they are logged; and no longer. */
void fatal_signal_attach(struct os_loop *);
void fatal_signal_detach(struct os_loop *);
