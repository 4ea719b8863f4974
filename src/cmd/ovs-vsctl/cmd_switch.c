/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about the switch as a whole: init, show, emer-reset (ovs-vsctl(8), "Open vSwitch
 * Commands"). */
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"

/* -- init: every command makes the Open_vSwitch row where there is none -- */

static void
init(struct vsctl_call *call)
{
    (void)call;
}

/* -- show -- */

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

static const struct show_table *
find_show_table(uint32_t table)
{
    for (size_t i = 0; i < ARRAY_LEN(show_tables); i++) {
        if (show_tables[i].table == table) {
            return &show_tables[i];
        }
    }
    return NULL;
}

static void
prepare_show(struct vsctl_call *call)
{
    for (size_t i = 0; i < ARRAY_LEN(show_tables); i++) {
        const struct show_table *t = &show_tables[i];
        for (size_t j = 0; j < t->n_columns; j++) {
            vsctl_watch(call->v, t->table, (uint32_t)t->columns[j]);
        }
        if (t->name >= 0) {
            vsctl_watch(call->v, t->table, (uint32_t)t->name);
        }
    }
}

static void show_row(struct vsctl_call *, const struct replica_row *, const struct show_table *,
                     size_t level);

static void
show_column(struct vsctl_call *call, const struct replica_row *row, uint32_t index, size_t level)
{
    const struct column *c = replica_row_schema(row)->columns[index];
    const struct datum *d = replica_get(row, index);
    const struct table_schema *ref = c->type.key.ref_table;
    const struct show_table *nested = ref ? find_show_table(ref->index) : NULL;
    if (nested) {
        for (size_t i = 0; i < datum_n(d); i++) {
            const struct replica_row *to = replica_ref(row, index, i);
            if (to) {
                show_row(call, to, nested, level);
            }
        }
    } else if (!datum_is_default(d, &c->type)) {
        str_put_repeat(&call->output, ' ', level * 4);
        str_putf(&call->output, "%s: ", c->name);
        datum_write_text(&call->output, d, &c->type);
        str_putc(&call->output, '\n');
    }
}

/* Recursive, as deep as show_tables nest. */
static void
show_row(struct vsctl_call *call, const struct replica_row *row, const struct show_table *t,
         size_t level)
{
    const struct table_schema *schema = replica_row_schema(row);
    str_put_repeat(&call->output, ' ', level * 4);
    if (t->name >= 0) {
        str_putf(&call->output, "%s ", schema->name);
        datum_write_text(&call->output, replica_get(row, (uint32_t)t->name),
                         &schema->columns[t->name]->type);
    } else {
        char uuid[UUID_TEXT_LEN + 1];
        uuid_format(&row->uuid, uuid);
        str_puts(&call->output, uuid);
    }
    str_putc(&call->output, '\n');
    for (size_t i = 0; i < t->n_columns; i++) {
        show_column(call, row, (uint32_t)t->columns[i], level + 1);
    }
}

static void
show(struct vsctl_call *call)
{
    show_row(call, &vsctl_root(call->v)->row, &show_tables[0], 0);
}

/* -- emer-reset -- */

/* Columns that are emptied wherever they are. The manual says so of every other_config, the
 * packaged program does it for bridges and ports alone. */
static const struct {
    uint32_t table, column;
} reset_columns[] = {
    {VS_TABLE_OPEN_VSWITCH, VS_OPEN_VSWITCH_MANAGER_OPTIONS},
    {VS_TABLE_OPEN_VSWITCH, VS_OPEN_VSWITCH_SSL},
    {VS_TABLE_BRIDGE, VS_BRIDGE_CONTROLLER},
    {VS_TABLE_BRIDGE, VS_BRIDGE_FAIL_MODE},
    {VS_TABLE_BRIDGE, VS_BRIDGE_MIRRORS},
    {VS_TABLE_BRIDGE, VS_BRIDGE_NETFLOW},
    {VS_TABLE_BRIDGE, VS_BRIDGE_SFLOW},
    {VS_TABLE_BRIDGE, VS_BRIDGE_IPFIX},
    {VS_TABLE_PORT, VS_PORT_OTHER_CONFIG},
};

/* Tables whose rows all go. */
static const uint32_t reset_tables[] = {VS_TABLE_CONTROLLER, VS_TABLE_MANAGER, VS_TABLE_MIRROR,
                                        VS_TABLE_NETFLOW,    VS_TABLE_SFLOW,   VS_TABLE_IPFIX,
                                        VS_TABLE_SSL};

static void
prepare_reset(struct vsctl_call *call)
{
    for (size_t i = 0; i < ARRAY_LEN(reset_columns); i++) {
        vsctl_watch(call->v, reset_columns[i].table, reset_columns[i].column);
    }
    for (size_t i = 0; i < ARRAY_LEN(reset_tables); i++) {
        replica_watch_table(call->v->replica, reset_tables[i]);
    }
    vsctl_watch(call->v, VS_TABLE_BRIDGE, VS_BRIDGE_OTHER_CONFIG);
}

static void
reset_bridge_config(struct vsctl *v, struct vs_bridge *row)
{
    const char *hwaddr = datum_get_string(vs_bridge_other_config(row), "hwaddr");
    static const char *const key = "hwaddr";
    vs_bridge_set_other_config(v->txn, row, hwaddr ? datum_from_pairs(&key, &hwaddr, 1) : NULL);
}

static void
emer_reset(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    for (size_t i = 0; i < ARRAY_LEN(reset_columns); i++) {
        struct replica_row *row = replica_first(v->replica, reset_columns[i].table);
        for (; row; row = replica_next(row)) {
            replica_txn_write(v->txn, row, reset_columns[i].column, NULL);
        }
    }
    VS_BRIDGE_FOR_EACH(row, v->replica)
    {
        reset_bridge_config(v, row);
    }
    for (size_t i = 0; i < ARRAY_LEN(reset_tables); i++) {
        struct replica_row *row = replica_first(v->replica, reset_tables[i]);
        for (; row; row = replica_next(row)) {
            replica_txn_delete(v->txn, row);
        }
    }
    view_drop(v);
}

const struct vsctl_command switch_commands[] = {
    {"init", 0, 0, "", "", NULL, init, NULL, true},
    {"show", 0, 0, "", "", prepare_show, show, NULL, false},
    {"emer-reset", 0, 0, "", "", prepare_reset, emer_reset, NULL, true},
    {NULL},
};
