/* SPDX-License-Identifier: Apache-2.0 */
/* show (ovs-vsctl(8), "Open vSwitch Commands"): the rows below the switch as a tree, all of them
 * or those that --filter chooses. A row is written first and taken back where it is not to be
 * shown, since what is below it decides as well. */
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"
#include "os/log.h"

/* What is shown of a table, in order: columns that refer to a shown table become nested rows. */
struct show_table {
    uint32_t table;
    int name; /* column, or -1: the UUID and no table name */
    int columns[6];
    size_t n_columns;
};

static const struct show_table show_tables[] = {
    {VS_TABLE_OPEN_VSWITCH,
     -1,
     {VS_OPEN_VSWITCH_MANAGER_OPTIONS, VS_OPEN_VSWITCH_BRIDGES, VS_OPEN_VSWITCH_OVS_VERSION},
     3},
    {VS_TABLE_BRIDGE,
     VS_BRIDGE_NAME,
     {VS_BRIDGE_CONTROLLER, VS_BRIDGE_FAIL_MODE, VS_BRIDGE_DATAPATH_TYPE, VS_BRIDGE_PORTS},
     4},
    {VS_TABLE_PORT, VS_PORT_NAME, {VS_PORT_TAG, VS_PORT_TRUNKS, VS_PORT_INTERFACES}, 3},
    {VS_TABLE_INTERFACE,
     VS_INTERFACE_NAME,
     {VS_INTERFACE_TYPE, VS_INTERFACE_OPTIONS, VS_INTERFACE_ERROR},
     3},
    {VS_TABLE_CONTROLLER, VS_CONTROLLER_TARGET, {VS_CONTROLLER_IS_CONNECTED}, 1},
    {VS_TABLE_MANAGER, VS_MANAGER_TARGET, {VS_MANAGER_IS_CONNECTED}, 1},
};

/* Sets of tables are bits of an unsigned int, by their place in show_tables. */
enum { N_TABLES = ARRAY_LEN(show_tables), ROOT = 0 };

/* What is wanted of each table: texts, between "|", of which its rows have one; NULL: all rows. */
struct filter {
    const char *texts[N_TABLES];
    size_t lens[N_TABLES];
    unsigned int tables;          /* those with texts */
    unsigned int below[N_TABLES]; /* and which of these are below each table */
};

static size_t
find_show_table(uint32_t table)
{
    size_t i = 0;
    while (i < N_TABLES && show_tables[i].table != table) {
        i++;
    }
    return i;
}

/* -- The filter -- */

static void PORT_NORETURN
bad_filter(const char *text)
{
    log_fatal("\"%s\" is not a filter: TABLE(TEXT|TEXT...), several joined by \"&\"", text);
}

/* Takes the item at TEXT; returns what is behind it. */
static const char *
take_item(struct vsctl *v, struct filter *f, const char *text, const char *whole)
{
    size_t n = strcspn(text, "(&|)"), n_texts = text[n] == '(' ? strcspn(text + n + 1, "()") : 0;
    if (!n || !n_texts || text[n + 1 + n_texts] != ')') {
        bad_filter(whole);
    }
    char *name = xasprintf("%.*s", (int)n, text);
    size_t i = find_show_table((uint32_t)find_table(v, name)->index);
    if (i == N_TABLES || i == ROOT) {
        log_fatal("--filter: rows of table \"%s\" are not shown", name);
    }
    if (f->texts[i]) {
        log_fatal("--filter: table \"%s\" is named twice", name);
    }
    os_free(name);
    f->texts[i] = text + n + 1;
    f->lens[i] = n_texts;
    f->tables |= 1u << i;
    return text + n + n_texts + 2;
}

/* Which tables are below table I, itself included. Recursive, as deep as show_tables nest. */
static unsigned int
tables_from(const struct vsctl *v, size_t i)
{
    const struct table_schema *schema = v->schema->tables[show_tables[i].table];
    unsigned int all = 1u << i;
    for (size_t j = 0; j < show_tables[i].n_columns; j++) {
        const struct table_schema *to =
            schema->columns[show_tables[i].columns[j]]->type.key.ref_table;
        all |= to ? tables_from(v, find_show_table((uint32_t)to->index)) : 0;
    }
    return all;
}

static struct filter
parse_filter(struct vsctl *v, const char *text)
{
    struct filter f = {.tables = 0};
    for (const char *p = text; p;) {
        p = take_item(v, &f, p, text);
        if (*p && *p != '&') {
            bad_filter(text);
        }
        p = *p ? p + 1 : NULL;
    }
    for (size_t i = 0; i < N_TABLES; i++) {
        f.below[i] = tables_from(v, i) & f.tables & ~(1u << i);
    }
    return f;
}

/* Has OWN, what is written of a row of table I itself, one of the texts? */
static bool
is_wanted(const struct filter *f, size_t i, const char *own)
{
    const char *p = f->texts[i], *end = p + f->lens[i];
    while (p <= end) {
        size_t n = strcspn(p, "|)");
        char *one = xasprintf("%.*s", (int)n, p);
        bool found = n && strstr(own, one);
        os_free(one);
        if (found) {
            return true;
        }
        p += n + 1;
    }
    return false;
}

/* -- The tree -- */

static void
prepare_show(struct vsctl_call *call)
{
    for (size_t i = 0; i < N_TABLES; i++) {
        const struct show_table *t = &show_tables[i];
        for (size_t j = 0; j < t->n_columns; j++) {
            vsctl_watch(call->v, t->table, (uint32_t)t->columns[j]);
        }
        if (t->name >= 0) {
            vsctl_watch(call->v, t->table, (uint32_t)t->name);
        }
    }
}

static void
put_heading(struct str *out, const struct replica_row *row, const struct show_table *t)
{
    const struct table_schema *schema = replica_row_schema(row);
    if (t->name >= 0) {
        str_putf(out, "%s ", schema->name);
        datum_write_text(out, replica_get(row, (uint32_t)t->name),
                         &schema->columns[t->name]->type);
    } else {
        char uuid[UUID_TEXT_LEN + 1];
        uuid_format(&row->uuid, uuid);
        str_puts(out, uuid);
    }
    str_putc(out, '\n');
}

static void
put_value(struct str *out, const struct column *c, const struct datum *d)
{
    str_putf(out, "%s: ", c->name);
    datum_write_text(out, d, &c->type);
    str_putc(out, '\n');
}

static unsigned int show_row(struct vsctl_call *, const struct filter *,
                             const struct replica_row *, size_t i, size_t level);

/* Writes column INDEX of ROW, to OWN as well if it is no row below. Which tables were shown. */
static unsigned int
show_column(struct vsctl_call *call, const struct filter *f, const struct replica_row *row,
            uint32_t index, size_t level, struct str *own)
{
    const struct column *c = replica_row_schema(row)->columns[index];
    const struct datum *d = replica_get(row, index);
    const struct table_schema *ref = c->type.key.ref_table;
    unsigned int shown = 0;
    if (ref) {
        for (size_t i = 0; i < datum_n(d); i++) {
            const struct replica_row *to = replica_ref(row, index, i);
            shown |= to ? show_row(call, f, to, find_show_table((uint32_t)ref->index), level) : 0;
        }
    } else if (!datum_is_default(d, &c->type)) {
        str_put_repeat(&call->output, ' ', level * 4);
        put_value(&call->output, c, d);
        put_value(own, c, d);
    }
    return shown;
}

/* Writes ROW, of table I, and what is below it; nothing where the filter does not want it. Which
 * tables were shown. Recursive, as deep as show_tables nest. */
static unsigned int
show_row(struct vsctl_call *call, const struct filter *f, const struct replica_row *row, size_t i,
         size_t level)
{
    const struct show_table *t = &show_tables[i];
    size_t before = call->output.n;
    unsigned int shown = 0;
    struct str own = STR_INIT;
    str_put_repeat(&call->output, ' ', level * 4);
    put_heading(&call->output, row, t);
    put_heading(&own, row, t);
    for (size_t j = 0; j < t->n_columns; j++) {
        shown |= show_column(call, f, row, (uint32_t)t->columns[j], level + 1, &own);
    }
    if (i != ROOT && ((f->below[i] & ~shown) || (f->texts[i] && !is_wanted(f, i, own.s)))) {
        str_truncate(&call->output, before);
        shown = 0;
    } else {
        shown |= 1u << i;
    }
    str_fini(&own);
    return shown;
}

static void
show(struct vsctl_call *call)
{
    const char *text = call_option(call, "--filter");
    struct filter f = {.tables = 0};
    if (text) {
        f = parse_filter(call->v, text);
    }
    show_row(call, &f, &vsctl_root(call->v)->row, ROOT, 0);
}

const struct vsctl_command show_commands[] = {
    {"show", 0, 0, "", "--filter=", prepare_show, show, NULL, false},
    {NULL},
};
