/* SPDX-License-Identifier: Apache-2.0 */
/* Recording what comes into a process, and going through it again without any network: the options
 * --record[=DIR] and --replay[=DIR] of ovsdb-server(1) and ovsdb-client(1). Recorded are what
 * streams and listeners bring, when timers fire, the seed of all randomness, and a copy of each
 * file that replay_file() is asked for; with the same options a replay then does the same. Loop's
 * thread, one loop. */
#pragma once

#include <getopt.h>

#include "os/loop.h"

extern const struct option replay_options[];
extern const size_t replay_n_options;
void replay_parse_option(int val, const char *arg, void *aux);
void replay_print_usage(void);

/* After the options, once the process runs as it will, and before anything else uses LOOP.
 * ENDED(aux): a replay has come to the end of its recording. Does nothing without the options;
 * ends the process where the files cannot be used. */
void replay_start(struct os_loop *loop, void (*ended)(void *aux), void *aux);
void replay_stop(void);
/* The file to use for PATH; the caller frees it. Recording: PATH, which is copied now. A replay:
 * a copy of what was copied then, so that PATH stays as it is. */
char *replay_file(const char *path);
