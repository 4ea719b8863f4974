/* SPDX-License-Identifier: Apache-2.0 */
/* Merging of option blocks. A short option of a block that has only a number as `val` (-v of
 * logging) is known by the long name it stands for. */
#include "text/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "os/log.h"
#include "text/str.h"

/* Short forms of rows whose val is no character. */
static const struct {
    const char *name;
    char letter;
} short_forms[] = {{"verbose", 'v'}, {"private-key", 'p'}, {"certificate", 'c'},
                   {"ca-cert", 'C'}, {"format", 'f'},      {"data", 'd'}};

static char
letter_of(const struct option *row)
{
    if (row->val > 0 && row->val < 128) {
        return (char)row->val;
    }
    for (size_t i = 0; i < ARRAY_LEN(short_forms); i++) {
        if (!strcmp(short_forms[i].name, row->name)) {
            return short_forms[i].letter;
        }
    }
    return 0;
}

void
options_init(struct options *o, const struct option_block *blocks, size_t n, const char *prefix)
{
    size_t n_rows = 0;
    for (size_t i = 0; i < n; i++) {
        n_rows += blocks[i].n;
    }
    struct str letters = STR_INIT;
    str_puts(&letters, prefix);
    o->rows = xzalloc((n_rows + 1) * sizeof *o->rows);
    n_rows = 0;
    for (size_t i = 0; i < n; i++) {
        for (size_t j = 0; j < blocks[i].n; j++) {
            const struct option *row = &blocks[i].rows[j];
            o->rows[n_rows++] = *row;
            char letter = letter_of(row);
            if (letter && !strchr(letters.s, letter)) {
                static const char *const colons[] = {"", ":", "::"};
                str_putf(&letters, "%c%s", letter, colons[row->has_arg]);
            }
        }
    }
    o->letters = str_take(&letters);
}

void
options_fini(struct options *o)
{
    os_free(o->rows);
    os_free(o->letters);
}

int
options_next(struct options *o, int argc, char *argv[])
{
    argv[0] = (char *)log_program_name(); /* which is how errors begin */
    int c = getopt_long(argc, argv, o->letters, o->rows, NULL);
    if (c == '?') {
        exit(EXIT_FAILURE);
    }
    for (const struct option *row = o->rows; c > 0 && c < 128 && row->name; row++) {
        if (row->val >= 128 && letter_of(row) == c) {
            return row->val;
        }
    }
    return c;
}

void
options_print(const struct option *rows)
{
    for (; rows->name; rows++) {
        static const char *const args[] = {"", "=ARG", "=[ARG]"};
        printf("--%s%s\n", rows->name, args[rows->has_arg]);
        char letter = letter_of(rows);
        if (letter) {
            static const char *const short_args[] = {" ", " ARG", " [ARG]"};
            printf("-%c%s\n", letter, short_args[rows->has_arg]);
        }
    }
}
