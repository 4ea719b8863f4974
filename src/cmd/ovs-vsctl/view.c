/* SPDX-License-Identifier: Apache-2.0 */
/* The switch as ovs-vsctl's commands speak of it: bridges with ports with interfaces, found by
 * name. A fake bridge is a port with `fake_bridge` set and a tag: the other ports of the parent
 * with that tag belong to it. Built from the replica when a command first looks, kept up to date
 * by commands that add, dropped by those that do anything else. Names are borrowed from rows. */
#include <stdarg.h>
#include <string.h>

#include "cmd/ovs-vsctl/vsctl.h"
#include "os/log.h"

void
view_prepare(struct vsctl_call *call)
{
    static const struct {
        uint32_t table, column;
    } columns[] = {
        {VS_TABLE_OPEN_VSWITCH, VS_OPEN_VSWITCH_BRIDGES},
        {VS_TABLE_BRIDGE, VS_BRIDGE_NAME},
        {VS_TABLE_BRIDGE, VS_BRIDGE_CONTROLLER},
        {VS_TABLE_BRIDGE, VS_BRIDGE_FAIL_MODE},
        {VS_TABLE_BRIDGE, VS_BRIDGE_PORTS},
        {VS_TABLE_PORT, VS_PORT_NAME},
        {VS_TABLE_PORT, VS_PORT_FAKE_BRIDGE},
        {VS_TABLE_PORT, VS_PORT_TAG},
        {VS_TABLE_PORT, VS_PORT_INTERFACES},
        {VS_TABLE_INTERFACE, VS_INTERFACE_NAME},
    };
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        vsctl_watch(call->v, columns[i].table, columns[i].column);
    }
}

bool
view_is_wanted(const struct vsctl *v)
{
    return replica_watched(v->replica, VS_TABLE_BRIDGE, VS_BRIDGE_NAME) != REPLICA_NONE &&
           replica_watched(v->replica, VS_TABLE_PORT, VS_PORT_INTERFACES) != REPLICA_NONE;
}

/* -- Building -- */

struct view_bridge *
view_add_bridge(struct vsctl *v, struct vs_bridge *row, const char *name,
                struct view_bridge *parent, int vlan)
{
    struct view_bridge *b = xzalloc(sizeof *b);
    b->name = name;
    b->row = row;
    b->parent = parent;
    b->vlan = vlan;
    list_init(&b->ports);
    hmap_insert(&view_get(v)->bridges, &b->node, hash_string(name, 0));
    return b;
}

struct view_port *
view_add_port(struct vsctl *v, struct view_bridge *b, struct vs_port *row)
{
    struct view_port *p = xzalloc(sizeof *p);
    const int64_t *tag = vs_port_tag(row);
    struct view_bridge *fake = tag && !b->parent ? view_fake_bridge(v, b, (int)*tag) : NULL;
    p->bridge = fake ? fake : b;
    p->row = row;
    list_push_back(&p->bridge->ports, &p->bridge_node);
    hmap_insert(&view_get(v)->ports, &p->node, hash_string(vs_port_name(row), 0));
    return p;
}

void
view_add_iface(struct vsctl *v, struct view_port *port, struct vs_interface *row)
{
    struct view_iface *i = xzalloc(sizeof *i);
    i->port = port;
    i->row = row;
    hmap_insert(&view_get(v)->ifaces, &i->node, hash_string(vs_interface_name(row), 0));
}

static void
add_fake_bridges(struct vsctl *v, struct view_bridge *b)
{
    for (size_t i = 0; i < vs_bridge_n_ports(b->row); i++) {
        const struct vs_port *port = vs_bridge_ports(b->row, i);
        const int64_t *tag = port ? vs_port_tag(port) : NULL;
        if (tag && vs_port_fake_bridge(port) && *tag >= 0 && *tag <= 4095) {
            view_add_bridge(v, b->row, vs_port_name(port), b, (int)*tag);
        }
    }
}

static void
add_ports(struct vsctl *v, struct view_bridge *b)
{
    for (size_t i = 0; i < vs_bridge_n_ports(b->row); i++) {
        struct vs_port *row = vs_bridge_ports(b->row, i);
        if (!row) {
            continue;
        }
        struct view_port *port = view_add_port(v, b, row);
        for (size_t j = 0; j < vs_port_n_interfaces(row); j++) {
            struct vs_interface *iface = vs_port_interfaces(row, j);
            if (iface) {
                view_add_iface(v, port, iface);
            }
        }
    }
}

struct view *
view_get(struct vsctl *v)
{
    if (v->view) {
        return v->view;
    }
    v->view = xzalloc(sizeof *v->view);
    hmap_init(&v->view->bridges);
    hmap_init(&v->view->ports);
    hmap_init(&v->view->ifaces);
    const struct vs_open_vswitch *root = vsctl_root(v);
    for (size_t i = 0; i < vs_open_vswitch_n_bridges(root); i++) {
        struct vs_bridge *row = vs_open_vswitch_bridges(root, i);
        if (row) {
            struct view_bridge *b = view_add_bridge(v, row, vs_bridge_name(row), NULL, 0);
            add_fake_bridges(v, b);
            add_ports(v, b);
        }
    }
    return v->view;
}

void
view_drop(struct vsctl *v)
{
    if (!v->view) {
        return;
    }
    HMAP_FOR_EACH_SAFE (struct view_iface, i, node, &v->view->ifaces) {
        os_free(i);
    }
    HMAP_FOR_EACH_SAFE (struct view_port, p, node, &v->view->ports) {
        os_free(p);
    }
    HMAP_FOR_EACH_SAFE (struct view_bridge, b, node, &v->view->bridges) {
        os_free(b);
    }
    hmap_fini(&v->view->ifaces);
    hmap_fini(&v->view->ports);
    hmap_fini(&v->view->bridges);
    os_free(v->view);
    v->view = NULL;
}

/* -- Finding -- */

struct view_bridge *
view_bridge(struct vsctl *v, const char *name, bool must_exist)
{
    HMAP_FOR_EACH_WITH_HASH (struct view_bridge, b, node, hash_string(name, 0),
                             &view_get(v)->bridges) {
        if (strcmp(b->name, name) == 0) {
            return b;
        }
    }
    if (must_exist) {
        log_fatal("no bridge named %s", name);
    }
    return NULL;
}

struct view_bridge *
view_real_bridge(struct vsctl *v, const char *name)
{
    struct view_bridge *b = view_bridge(v, name, true);
    if (b->parent) {
        log_fatal("%s is a fake bridge", name);
    }
    return b;
}

struct view_bridge *
view_fake_bridge(struct vsctl *v, const struct view_bridge *parent, int vlan)
{
    HMAP_FOR_EACH (struct view_bridge, b, node, &view_get(v)->bridges) {
        if (b->parent == parent && b->vlan == vlan) {
            return b;
        }
    }
    return NULL;
}

struct view_port *
view_port(struct vsctl *v, const char *name, bool must_exist)
{
    HMAP_FOR_EACH_WITH_HASH (struct view_port, p, node, hash_string(name, 0),
                             &view_get(v)->ports) {
        if (strcmp(vs_port_name(p->row), name) == 0 &&
            !(must_exist && strcmp(p->bridge->name, name) == 0)) {
            return p;
        }
    }
    if (must_exist) {
        log_fatal("no port named %s", name);
    }
    return NULL;
}

struct view_iface *
view_iface(struct vsctl *v, const char *name, bool must_exist)
{
    HMAP_FOR_EACH_WITH_HASH (struct view_iface, i, node, hash_string(name, 0),
                             &view_get(v)->ifaces) {
        if (strcmp(vs_interface_name(i->row), name) == 0 &&
            !(must_exist && strcmp(i->port->bridge->name, name) == 0)) {
            return i;
        }
    }
    if (must_exist) {
        log_fatal("no interface named %s", name);
    }
    return NULL;
}

void
view_check_free(struct vsctl *v, const char *name, const char *fmt, ...)
{
    va_list args;
    va_start(args, fmt);
    char *what = xvasprintf(fmt, args);
    va_end(args);
    const struct view_port *port = view_port(v, name, false);
    const struct view_iface *iface = view_iface(v, name, false);
    if (view_bridge(v, name, false)) {
        log_fatal("%s because a bridge named %s already exists", what, name);
    }
    if (port) {
        log_fatal("%s because a port named %s already exists on bridge %s", what, name,
                  port->bridge->name);
    }
    if (iface) {
        log_fatal("%s because an interface named %s already exists on bridge %s", what, name,
                  iface->port->bridge->name);
    }
    os_free(what);
}

/* -- Names -- */

const char **
view_bridge_names(struct vsctl *v, bool real, bool fake, size_t *n)
{
    const struct view *view = view_get(v);
    const char **names = xalloc((hmap_count(&view->bridges) + 1) * sizeof *names);
    *n = 0;
    HMAP_FOR_EACH (struct view_bridge, b, node, &view->bridges) {
        if (b->parent ? fake : real) {
            names[(*n)++] = b->name;
        }
    }
    strings_sort(names, *n);
    return names;
}

const char **
view_port_names(const struct view_bridge *b, size_t *n)
{
    const char **names = xalloc((list_count(&b->ports) + 1) * sizeof *names);
    *n = 0;
    LIST_FOR_EACH (struct view_port, p, bridge_node, &b->ports) {
        const char *name = vs_port_name(p->row);
        if (strcmp(name, b->name) != 0) {
            names[(*n)++] = name;
        }
    }
    strings_sort(names, *n);
    return names;
}
