/* SPDX-License-Identifier: Apache-2.0 */
/* Command-line options put together from blocks: a program's own, and those of logging, daemons,
 * TLS, tables. Errors are worded as getopt_long does. Main thread.
 *
 *     static const struct option_block blocks[] = {{own, N}, {log_options, 4}, …};
 *     struct options all;
 *     options_init(&all, blocks, ARRAY_LEN(blocks), "+");
 *     while ((c = options_next(&all, argc, argv)) != -1) { … optarg … }
 *     options_fini(&all);
 */
#pragma once

#include <getopt.h>

#include "base/types.h"

struct option_block {
    const struct option *rows;
    size_t n;
};

struct options {
    struct option *rows; /* all blocks, ended by a row of zeros */
    char *letters;       /* getopt's string, from rows whose val is a character, plus -v */
};

/* PREFIX begins getopt's string: "+" stops at the first non-option. Short options are those
 * whose `val` is a character; in addition -v, -p, -c, -C, -f and -d stand for the rows of
 * logging, TLS and tables where these are among the blocks. */
void options_init(struct options *, const struct option_block *, size_t n, const char *prefix);
void options_fini(struct options *);
/* The next option's val, -1 at the end; on a bad one says so and ends the process with 1. */
int options_next(struct options *, int argc, char *argv[]);
/* What the hidden -o/--option prints: all of them, for completion scripts. */
void options_print(const struct option *rows);
