/* SPDX-License-Identifier: Apache-2.0 */
/* Epoch-based reclamation for the threads of the userspace datapath, over Concurrency Kit
 * (ck_epoch(3)). A thread reads shared tables between epoch_begin() and epoch_end(); memory given
 * to epoch_defer() is freed once every thread that could still see it has left. */
#pragma once

#include "datapath/megaflow.h"

/* Makes this thread known; before any other call on it. epoch_leave() before it ends, which
 * waits until all it deferred is free. */
void epoch_join(void);
void epoch_leave(void);
/* A section of reading. Sections nest. */
void epoch_begin(void);
void epoch_end(void);
/* Any joined thread: runs d->run(d) later, on this thread, in epoch_poll(). */
void epoch_defer(struct dp_deferred *d);
/* Outside sections: frees what has become free. Cheap when there is nothing. */
void epoch_poll(void);
/* Outside sections: waits until every other thread has left the section it is in, and frees all
 * that this thread deferred. */
void epoch_barrier(void);
