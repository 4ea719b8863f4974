/* SPDX-License-Identifier: Apache-2.0 */
/* Writing a standalone file anew while it is in use. The new file PATH.tmp begins with an image of
 * the database; what is appended to the old file meanwhile is copied behind it, and then the new
 * one takes the old one's place. Until that moment the old file is the database, after it the new
 * one, and each of them has everything that was flushed. Writing and syncing happen on another
 * thread, in pieces. Loop's thread. */
#pragma once

#include "ovsdb/dblog.h"
#include "ovsdb/storage.h"

struct compaction;

/* IMAGE is what the flushed records of the log amount to now; it is taken over. Its `ended` is
 * called from the loop, after which the compaction is gone; unless this fails. */
int compaction_start(struct dblog *, struct os_loop *, struct storage_image *image,
                     struct compaction **, struct fault *);
/* Ends it with this CODE and fault, leaving the old file; or well, if the new one is in place
 * already. Waits for the job under way. */
void compaction_cancel(struct compaction *, int code, const struct fault *);
