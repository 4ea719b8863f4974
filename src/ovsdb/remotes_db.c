/* SPDX-License-Identifier: Apache-2.0 */
/* Remotes that a database describes: "db:DB,TABLE,COLUMN". The column holds targets, or refers
 * to rows (such as Manager's) with a target and options, whose status columns are written back.
 * Columns of other types than expected are as good as absent. Loop's thread. */
#include "ovsdb/server_internal.h"

#include <stdio.h>
#include <string.h>

#include "os/log.h"

LOG_MODULE(ovsdb_server);

/* What a "db:…" name leads to. */
struct db_source {
    struct dbase *dbase;
    struct table *table;
    const struct column *column;
};

static int
parse_source(struct server *s, const char *name, struct db_source *src, struct fault *f)
{
    char *copy = xstrdup(name + 3), *comma1 = strchr(copy, ',');
    char *comma2 = comma1 ? strchr(comma1 + 1, ',') : NULL;
    int code = 0;
    if (!comma2) {
        code = fault_set(f, -E_INVAL, "", "\"%s\": invalid syntax", name);
    } else {
        *comma1 = *comma2 = '\0';
        src->dbase = server_find_db(s, copy);
        if (!src->dbase) {
            code = fault_set(f, -E_NOENT, "", "\"%s\": no database named %s", name, copy);
        } else if (!src->dbase->is_available) {
            code = -E_AGAIN; /* its tables are not known yet */
        }
    }
    if (!code) {
        src->table = db_find_table(src->dbase->db, comma1 + 1);
        if (!src->table) {
            code = fault_set(f, -E_NOENT, "", "\"%s\": no table named %s", name, comma1 + 1);
        }
    }
    if (!code) {
        src->column = table_schema_find_column(src->table->schema, comma2 + 1);
        if (!src->column) {
            code = fault_set(f, -E_NOENT, "", "\"%s\": table \"%s\" has no column \"%s\"", name,
                             comma1 + 1, comma2 + 1);
        }
    }
    os_free(copy);
    return code;
}

/* The column NAME of ROW if its keys (and values) are of these types. */
static const struct column *
column_of_type(const struct row *row, const char *name, enum atom_type key, enum atom_type value)
{
    const struct column *c = table_schema_find_column(row->table->schema, name);
    return c && !column_is_virtual(c) && c->type.key.type == key && c->type.value.type == value
               ? c
               : NULL;
}

/* The one value of column NAME, or NULL. */
static const union atom *
read_one(const struct row *row, const char *name, enum atom_type type)
{
    const struct column *c = column_of_type(row, name, type, ATOM_VOID);
    const struct datum *d = c ? row->cells[c->index] : NULL;
    return datum_n(d) == 1 ? datum_key(d, 0) : NULL;
}

static uint64_t
milliseconds(const union atom *a, uint64_t min)
{
    return a->integer <= 0 ? 0 : MAX((uint64_t)a->integer, min);
}

static void
want_row(struct server *s, const struct row *row,
         void (*want)(struct server *, const char *, const struct remote_options *))
{
    const union atom *target = read_one(row, "target", ATOM_STRING);
    if (!target || !atom_string_len(target)) {
        return;
    }
    struct remote_options o = {0};
    const union atom *a = read_one(row, "max_backoff", ATOM_INTEGER);
    if (a) {
        o.has_max_backoff = true;
        o.max_backoff_ms = milliseconds(a, 1000);
    }
    a = read_one(row, "inactivity_probe", ATOM_INTEGER);
    if (a) {
        o.has_probe_interval = true;
        o.probe_interval_ms = milliseconds(a, 1000);
    }
    a = read_one(row, "read_only", ATOM_BOOLEAN);
    o.read_only = a && a->boolean;
    a = read_one(row, "role", ATOM_STRING);
    o.role = a ? atom_string(a) : NULL;
    want(s, atom_string(target), &o);
}

int
remotes_query(struct server *s, const char *name,
              void (*want)(struct server *, const char *, const struct remote_options *),
              struct fault *f)
{
    struct db_source src;
    int code = parse_source(s, name, &src, f);
    if (code || column_is_virtual(src.column)) {
        return code;
    }
    const struct base_type *key = &src.column->type.key;
    struct remote_options none = {0};
    HMAP_FOR_EACH (struct row, row, node, &src.table->rows) {
        const struct datum *d = row->cells[src.column->index];
        for (size_t i = 0; i < datum_n(d); i++) {
            if (key->type == ATOM_STRING && atom_string_len(datum_key(d, i))) {
                want(s, atom_string(datum_key(d, i)), &none);
            } else if (key->type == ATOM_UUID && key->ref_table) {
                struct table *t = &src.dbase->db->tables[key->ref_table->index];
                struct row *other = table_find_row(t, &datum_key(d, i)->uuid);
                if (other) {
                    want_row(s, other, want);
                }
            }
        }
    }
    return 0;
}

char *
remotes_query_string(struct server *s, const char *name, struct fault *f)
{
    struct db_source src;
    if (parse_source(s, name, &src, f) || column_is_virtual(src.column) ||
        src.column->type.key.type != ATOM_STRING) {
        return NULL;
    }
    HMAP_FOR_EACH (struct row, row, node, &src.table->rows) {
        const struct datum *d = row->cells[src.column->index];
        for (size_t i = 0; i < datum_n(d); i++) {
            if (atom_string_len(datum_key(d, i))) {
                return xstrdup(atom_string(datum_key(d, i)));
            }
        }
    }
    return NULL;
}

/* ---- Status ---- */

#define STATUS_MAX 8

struct status_pairs {
    const char *keys[STATUS_MAX], *values[STATUS_MAX];
    char texts[STATUS_MAX][32];
    size_t n;
};

static void
put_text(struct status_pairs *p, const char *key, const char *value)
{
    p->keys[p->n] = key;
    p->values[p->n++] = value;
}

static void
put_number(struct status_pairs *p, const char *key, uint64_t x)
{
    snprintf(p->texts[p->n], sizeof p->texts[0], "%llu", (unsigned long long)x);
    put_text(p, key, p->texts[p->n]);
}

static struct datum *
make_status(const struct server *s, const struct endpoint_status *status)
{
    struct status_pairs p = {.n = 0};
    uint64_t now_ms = os_now_ms(s->loop);
    if (status->state) {
        put_text(&p, "state", status->state);
    }
    if (status->last_error) {
        put_text(&p, "last_error", err_text(status->last_error));
    }
    if (status->last_connected_ms != UINT64_MAX) {
        put_number(&p, "sec_since_connect", (now_ms - status->last_connected_ms) / 1000);
    }
    if (status->last_disconnected_ms != UINT64_MAX) {
        put_number(&p, "sec_since_disconnect", (now_ms - status->last_disconnected_ms) / 1000);
    }
    if (status->n_connections > 1) {
        put_number(&p, "n_connections", status->n_connections);
    }
    if (status->bound_port) {
        put_number(&p, "bound_port", status->bound_port);
    }
    return datum_from_pairs(p.keys, p.values, p.n);
}

static void
set_if_different(struct txn *t, struct row *row, const struct column *c, struct datum *value)
{
    if (datum_equal(row->cells[c->index], value)) {
        datum_unref(value);
    } else {
        txn_set(t, row, c, value);
    }
}

static void
write_row_status(struct server *s, struct txn *t, struct row *row)
{
    const union atom *target = read_one(row, "target", ATOM_STRING);
    struct endpoint_status status;
    if (!target || !endpoint_get_status(s, atom_string(target), &status)) {
        return;
    }
    const struct column *c = column_of_type(row, "is_connected", ATOM_BOOLEAN, ATOM_VOID);
    if (c) {
        set_if_different(t, row, c, datum_from_boolean(status.is_connected));
    }
    c = column_of_type(row, "status", ATOM_STRING, ATOM_STRING);
    if (c) {
        set_if_different(t, row, c, make_status(s, &status));
    }
}

/* Writes the status of all rows that SRC's column refers to. */
static void
write_source_status(struct server *s, const struct db_source *src)
{
    const struct base_type *key = &src->column->type.key;
    if (column_is_virtual(src->column) || key->type != ATOM_UUID || !key->ref_table ||
        src->dbase->source) { /* what follows another database is not ours to write */
        return;
    }
    struct txn *t = txn_new(src->dbase->db);
    struct table *other = &src->dbase->db->tables[key->ref_table->index];
    HMAP_FOR_EACH (struct row, row, node, &src->table->rows) {
        const struct datum *d = row->cells[src->column->index];
        for (size_t i = 0; i < datum_n(d); i++) {
            struct row *target = table_find_row(other, &datum_key(d, i)->uuid);
            if (target) {
                write_row_status(s, t, target);
            }
        }
    }
    struct fault f = FAULT_INIT;
    if (list_is_empty(&t->rows)) {
        txn_abort(t);
    } else if (txn_check(t, &f)) {
        char *text = fault_to_text(&f);
        log_err("Failed to update remote status: %s", text);
        os_free(text);
        txn_abort(t);
    } else {
        commit_add(src->dbase, t, NULL, NULL, NULL);
    }
    fault_fini(&f);
}

void
remotes_write_status(struct server *s)
{
    size_t n;
    const char **names = server_remote_names(s, &n);
    for (size_t i = 0; i < n; i++) {
        struct db_source src;
        if (strncmp(names[i], "db:", 3) == 0 && !parse_source(s, names[i], &src, NULL)) {
            write_source_status(s, &src);
        }
    }
    os_free(names);
}
