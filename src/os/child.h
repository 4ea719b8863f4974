/* SPDX-License-Identifier: Apache-2.0 */
/* Running one command of the shell beside the loop. Loop's thread. */
#pragma once

#include "base/err.h"
#include "os/loop.h"

/* Starts COMMAND in the host's shell with this process's standard streams. ENDED(aux, ok) is
 * called once: OK if it exited with 0. */
int os_child_start(struct os_loop *, const char *command, void (*ended)(void *aux, bool ok),
                   void *aux, struct err *);
