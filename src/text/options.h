/* SPDX-License-Identifier: Apache-2.0 */
/* Command-line options put together from blocks: a program's own, and those of logging, daemons,
 * TLS, tables. Errors are worded as getopt_long does. Main thread.
 *
 *     const struct option_block blocks[] = {
 *         {own_options, ARRAY_LEN(own_options), take_own, &settings},
 *         {log_options, log_n_options, log_parse_option},
 *     };
 *     options_parse(blocks, ARRAY_LEN(blocks), "+", argc, argv);
 */
#pragma once

#include <getopt.h>

#include "base/types.h"

/* `val` of a row that prints all options, for completion scripts; its short form is -o where its
 * name is "option". */
enum { OPTIONS_OPT_PRINT = 0x300 };

struct option_block {
    const struct option *rows; /* each `val` of all blocks is another */
    size_t n;
    void (*take)(int val, const char *arg, void *aux); /* ARG stays: it is part of ARGV */
    void *aux;
    bool is_unlisted; /* not printed with the others */
};

/* Gives every option of ARGV to the block that it is of; `optind` is where the other arguments
 * begin then. PREFIX begins getopt's string: "+" stops at the first of these. Short options are
 * those whose `val` is a character; in addition -v, -p, -c, -C, -f, -d and -o stand for the rows
 * of logging, TLS, tables and printing where these are among the blocks. A bad option is said, and
 * ends the process with 1. */
void options_parse(const struct option_block *, size_t n, const char *prefix, int argc,
                   char *argv[]);
