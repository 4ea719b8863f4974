/* SPDX-License-Identifier: Apache-2.0 */
/* What takes memory: counts of objects by name, from reporters all over the tree, for
 * memory/show and for a line in the log ten seconds after the start. Main thread. */
#pragma once

#include <jansson.h>

#include "os/loop.h"

/* A reporter adds its counts: json_object_set_new(counts, "monitors", json_integer(n)). A name
 * that is there already is to be added to: use memory_count(). */
typedef void memory_reporter(json_t *counts, void *aux);
void memory_add_reporter(memory_reporter *, void *aux);
void memory_remove_reporter(memory_reporter *, void *aux);
/* Adds N to the count NAME, unless N is 0. */
void memory_count(json_t *counts, const char *name, uint64_t n);
/* "atoms:14 cells:20", sorted by name; the caller frees it. */
char *memory_format(void);
/* Logs the process's size and counts after ten seconds, and when the size grew by half since. */
void memory_watch(struct os_loop *);
void memory_unwatch(void);
