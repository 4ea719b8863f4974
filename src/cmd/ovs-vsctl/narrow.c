/* SPDX-License-Identifier: Apache-2.0 */
/* Keeps the cost of a command from growing with the number of ports. Most command lines speak of
 * a few ports and interfaces by name: then only the rows with these names (and fake bridges, which
 * decide where a port belongs) are asked of the server. One call that may look at others, and all
 * rows are; so they are when an interface turns out to be in a port of another name (a bond).
 * Where ports are only added not even the bridge's list of ports is needed, unless the name turns
 * out to be taken. A table says where each command has its names. */
#include <string.h>

#include "cmd/ovs-vsctl/vsctl.h"

enum names_at {
    NAME_IS_SECOND, /* add-port BRIDGE PORT */
    NAME_IS_FIRST,  /* port-to-br PORT */
    NAME_IS_LAST,   /* del-port [BRIDGE] PORT */
    RECORD,         /* set TABLE RECORD … */
    RECORDS,        /* list TABLE RECORD… */
    NO_NAMES        /* reads neither ports nor interfaces */
};

static const struct {
    const char *command;
    enum names_at at;
    const char *unless; /* an option that makes it look further */
    bool wants_ports;   /* reads Bridge.ports */
} commands[] = {
    {"add-port", NAME_IS_SECOND, NULL, false},
    {"del-port", NAME_IS_LAST, "--with-iface", true},
    {"port-to-br", NAME_IS_FIRST, NULL, true},
    {"set", RECORD, NULL, false},
    {"get", RECORD, "--id", false},
    {"add", RECORD, NULL, false},
    {"remove", RECORD, NULL, false},
    {"clear", RECORD, NULL, false},
    {"wait-until", RECORD, NULL, false},
    {"list", RECORDS, NULL, false},
    {"init", NO_NAMES, NULL, false},
    {"comment", NO_NAMES, NULL, false},
};

/* Could NAME be (the beginning of) a UUID, or stand for the only record? */
static bool
is_ambiguous(const char *name)
{
    return !strcmp(name, ".") || name[strspn(name, "0123456789abcdefABCDEF-")] == '\0';
}

static bool
add_name(json_t *names, const char *name)
{
    if (is_ambiguous(name)) {
        return false;
    }
    json_array_append_new(names, json_pack("[sss]", "name", "==", name));
    return true;
}

/* The names of records [FIRST, LAST) of CALL, which works on the table in argv[1]. */
static bool
add_records(const struct vsctl_call *call, int first, int last, json_t *names)
{
    uint32_t table = find_table(call->v, call->argv[1])->index;
    if (table == VS_TABLE_BRIDGE || table == VS_TABLE_OPEN_VSWITCH) {
        call->v->wants_ports |= table == VS_TABLE_BRIDGE;
        return true;
    }
    if (table != VS_TABLE_PORT && table != VS_TABLE_INTERFACE) {
        return false; /* its records may be named through ports */
    }
    for (int i = first; i < last; i++) {
        if (!add_name(names, call->argv[i])) {
            return false;
        }
    }
    return first < last;
}

/* Adds what CALL reads to NAMES; false if it may read anything. */
static bool
add_call(const struct vsctl_call *call, json_t *names)
{
    for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
        if (strcmp(commands[i].command, call->command->name)) {
            continue;
        }
        if (commands[i].unless && call_option(call, commands[i].unless)) {
            return false;
        }
        call->v->wants_ports |= commands[i].wants_ports;
        switch (commands[i].at) {
        case NAME_IS_FIRST:
            return add_name(names, call->argv[1]);
        case NAME_IS_SECOND:
            return add_name(names, call->argv[2]);
        case NAME_IS_LAST:
            return add_name(names, call->argv[call->argc - 1]);
        case RECORD:
            return add_records(call, 2, 3, names);
        case RECORDS:
            return add_records(call, 2, call->argc, names);
        case NO_NAMES:
            return true;
        }
    }
    return false;
}

void
narrow_replica(struct vsctl *v)
{
    json_t *names = json_array();
    for (size_t i = 0; i < v->n_calls; i++) {
        if (!add_call(&v->calls[i], names)) {
            json_decref(names);
            return;
        }
    }
    if (json_array_size(names) == 0) {
        json_array_append_new(names, json_false());
    }
    json_t *ports = json_copy(names);
    json_array_append_new(ports, json_pack("[ssb]", "fake_bridge", "==", 1));
    replica_set_condition(v->replica, VS_TABLE_PORT, ports);
    replica_set_condition(v->replica, VS_TABLE_INTERFACE, names);
    v->narrowed = true;
    if (!v->wants_ports) {
        replica_watch(v->replica, VS_TABLE_BRIDGE, VS_BRIDGE_PORTS, REPLICA_NONE);
    }
}

static bool
is_in_a_port(const struct vsctl *v, const struct vs_interface *iface)
{
    VS_PORT_FOR_EACH(port, v->replica)
    {
        for (size_t i = 0; i < vs_port_n_interfaces(port); i++) {
            if (vs_port_interfaces(port, i) == iface) {
                return true;
            }
        }
    }
    return false;
}

/* Is there a row that may be in the way of one to be added? */
static bool
has_rows(const struct vsctl *v)
{
    return replica_n_rows(v->replica, VS_TABLE_PORT) ||
           replica_n_rows(v->replica, VS_TABLE_INTERFACE);
}

bool
narrow_undo(struct vsctl *v)
{
    if (!v->narrowed) {
        return false;
    }
    if (!v->wants_ports && has_rows(v) && view_is_wanted(v)) {
        v->wants_ports = true;
        vsctl_watch(v, VS_TABLE_BRIDGE, VS_BRIDGE_PORTS);
        replica_resync(v->replica);
        return true;
    }
    VS_INTERFACE_FOR_EACH(iface, v->replica)
    {
        if (!is_in_a_port(v, iface)) {
            replica_set_condition(v->replica, VS_TABLE_PORT, NULL);
            replica_set_condition(v->replica, VS_TABLE_INTERFACE, NULL);
            replica_resync(v->replica);
            v->narrowed = false;
            return true;
        }
    }
    return false;
}
