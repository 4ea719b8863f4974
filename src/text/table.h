/* SPDX-License-Identifier: Apache-2.0 */
/* Tables as the tools print them: --format=table|list|html|csv|json, --data=string|bare|json,
 * --no-headings, --pretty, --max-column-width; texts as observed of ovs-vsctl and ovsdb-client
 * (their manuals: "Table Formatting Options"). One owner; any thread. */
#pragma once

#include <getopt.h>

#include "text/json.h"

enum table_format { TABLE_TABLE, TABLE_LIST, TABLE_HTML, TABLE_CSV, TABLE_JSON };
enum table_data { TABLE_STRING, TABLE_BARE, TABLE_JSON_DATA };

struct table_style {
    enum table_format format;
    enum table_data data;
    bool headings;
    unsigned int json_flags; /* JSON_WRITE_… */
    size_t max_column_width; /* 0: none */
    bool timestamp;          /* --timestamp; for table_set_timestamp() */
};
#define TABLE_STYLE_INIT                                                                          \
    {                                                                                             \
        .headings = true                                                                          \
    }

/* How a cell is to be written, by whoever knows its type (OVSDB's datum, a plain text). */
struct table_cell {
    char *text[2]; /* by table_data: TABLE_STRING and TABLE_BARE forms, heap */
    json_t *json;  /* or NULL for the string's JSON */
};

struct table;
struct table *table_new(void);
void table_free(struct table *);
void table_set_caption(struct table *, const char *caption);
/* The time line and captions as `ovsdb-client monitor` prints them. */
void table_set_timestamp(struct table *, bool);
void table_add_column(struct table *, const char *heading);
/* Starts a row; then one cell a column, left to right. */
void table_add_row(struct table *);
void table_add_text(struct table *, const char *text);
/* Takes over everything in CELL. */
void table_add_cell(struct table *, struct table_cell cell);
/* Appends the whole table, as STYLE says, to OUT. A blank line separates it from the table that
 * this process formatted before, where the format asks for one; table_restart() forgets that. */
void table_format(const struct table *, const struct table_style *, struct str *out);
void table_restart(void);
/* The time of day as --timestamp shows it. */
void table_format_time(char *text, size_t size);

enum {
    TABLE_OPT_FIRST = 0x600,
    TABLE_OPT_FORMAT = TABLE_OPT_FIRST, /* -f too */
    TABLE_OPT_DATA,                     /* -d too */
    TABLE_OPT_NO_HEADINGS,
    TABLE_OPT_PRETTY,
    TABLE_OPT_BARE,
    TABLE_OPT_MAX_COLUMN_WIDTH,
    TABLE_OPT_TIMESTAMP,
    TABLE_OPT_LAST = TABLE_OPT_TIMESTAMP
};
extern const struct option table_options[];
extern const size_t table_n_options;
/* Takes one option into STYLE; ends the process with the reference's text on a bad one. */
void table_parse_option(int val, const char *arg, void *style);
/* Prints the section of --help on standard output. */
void table_print_usage(void);
