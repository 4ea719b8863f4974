/* SPDX-License-Identifier: Apache-2.0 */
/* Database commands that change: set, add, remove, clear, create, destroy (ovs-vsctl(8),
 * "Database Commands"). They may change anything, so the view of bridges and ports is dropped. */
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"
#include "os/log.h"
#include "os/random.h"

LOG_MODULE(db_ctl_base);

static const struct table_schema *
table_of(const struct vsctl_call *call)
{
    return find_table(call->v, call->argv[1]);
}

/* The record that the call names; NULL if it is not there and need not be. */
static struct replica_row *
record_of(struct vsctl_call *call, const struct table_schema *t)
{
    return find_record(call->v, t, call->argv[2], !call_option(call, "--if-exists"));
}

static void
check_mutable(const struct column *c, const struct table_schema *t)
{
    if (!c->is_mutable) {
        log_fatal("cannot modify read-only column %s in table %s", c->name, t->name);
    }
}

/* The column named by the third argument of add and remove. */
static const struct column *
prepare_one_column(struct vsctl_call *call)
{
    const struct table_schema *t = table_of(call);
    watch_record_ids(call->v, t);
    const struct column *c = find_column(t, call->argv[3], false);
    check_mutable(c, t);
    vsctl_watch(call->v, t->index, c->index);
    return c;
}

/* -- set -- */

static void
prepare_set(struct vsctl_call *call)
{
    const struct table_schema *t = table_of(call);
    watch_record_ids(call->v, t);
    for (int i = 3; i < call->argc; i++) {
        struct column_arg arg;
        column_arg_parse(&arg, t, call->argv[i], ARG_SET);
        check_mutable(arg.column, t);
        vsctl_watch(call->v, t->index, arg.column->index);
        column_arg_fini(&arg);
    }
}

static void
set(struct vsctl_call *call)
{
    const struct table_schema *t = table_of(call);
    struct replica_row *row = record_of(call, t);
    for (int i = 3; row && i < call->argc; i++) {
        struct column_arg arg;
        column_arg_parse(&arg, t, call->argv[i], ARG_SET);
        column_set(call->v, row, &arg);
        column_arg_fini(&arg);
    }
    view_drop(call->v);
}

/* -- add, remove, clear -- */

static void
prepare_add(struct vsctl_call *call)
{
    prepare_one_column(call);
}

static void
add(struct vsctl_call *call)
{
    const struct table_schema *t = table_of(call);
    struct replica_row *row = record_of(call, t);
    const struct column *c = find_column(t, call->argv[3], false);
    struct datum_type type = value_type_any(&c->type, 1);
    for (int i = 4; row && i < call->argc; i++) {
        struct datum *d = value_parse(call->v, &type, call->argv[i]);
        if (datum_type_is_map(&c->type)) {
            replica_txn_put(call->v->txn, row, c->index, d);
        } else {
            replica_txn_add(call->v->txn, row, c->index, d);
        }
    }
    view_drop(call->v);
}

/* What is to go: pairs, or keys where the column is a map and TEXT no pairs. */
static struct datum *
parse_removal(struct vsctl *v, const struct column *c, const char *text)
{
    struct datum_type type = value_type_any(&c->type, 1);
    if (!datum_type_is_map(&c->type)) {
        return value_parse(v, &type, text);
    }
    struct fault f = FAULT_INIT;
    struct datum *d = value_try(v, &type, text, &f);
    bool is_pairs = !f.tag;
    fault_fini(&f);
    if (!is_pairs) {
        struct datum_type keys = {.key = c->type.key, .n_min = 1, .n_max = DATUM_UNLIMITED};
        d = value_parse(v, &keys, text);
    }
    return d;
}

static void
do_remove(struct vsctl_call *call)
{
    const struct table_schema *t = table_of(call);
    struct replica_row *row = record_of(call, t);
    const struct column *c = find_column(t, call->argv[3], false);
    for (int i = 4; row && i < call->argc; i++) {
        struct datum *d = parse_removal(call->v, c, call->argv[i]);
        if (datum_type_is_scalar(&c->type) && !datum_equal(replica_get(row, c->index), d)) {
            datum_unref(d); /* it is not there, and mutations are nothing for such a column */
        } else {
            replica_txn_remove(call->v->txn, row, c->index, d);
        }
    }
    size_t n = row ? datum_n(replica_get(row, c->index)) : 0;
    if (row && n < c->type.n_min) {
        log_fatal("\"remove\" operation would put %zu values in column %s of table %s but the "
                  "minimum number is %u",
                  n, c->name, t->name, c->type.n_min);
    }
    view_drop(call->v);
}

static void
prepare_clear(struct vsctl_call *call)
{
    const struct table_schema *t = table_of(call);
    watch_record_ids(call->v, t);
    for (int i = 3; i < call->argc; i++) {
        const struct column *c = find_column(t, call->argv[i], false);
        check_mutable(c, t);
        vsctl_watch(call->v, t->index, c->index);
    }
}

static void
clear(struct vsctl_call *call)
{
    const struct table_schema *t = table_of(call);
    struct replica_row *row = record_of(call, t);
    for (int i = 3; row && i < call->argc; i++) {
        const struct column *c = find_column(t, call->argv[i], false);
        if (c->type.n_min > 0) {
            log_fatal("\"clear\" operation cannot be applied to column %s of table %s, which is "
                      "not allowed to be empty",
                      c->name, t->name);
        }
        replica_txn_write(call->v->txn, row, c->index, NULL);
    }
    view_drop(call->v);
}

/* -- create -- */

static void
prepare_create(struct vsctl_call *call)
{
    const struct table_schema *t = table_of(call);
    const char *id = call_option(call, "--id");
    struct uuid uuid;
    if (id && id[0] != '@' && !uuid_parse(id, strlen(id), &uuid)) {
        log_fatal("row id \"%s\" does not begin with \"@\"", id);
    }
    if (!id && !t->is_root) {
        log_warn("applying \"create\" command to table %s without --id option will have no "
                 "effect",
                 t->name);
    }
    replica_watch_table(call->v->replica, t->index);
}

/* The symbol of --id=@NAME, NULL if there is none. */
static struct symbol *
new_symbol(struct vsctl_call *call, const struct table_schema *t)
{
    const char *id = call_option(call, "--id");
    if (!id || id[0] != '@') {
        return NULL;
    }
    struct symbol *s = symbol_get(&call->v->symbols, id);
    if (s->created) {
        log_fatal("row id \"%s\" may only be specified on one --id option", id);
    }
    s->created = true;
    s->strong_ref |= t->is_root; /* lives without references */
    return s;
}

static void
create(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    const struct table_schema *t = table_of(call);
    const char *id = call_option(call, "--id");
    const struct symbol *symbol = new_symbol(call, t);
    struct uuid given;
    bool persist = id && !symbol && uuid_parse(id, strlen(id), &given);
    struct replica_row *row = replica_txn_insert(v->txn, t->index,
                                                 symbol    ? &symbol->uuid
                                                 : persist ? &given
                                                           : NULL,
                                                 persist);
    for (int i = 2; i < call->argc; i++) {
        struct column_arg arg;
        column_arg_parse(&arg, t, call->argv[i], ARG_SET);
        column_set(v, row, &arg);
        column_arg_fini(&arg);
    }
    call->created = row->uuid;
    view_drop(v);
}

static void
finish_create(struct vsctl_call *call)
{
    struct uuid uuid = call->created;
    char text[UUID_TEXT_LEN + 1];
    replica_txn_inserted(call->v->txn, &call->created, &uuid);
    uuid_format(&uuid, text);
    str_putf(&call->output, "%s\n", text);
}

/* -- destroy -- */

static void
prepare_destroy(struct vsctl_call *call)
{
    bool all = call_option(call, "--all");
    if (all && call_option(call, "--if-exists")) {
        log_fatal("--all and --if-exists should not be specified together");
    }
    if (all && call->argc > 2) {
        log_fatal("--all and records argument should not be specified together");
    }
    if (!all && call->argc == 2) {
        log_warn("either --all or records argument should be specified");
    }
    watch_record_ids(call->v, table_of(call));
}

static void
destroy(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    const struct table_schema *t = table_of(call);
    struct replica_row *row = NULL;
    if (call_option(call, "--all")) {
        row = replica_first(v->replica, t->index);
    }
    for (; row; row = replica_next(row)) {
        replica_txn_delete(v->txn, row);
    }
    for (int i = 2; i < call->argc; i++) {
        row = find_record(v, t, call->argv[i], !call_option(call, "--if-exists"));
        if (row) {
            replica_txn_delete(v->txn, row);
        }
    }
    view_drop(v);
}

const struct vsctl_command db_write_commands[] = {
    {"set", 3, VSCTL_UNLIMITED, "!TABLE !RECORD +COLUMN?:KEY=VALUE", "--if-exists", prepare_set,
     set, NULL, true},
    {"add", 4, VSCTL_UNLIMITED, "!TABLE !RECORD !COLUMN +?KEY=VALUE", "--if-exists", prepare_add,
     add, NULL, true},
    {"remove", 4, VSCTL_UNLIMITED, "!TABLE !RECORD !COLUMN +KEY|VALUE|KEY=VALUE", "--if-exists",
     prepare_add, do_remove, NULL, true},
    {"clear", 3, VSCTL_UNLIMITED, "!TABLE !RECORD +COLUMN", "--if-exists", prepare_clear, clear,
     NULL, true},
    {"create", 2, VSCTL_UNLIMITED, "!TABLE +COLUMN?:KEY=VALUE", "--id=", prepare_create, create,
     finish_create, true},
    {"destroy", 1, VSCTL_UNLIMITED, "!TABLE *RECORD", "--if-exists,--all", prepare_destroy,
     destroy, NULL, true},
    {NULL},
};
