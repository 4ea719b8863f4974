/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about bridges, real and fake: add-br, del-br, list-br, br-exists, br-to-vlan,
 * br-to-parent, br-set-external-id, br-get-external-id (ovs-vsctl(8), "Bridge Commands"). */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"
#include "os/log.h"

static void
prepare_add(struct vsctl_call *call)
{
    view_prepare(call);
    vsctl_watch(call->v, VS_TABLE_INTERFACE, VS_INTERFACE_OFPORT);
    vsctl_watch(call->v, VS_TABLE_INTERFACE, VS_INTERFACE_ERROR);
}

/* --may-exist: ends the process unless the bridge is what add-br would make. */
static void
check_same_bridge(const struct view_bridge *b, const char *parent, int vlan)
{
    if (!parent) {
        if (b->parent) {
            log_fatal("\"--may-exist add-br %s\" but %s is a VLAN bridge for VLAN %d", b->name,
                      b->name, b->vlan);
        }
        return;
    }
    if (!b->parent) {
        log_fatal("\"--may-exist add-br %s %s %d\" but %s is not a VLAN bridge", b->name, parent,
                  vlan, b->name);
    }
    if (strcmp(b->parent->name, parent) != 0) {
        log_fatal("\"--may-exist add-br %s %s %d\" but %s has the wrong parent %s", b->name,
                  parent, vlan, b->name, b->parent->name);
    }
    if (b->vlan != vlan) {
        log_fatal("\"--may-exist add-br %s %s %d\" but %s is a VLAN bridge for the wrong VLAN %d",
                  b->name, parent, vlan, b->name, b->vlan);
    }
}

/* A port NAME with the internal interface NAME. */
static struct vs_port *
insert_local_port(struct vsctl *v, const char *name, struct vs_interface **iface)
{
    *iface = vs_interface_insert(v->txn);
    vs_interface_set_name(v->txn, *iface, name);
    vs_interface_set_type(v->txn, *iface, "internal");
    struct vs_port *port = vs_port_insert(v->txn);
    vs_port_set_name(v->txn, port, name);
    vs_port_set_interfaces(v->txn, port, datum_from_uuid(&(*iface)->row.uuid));
    vsctl_expect_iface(v, *iface);
    return port;
}

static void
add_real(struct vsctl *v, const char *name)
{
    struct vs_interface *iface;
    view_get(v);
    struct vs_port *port = insert_local_port(v, name, &iface);
    struct vs_bridge *row = vs_bridge_insert(v->txn);
    vs_bridge_set_name(v->txn, row, name);
    vs_bridge_set_ports(v->txn, row, datum_from_uuid(&port->row.uuid));
    replica_txn_add(v->txn, &vsctl_root(v)->row, VS_OPEN_VSWITCH_BRIDGES,
                    datum_from_uuid(&row->row.uuid));
    struct view_bridge *b = view_add_bridge(v, row, vs_bridge_name(row), NULL, 0);
    view_add_iface(v, view_add_port(v, b, port), iface);
}

static void
add_fake(struct vsctl *v, const char *name, const char *parent_name, int vlan)
{
    struct view_bridge *parent = view_bridge(v, parent_name, false);
    if (parent && parent->parent) {
        log_fatal("cannot create bridge with fake bridge as parent");
    }
    if (!parent) {
        log_fatal("parent bridge %s does not exist", parent_name);
    }
    const struct view_bridge *child = view_fake_bridge(v, parent, vlan);
    if (child) {
        log_fatal("bridge %s already has a child VLAN bridge %s on VLAN %d", parent_name,
                  child->name, vlan);
    }
    struct vs_interface *iface;
    const int64_t tag = vlan;
    struct vs_port *port = insert_local_port(v, name, &iface);
    vs_port_set_fake_bridge(v->txn, port, true);
    vs_port_set_tag(v->txn, port, &tag);
    replica_txn_add(v->txn, &parent->row->row, VS_BRIDGE_PORTS, datum_from_uuid(&port->row.uuid));
    view_drop(v); /* ports of the parent may be the fake bridge's now */
}

static void
add_br(struct vsctl_call *call)
{
    const char *name = call->argv[1], *parent = NULL;
    int vlan = 0;
    if (!name[0]) {
        log_fatal("bridge name must not be empty string");
    }
    if (call->argc == 4) {
        parent = call->argv[2];
        vlan = atoi(call->argv[3]);
        if (vlan < 0 || vlan > 4095) {
            log_fatal("%s: vlan must be between 0 and 4095", call->argv[0]);
        }
    } else if (call->argc != 2) {
        log_fatal("'%s' command takes exactly 1 or 3 arguments", call->argv[0]);
    }
    const struct view_bridge *b = view_bridge(call->v, name, false);
    if (b && call_option(call, "--may-exist")) {
        check_same_bridge(b, parent, vlan);
        return;
    }
    view_check_free(call->v, name, "cannot create a bridge named %s", name);
    if (parent) {
        add_fake(call->v, name, parent, vlan);
    } else {
        add_real(call->v, name);
    }
}

/* Deletes the rows of all ports of B. */
static void
delete_ports(struct vsctl *v, struct view_bridge *b)
{
    LIST_FOR_EACH (struct view_port, p, bridge_node, &b->ports) {
        for (size_t i = 0; i < vs_port_n_interfaces(p->row); i++) {
            struct vs_interface *iface = vs_port_interfaces(p->row, i);
            if (iface) {
                vs_interface_delete(v->txn, iface);
            }
        }
        vs_port_delete(v->txn, p->row);
        if (b->parent) {
            replica_txn_remove(v->txn, &b->row->row, VS_BRIDGE_PORTS,
                               datum_from_uuid(&p->row->row.uuid));
        }
    }
}

static void
del_br(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    struct view_bridge *b = view_bridge(v, call->argv[1], !call_option(call, "--if-exists"));
    if (!b) {
        return;
    }
    if (!b->parent) {
        HMAP_FOR_EACH (struct view_bridge, child, node, &view_get(v)->bridges) {
            if (child->parent == b) {
                delete_ports(v, child);
            }
        }
    }
    delete_ports(v, b);
    if (!b->parent) {
        replica_txn_remove(v->txn, &vsctl_root(v)->row, VS_OPEN_VSWITCH_BRIDGES,
                           datum_from_uuid(&b->row->row.uuid));
        vs_bridge_delete(v->txn, b->row);
    }
    view_drop(v);
}

static void
list_br(struct vsctl_call *call)
{
    bool real = call_option(call, "--real"), fake = call_option(call, "--fake");
    size_t n;
    const char **names = view_bridge_names(call->v, real || !fake, fake || !real, &n);
    for (size_t i = 0; i < n; i++) {
        str_putf(&call->output, "%s\n", names[i]);
    }
    os_free(names);
}

static void
br_exists(struct vsctl_call *call)
{
    if (!view_bridge(call->v, call->argv[1], false)) {
        vsctl_exit(call->v, 2);
    }
}

static void
br_to_vlan(struct vsctl_call *call)
{
    str_putf(&call->output, "%d\n", view_bridge(call->v, call->argv[1], true)->vlan);
}

static void
br_to_parent(struct vsctl_call *call)
{
    const struct view_bridge *b = view_bridge(call->v, call->argv[1], true);
    str_putf(&call->output, "%s\n", b->parent ? b->parent->name : b->name);
}

/* -- External IDs: of a fake bridge they are its port's, with a prefix -- */

#define FAKE_PREFIX "fake-bridge-"

static void
prepare_ids(struct vsctl_call *call)
{
    view_prepare(call);
    vsctl_watch(call->v, VS_TABLE_BRIDGE, VS_BRIDGE_EXTERNAL_IDS);
    vsctl_watch(call->v, VS_TABLE_PORT, VS_PORT_EXTERNAL_IDS);
}

/* Where B's external IDs are. */
static struct replica_row *
ids_row(struct vsctl *v, const struct view_bridge *b, uint32_t *column)
{
    *column = b->parent ? (uint32_t)VS_PORT_EXTERNAL_IDS : (uint32_t)VS_BRIDGE_EXTERNAL_IDS;
    return b->parent ? &view_port(v, b->name, false)->row->row : &b->row->row;
}

static void
br_set_external_id(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    const struct view_bridge *b = view_bridge(v, call->argv[1], true);
    uint32_t column;
    struct replica_row *row = ids_row(v, b, &column);
    char *key_text = xasprintf("%s%s", b->parent ? FAKE_PREFIX : "", call->argv[2]);
    const char *key = key_text;
    if (call->argc == 4) {
        const char *value = call->argv[3];
        replica_txn_put(v->txn, row, column, datum_from_pairs(&key, &value, 1));
    } else {
        replica_txn_remove(v->txn, row, column, datum_from_string(key));
    }
    os_free(key_text);
}

static void
br_get_external_id(struct vsctl_call *call)
{
    const struct view_bridge *b = view_bridge(call->v, call->argv[1], true);
    uint32_t column;
    const struct replica_row *row = ids_row(call->v, b, &column);
    const struct datum *ids = replica_get(row, column);
    size_t skip = b->parent ? strlen(FAKE_PREFIX) : 0;
    for (size_t i = 0; i < datum_n(ids); i++) {
        const char *key = atom_string(datum_key(ids, i));
        const char *value = atom_string(datum_value(ids, i));
        if (strncmp(key, FAKE_PREFIX, skip) != 0) {
            continue;
        }
        if (call->argc == 2) {
            str_putf(&call->output, "%s=%s\n", key + skip, value);
        } else if (strcmp(key + skip, call->argv[2]) == 0) {
            str_putf(&call->output, "%s\n", value);
        }
    }
}

const struct vsctl_command bridge_commands[] = {
    {"add-br", 1, 3, "!NEW-BRIDGE ?PARENT ?NEW-VLAN", "--may-exist", prepare_add, add_br, NULL,
     true},
    {"del-br", 1, 1, "!BRIDGE", "--if-exists", view_prepare, del_br, NULL, true},
    {"list-br", 0, 0, "", "--real,--fake", view_prepare, list_br, NULL, false},
    {"br-exists", 1, 1, "!BRIDGE", "", view_prepare, br_exists, NULL, false},
    {"br-to-vlan", 1, 1, "!BRIDGE", "", view_prepare, br_to_vlan, NULL, false},
    {"br-to-parent", 1, 1, "!BRIDGE", "", view_prepare, br_to_parent, NULL, false},
    {"br-set-external-id", 2, 3, "!BRIDGE !KEY ?VALUE", "", prepare_ids, br_set_external_id, NULL,
     true},
    {"br-get-external-id", 1, 2, "!BRIDGE ?KEY", "", prepare_ids, br_get_external_id, NULL, false},
    {NULL},
};
