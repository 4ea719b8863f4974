/* SPDX-License-Identifier: Apache-2.0 */
/* Merging of option blocks, and what is said of bad options: in the words of glibc's getopt_long
 * on every host, since scripts know these. A short option of a block that has only a number as
 * `val` (-v of logging) is known by the long name it stands for. */
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
} short_forms[] = {{"verbose", 'v'}, {"private-key", 'p'}, {"certificate", 'c'}, {"ca-cert", 'C'},
                   {"format", 'f'},  {"data", 'd'},        {"option", 'o'}};

struct options {
    struct option *rows; /* all blocks, ended by a row of zeros */
    char *letters;       /* getopt's string, from rows whose val is a character, plus -v */
};

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

static void
options_init(struct options *o, const struct option_block *blocks, size_t n, const char *prefix)
{
    size_t n_rows = 0;
    for (size_t i = 0; i < n; i++) {
        n_rows += blocks[i].n;
    }
    struct str letters = STR_INIT;
    str_putf(&letters, "%s:", prefix); /* the colon: a missing argument is told apart */
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

static void
options_fini(struct options *o)
{
    os_free(o->rows);
    os_free(o->letters);
}

/* The names of the N options that begin as WORD does. */
static void
print_possibilities(const struct option *rows, const char *word, size_t n)
{
    fprintf(stderr, "option '%s' is ambiguous; possibilities:", word);
    for (; rows->name; rows++) {
        if (!strncmp(rows->name, word + 2, n)) {
            fprintf(stderr, " '--%s'", rows->name);
        }
    }
    putc('\n', stderr);
}

/* The option that WORD, "--NAME" or "--NAME=…", is or abbreviates; NULL if it is none, or one of
 * *N_FOUND. */
static const struct option *
find_long(const struct option *rows, const char *word, size_t *n_found)
{
    size_t n = strcspn(word + 2, "=");
    const struct option *found = NULL;
    *n_found = 0;
    for (const struct option *row = rows; row->name; row++) {
        if (!strncmp(row->name, word + 2, n)) {
            found = row;
            if (!row->name[n]) {
                *n_found = 1; /* the very name */
                return row;
            }
            ++*n_found;
        }
    }
    return *n_found == 1 ? found : NULL;
}

static bool
is_long(const char *word)
{
    return !strncmp(word, "--", 2);
}

/* Has WORD an argument that its option does not take? */
static bool
has_too_much(const struct option *rows, const char *word)
{
    size_t n;
    const struct option *found = is_long(word) ? find_long(rows, word, &n) : NULL;
    return found && found->has_arg == no_argument && strchr(word, '=');
}

static void
complain_of_long(const struct option *rows, const char *word)
{
    size_t n_found;
    const struct option *found = find_long(rows, word, &n_found);
    if (!n_found) {
        fprintf(stderr, "unrecognized option '%s'\n", word);
    } else if (!found) {
        print_possibilities(rows, word, strcspn(word + 2, "="));
    } else if (has_too_much(rows, word)) {
        fprintf(stderr, "option '--%s' doesn't allow an argument\n", found->name);
    } else {
        fprintf(stderr, "option '--%s' requires an argument\n", found->name);
    }
}

/* Says what is wrong, after getopt_long() returned C, '?' or ':'. Hosts differ in which of these
 * they return for what, and in where `optind` is then: what lacks its argument is the last word
 * for certain. */
static void
complain(const struct options *o, int c, int argc, char *argv[])
{
    const char *word = argv[optind - 1];
    bool too_much = has_too_much(o->rows, word);
    bool is_known = optopt >= 128 || (optopt && strchr(o->letters, optopt));
    if (c == ':' && !too_much) {
        word = argv[argc - 1];
    }
    fprintf(stderr, "%s: ", log_program_name());
    if (is_long(word) && (c == ':' || !optopt || is_known)) {
        complain_of_long(o->rows, word);
    } else if (c == ':') {
        fprintf(stderr, "option requires an argument -- '%c'\n", optopt);
    } else {
        fprintf(stderr, "invalid option -- '%c'\n", optopt);
    }
}

/* The next option's val, -1 at the end; on a bad one says so and ends the process. */
static int
options_next(struct options *o, int argc, char *argv[])
{
    opterr = 0;
    int c = getopt_long(argc, argv, o->letters, o->rows, NULL);
    if (c == '?' || c == ':') {
        complain(o, c, argc, argv);
        exit(EXIT_FAILURE);
    }
    for (const struct option *row = o->rows; c > 0 && c < 128 && row->name; row++) {
        if (row->val >= 128 && letter_of(row) == c) {
            return row->val;
        }
    }
    return c;
}

static void
print_block(const struct option_block *block)
{
    for (size_t i = 0; i < block->n; i++) {
        const struct option *row = &block->rows[i];
        char letter = letter_of(row);
        printf("--%s%s\n", row->name, row->has_arg ? "=ARG" : "");
        if (letter) {
            printf("-%c%s\n", letter, row->has_arg ? " ARG" : "");
        }
    }
}

static void PORT_NORETURN
print(const struct option_block *blocks, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (!blocks[i].is_unlisted) {
            print_block(&blocks[i]);
        }
    }
    exit(EXIT_SUCCESS);
}

static bool
block_has(const struct option_block *block, int val)
{
    size_t i = 0;
    while (i < block->n && block->rows[i].val != val) {
        i++;
    }
    return i < block->n;
}

void
options_parse(const struct option_block *blocks, size_t n, const char *prefix, int argc,
              char *argv[])
{
    struct options all;
    options_init(&all, blocks, n, prefix);
    for (int val; (val = options_next(&all, argc, argv)) != -1;) {
        if (val == OPTIONS_OPT_PRINT) {
            print(blocks, n);
        }
        size_t i = 0;
        while (!block_has(&blocks[i], val)) {
            i++;
        }
        blocks[i].take(val, optarg, blocks[i].aux);
    }
    options_fini(&all);
}
