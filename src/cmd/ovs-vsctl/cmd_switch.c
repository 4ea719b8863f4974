/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about the switch as a whole: init, emer-reset (ovs-vsctl(8), "Open vSwitch Commands").
 */
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"

/* -- init: every command makes the Open_vSwitch row where there is none -- */

static void
init(struct vsctl_call *call)
{
    (void)call;
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
    {"emer-reset", 0, 0, "", "", prepare_reset, emer_reset, NULL, true},
    {NULL},
};
