/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about ports, bonds and interfaces (ovs-vsctl(8), "Port Commands", "Bond Commands",
 * "Interface Commands"). Additions to sets go out as mutations, so that two programs adding
 * ports to one bridge do not disturb each other. */
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"
#include "os/log.h"

static void
list_ports(struct vsctl_call *call)
{
    size_t n;
    const char **names = view_port_names(view_bridge(call->v, call->argv[1], true), &n);
    for (size_t i = 0; i < n; i++) {
        str_putf(&call->output, "%s\n", names[i]);
    }
    os_free(names);
}

static void
list_ifaces(struct vsctl_call *call)
{
    const struct view_bridge *b = view_bridge(call->v, call->argv[1], true);
    const struct view *view = view_get(call->v);
    const char **names = xalloc((hmap_count(&view->ifaces) + 1) * sizeof *names);
    size_t n = 0;
    HMAP_FOR_EACH (struct view_iface, i, node, &view->ifaces) {
        const char *name = vs_interface_name(i->row);
        if (i->port->bridge == b && strcmp(name, b->name) != 0) {
            names[n++] = name;
        }
    }
    strings_sort(names, n);
    for (size_t i = 0; i < n; i++) {
        str_putf(&call->output, "%s\n", names[i]);
    }
    os_free(names);
}

static void
port_to_br(struct vsctl_call *call)
{
    str_putf(&call->output, "%s\n", view_port(call->v, call->argv[1], true)->bridge->name);
}

static void
iface_to_br(struct vsctl_call *call)
{
    str_putf(&call->output, "%s\n", view_iface(call->v, call->argv[1], true)->port->bridge->name);
}

/* -- Adding -- */

/* What an add-port or add-bond asks for. */
struct port_request {
    struct view_bridge *bridge;
    const char *name;
    char *const *ifaces;
    size_t n_ifaces;
    char *const *settings; /* COLUMN[:KEY]=VALUE */
    size_t n_settings;
    bool may_exist, fake_iface;
};

static void
prepare_settings(struct vsctl_call *call, int first)
{
    const struct table_schema *table = call->v->schema->tables[VS_TABLE_PORT];
    for (int i = first; i < call->argc; i++) {
        struct column_arg arg;
        column_arg_parse(&arg, table, call->argv[i], ARG_SET);
        vsctl_watch(call->v, VS_TABLE_PORT, arg.column->index);
        column_arg_fini(&arg);
    }
}

static void
prepare_new_ifaces(struct vsctl_call *call)
{
    view_prepare(call);
    vsctl_watch(call->v, VS_TABLE_INTERFACE, VS_INTERFACE_OFPORT);
    vsctl_watch(call->v, VS_TABLE_INTERFACE, VS_INTERFACE_ERROR);
}

/* The port's interfaces by name, in order. */
static const char **
iface_names(const struct vs_port *row, size_t *n)
{
    const char **names = xalloc((vs_port_n_interfaces(row) + 1) * sizeof *names);
    *n = 0;
    for (size_t i = 0; i < vs_port_n_interfaces(row); i++) {
        const struct vs_interface *iface = vs_port_interfaces(row, i);
        if (iface) {
            names[(*n)++] = vs_interface_name(iface);
        }
    }
    strings_sort(names, *n);
    return names;
}

static bool
same_names(const char **a, size_t n_a, const char **b, size_t n_b)
{
    for (size_t i = 0; n_a == n_b && i < n_a; i++) {
        if (strcmp(a[i], b[i]) != 0) {
            return false;
        }
    }
    return n_a == n_b;
}

/* Does PORT have exactly the interfaces that R wants? The names that it has go to TEXT. */
static bool
has_wanted_ifaces(const struct port_request *r, const struct vs_port *port, struct str *text)
{
    const char **wanted = xalloc((r->n_ifaces + 1) * sizeof *wanted);
    for (size_t i = 0; i < r->n_ifaces; i++) {
        wanted[i] = r->ifaces[i];
    }
    strings_sort(wanted, r->n_ifaces);
    size_t n;
    const char **have = iface_names(port, &n);
    bool same = same_names(wanted, r->n_ifaces, have, n);
    for (size_t i = 0; i < n; i++) {
        str_putf(text, "%s%s", i ? ", " : "", have[i]);
    }
    os_free(wanted);
    os_free(have);
    return same;
}

/* --may-exist: ends the process unless PORT is what CALL would make. */
static void
check_same_port(struct vsctl_call *call, const struct port_request *r,
                const struct view_port *port)
{
    struct str *message = &call->output;
    str_puts(message, "\"--may-exist");
    for (int i = 0; i < call->argc; i++) {
        str_putf(message, " %s", call->argv[i]);
    }
    str_putf(message, "\" but %s ", r->name);
    if (port->bridge != r->bridge) {
        log_fatal("%sis actually attached to bridge %s", message->s, port->bridge->name);
    }
    str_puts(message, "actually has interface(s) ");
    if (!has_wanted_ifaces(r, port->row, message)) {
        log_fatal("%s", message->s);
    }
    str_clear(message);
}

static struct vs_interface *
insert_iface(struct vsctl *v, const char *name)
{
    struct vs_interface *iface = vs_interface_insert(v->txn);
    vs_interface_set_name(v->txn, iface, name);
    vsctl_expect_iface(v, iface);
    return iface;
}

static void
insert_port(struct vsctl *v, const struct port_request *r)
{
    struct vs_port *row = vs_port_insert(v->txn);
    struct vs_interface **ifaces = xalloc(r->n_ifaces * sizeof *ifaces);
    struct datum *refs = datum_new(ATOM_UUID, ATOM_VOID, r->n_ifaces);
    vs_port_set_name(v->txn, row, r->name);
    for (size_t i = 0; i < r->n_ifaces; i++) {
        ifaces[i] = insert_iface(v, r->ifaces[i]);
        refs->atoms[i].uuid = ifaces[i]->row.uuid;
    }
    vs_port_set_interfaces(v->txn, row, datum_sort_unique(refs));
    vs_port_set_bond_fake_iface(v->txn, row, r->fake_iface);
    if (r->bridge->parent) {
        const int64_t tag = r->bridge->vlan;
        vs_port_set_tag(v->txn, row, &tag);
    }
    for (size_t i = 0; i < r->n_settings; i++) {
        struct column_arg arg;
        column_arg_parse(&arg, v->schema->tables[VS_TABLE_PORT], r->settings[i], ARG_SET);
        column_set(v, &row->row, &arg);
        column_arg_fini(&arg);
    }
    replica_txn_add(v->txn, &r->bridge->row->row, VS_BRIDGE_PORTS,
                    datum_from_uuid(&row->row.uuid));
    struct view_bridge *real = r->bridge->parent ? r->bridge->parent : r->bridge;
    struct view_port *port = view_add_port(v, real, row);
    for (size_t i = 0; i < r->n_ifaces; i++) {
        view_add_iface(v, port, ifaces[i]);
    }
    os_free(ifaces);
}

static void
add_any_port(struct vsctl_call *call, struct port_request *r)
{
    struct vsctl *v = call->v;
    r->bridge = view_bridge(v, call->argv[1], true);
    r->name = call->argv[2];
    r->may_exist = call_option(call, "--may-exist");
    const struct view_port *port = view_port(v, r->name, false);
    if (port && r->may_exist && strcmp(port->bridge->name, r->name) != 0) {
        check_same_port(call, r, port);
        return;
    }
    view_check_free(v, r->name, "cannot create a port named %s", r->name);
    for (size_t i = 0; i < r->n_ifaces; i++) {
        view_check_free(v, r->ifaces[i], "cannot create an interface named %s", r->ifaces[i]);
    }
    insert_port(v, r);
}

static void
prepare_add_port(struct vsctl_call *call)
{
    prepare_new_ifaces(call);
    prepare_settings(call, 3);
}

static void
add_port(struct vsctl_call *call)
{
    struct port_request r = {
        .ifaces = &call->argv[2],
        .n_ifaces = 1,
        .settings = &call->argv[3],
        .n_settings = (size_t)call->argc - 3,
    };
    add_any_port(call, &r);
}

/* Of add-bond's arguments: the first that is no interface. */
static int
first_setting(const struct vsctl_call *call)
{
    int i = 3;
    while (i < call->argc && !strchr(call->argv[i], '=')) {
        i++;
    }
    return i;
}

static void
prepare_add_bond(struct vsctl_call *call)
{
    prepare_new_ifaces(call);
    prepare_settings(call, first_setting(call));
}

static void
add_bond(struct vsctl_call *call)
{
    int first = first_setting(call);
    struct port_request r = {
        .ifaces = &call->argv[3],
        .n_ifaces = (size_t)first - 3,
        .settings = &call->argv[first],
        .n_settings = (size_t)(call->argc - first),
        .fake_iface = call_option(call, "--fake-iface"),
    };
    if (r.n_ifaces < 2) {
        log_fatal("add-bond requires at least 2 interfaces, but only %zu were specified",
                  r.n_ifaces);
    }
    add_any_port(call, &r);
}

static void
add_bond_iface(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    const char *port_name = call->argv[1], *name = call->argv[2];
    struct view_port *port = view_port(v, port_name, true);
    const struct view_iface *iface = view_iface(v, name, false);
    if (iface && call_option(call, "--may-exist")) {
        if (iface->port != port) {
            log_fatal("\"--may-exist add-bond-iface %s %s\" but %s is actually attached to "
                      "port %s",
                      port_name, name, name, vs_port_name(iface->port->row));
        }
        return;
    }
    view_check_free(v, name, "cannot create an interface named %s", name);
    struct vs_interface *row = insert_iface(v, name);
    replica_txn_add(v->txn, &port->row->row, VS_PORT_INTERFACES, datum_from_uuid(&row->row.uuid));
    view_add_iface(v, port, row);
}

/* -- Deleting -- */

static void
del_bond_iface(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    bool must_exist = !call_option(call, "--if-exists");
    const char *name = call->argv[call->argc - 1];
    const char *port_name = call->argc == 3 ? call->argv[1] : NULL;
    const struct view_port *port = port_name ? view_port(v, port_name, true) : NULL;
    const struct view_iface *iface = view_iface(v, name, must_exist);
    if (!iface) {
        return;
    }
    if (port && iface->port != port) {
        log_fatal("port %s does not have an interface %s", port_name, name);
    }
    port = iface->port;
    if (vs_port_n_interfaces(port->row) < 2) {
        log_fatal("cannot delete last interface from port %s", vs_port_name(port->row));
    }
    replica_txn_remove(v->txn, &port->row->row, VS_PORT_INTERFACES,
                       datum_from_uuid(&iface->row->row.uuid));
    vs_interface_delete(v->txn, iface->row);
    view_drop(v);
}

static void
delete_port(struct vsctl *v, const struct view_port *port)
{
    for (size_t i = 0; i < vs_port_n_interfaces(port->row); i++) {
        struct vs_interface *iface = vs_port_interfaces(port->row, i);
        if (iface) {
            vs_interface_delete(v->txn, iface);
        }
    }
    replica_txn_remove(v->txn, &port->bridge->row->row, VS_BRIDGE_PORTS,
                       datum_from_uuid(&port->row->row.uuid));
    vs_port_delete(v->txn, port->row);
    view_drop(v);
}

/* Ends the process unless PORT may be deleted from B (NULL: wherever it is). */
static void
check_deletion(const struct view_port *port, const struct view_bridge *b, const char *target)
{
    const char *name = port->bridge->name;
    if (b && port->bridge != b) {
        if (port->bridge->parent == b) {
            log_fatal("bridge %s does not have a port %s (although its child bridge %s does)",
                      b->name, target, name);
        }
        log_fatal("bridge %s does not have a port %s", b->name, target);
    }
    if (strcmp(vs_port_name(port->row), name) == 0) {
        log_fatal("cannot delete port %s because it is the local port for bridge %s (deleting "
                  "this port requires deleting the entire bridge)",
                  target, name);
    }
}

static void
del_port(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    bool must_exist = !call_option(call, "--if-exists");
    bool with_iface = call_option(call, "--with-iface");
    const char *target = call->argv[call->argc - 1];
    const struct view_port *port = view_port(v, target, false);
    if (!port && with_iface) {
        const struct view_iface *iface = view_iface(v, target, false);
        port = iface ? iface->port : NULL;
    }
    if (!port) {
        if (must_exist) {
            log_fatal("no port%s named %s", with_iface ? " or interface" : "", target);
        }
        return;
    }
    check_deletion(port, call->argc == 3 ? view_bridge(v, call->argv[1], true) : NULL, target);
    delete_port(v, port);
}

const struct vsctl_command port_commands[] = {
    {"list-ports", 1, 1, "!BRIDGE", "", view_prepare, list_ports, NULL, false},
    {"add-port", 2, VSCTL_UNLIMITED, "!BRIDGE !NEW-PORT *COLUMN?:KEY=VALUE", "--may-exist",
     prepare_add_port, add_port, NULL, true},
    {"add-bond", 4, VSCTL_UNLIMITED, "!BRIDGE !BOND +IFACE *COLUMN?:KEY=VALUE",
     "--may-exist,--fake-iface", prepare_add_bond, add_bond, NULL, true},
    {"add-bond-iface", 2, 2, "!BOND !IFACE", "--may-exist", prepare_new_ifaces, add_bond_iface,
     NULL, true},
    {"del-bond-iface", 1, 2, "?BOND !IFACE", "--if-exists", view_prepare, del_bond_iface, NULL,
     true},
    {"del-port", 1, 2, "?BRIDGE !PORT|IFACE", "--if-exists,--with-iface", view_prepare, del_port,
     NULL, true},
    {"port-to-br", 1, 1, "!PORT", "", view_prepare, port_to_br, NULL, false},
    {"list-ifaces", 1, 1, "!BRIDGE", "", view_prepare, list_ifaces, NULL, false},
    {"iface-to-br", 1, 1, "!IFACE", "", view_prepare, iface_to_br, NULL, false},
    {NULL},
};
