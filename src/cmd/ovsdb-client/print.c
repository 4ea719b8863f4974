/* SPDX-License-Identifier: Apache-2.0 */
/* What commands print: JSON with sorted members, tables, values of columns in tables. */
#include <stdio.h>
#include <string.h>

#include "cmd/ovsdb-client/client.h"
#include "os/log.h"

void
print_json(const struct client *c, const json_t *v)
{
    char *text = json_text(v, c->style.json_flags | JSON_WRITE_SORTED);
    puts(text);
    os_free(text);
}

void
print_table(const struct client *c, const struct table *table)
{
    struct str text = STR_INIT;
    table_format(table, &c->style, &text);
    fputs(str_text(&text), stdout);
    str_fini(&text);
}

void
add_value(struct table *table, const struct datum_type *type, const json_t *value)
{
    struct datum *d;
    struct fault f = FAULT_INIT;
    struct table_cell cell = {{NULL, NULL}, NULL};
    if (!value) {
        cell.text[TABLE_STRING] = xstrdup("");
        cell.text[TABLE_BARE] = xstrdup("");
        cell.json = json_null();
    } else if (datum_from_json_unchecked(type, value, &d, &f)) {
        log_fatal("%s", fault_to_text(&f));
    } else {
        struct str text = STR_INIT, bare = STR_INIT;
        datum_write_text(&text, d, type);
        datum_write_bare(&bare, d, type);
        cell.text[TABLE_STRING] = str_take(&text);
        cell.text[TABLE_BARE] = str_take(&bare);
        cell.text[TABLE_STRING] = cell.text[TABLE_STRING] ? cell.text[TABLE_STRING] : xstrdup("");
        cell.text[TABLE_BARE] = cell.text[TABLE_BARE] ? cell.text[TABLE_BARE] : xstrdup("");
        cell.json = datum_to_json(d, type);
        datum_unref(d);
    }
    fault_fini(&f);
    table_add_cell(table, cell);
}

json_t *
read_json_arg(const char *text)
{
    json_t *v;
    struct err e;
    if (json_read_document(text, strlen(text), &v, &e)) {
        log_fatal("\"%s\": %s", text, e.text);
    }
    return v;
}
