/* SPDX-License-Identifier: Apache-2.0 */
/* The options of tools that print tables, and the time as tables show it. Main thread. */
#include "text/table.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "os/log.h"
#include "os/loop.h"

const struct option table_options[] = {
    {"format", required_argument, NULL, TABLE_OPT_FORMAT},
    {"data", required_argument, NULL, TABLE_OPT_DATA},
    {"no-headings", no_argument, NULL, TABLE_OPT_NO_HEADINGS},
    {"pretty", no_argument, NULL, TABLE_OPT_PRETTY},
    {"bare", no_argument, NULL, TABLE_OPT_BARE},
    {"max-column-width", required_argument, NULL, TABLE_OPT_MAX_COLUMN_WIDTH},
    {"timestamp", no_argument, NULL, TABLE_OPT_TIMESTAMP},
};
const size_t table_n_options = ARRAY_LEN(table_options);

static const char *const formats[] = {[TABLE_TABLE] = "table",
                                      [TABLE_LIST] = "list",
                                      [TABLE_HTML] = "html",
                                      [TABLE_CSV] = "csv",
                                      [TABLE_JSON] = "json"};
static const char *const data_forms[] = {
    [TABLE_STRING] = "string", [TABLE_BARE] = "bare", [TABLE_JSON_DATA] = "json"};

static size_t
choose(const char *const names[], size_t n, const char *arg, const char *what)
{
    for (size_t i = 0; i < n; i++) {
        if (!strcmp(names[i], arg)) {
            return i;
        }
    }
    log_fatal("unknown %s format \"%s\"", what, arg);
}

void
table_parse_option(int val, const char *arg, void *style_)
{
    struct table_style *style = style_;
    switch (val) {
    case TABLE_OPT_FORMAT:
        style->format = choose(formats, ARRAY_LEN(formats), arg, "output");
        break;
    case TABLE_OPT_DATA:
        style->data = choose(data_forms, ARRAY_LEN(data_forms), arg, "data");
        break;
    case TABLE_OPT_NO_HEADINGS:
        style->headings = false;
        break;
    case TABLE_OPT_PRETTY:
        style->json_flags |= JSON_WRITE_PRETTY;
        break;
    case TABLE_OPT_BARE:
        style->format = TABLE_LIST;
        style->data = TABLE_BARE;
        style->headings = false;
        break;
    case TABLE_OPT_MAX_COLUMN_WIDTH:
        style->max_column_width = strtoul(arg, NULL, 10);
        break;
    case TABLE_OPT_TIMESTAMP:
        style->timestamp = true;
        break;
    }
}

void
table_print_usage(void)
{
    fputs("\nOutput formatting options:\n"
          "  -f, --format=FORMAT         set output formatting to FORMAT\n"
          "                              (\"table\", \"html\", \"csv\", or \"json\")\n"
          "  -d, --data=FORMAT           set table cell output formatting to\n"
          "                              FORMAT (\"string\", \"bare\", or \"json\")\n"
          "  --no-headings               omit table heading row\n"
          "  --pretty                    pretty-print JSON in output\n"
          "  --bare                      equivalent to \"--format=list --data=bare "
          "--no-headings\"\n",
          stdout);
}

void
table_format_time(char *text, size_t size)
{
    uint64_t now = os_wall_ms();
    time_t seconds = (time_t)(now / 1000);
    const struct tm *tm = gmtime(&seconds);
    size_t n = strftime(text, size, "%Y-%m-%d %H:%M:%S", tm);
    snprintf(text + n, size - n, ".%03u", (unsigned int)(now % 1000));
}
