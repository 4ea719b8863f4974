/* SPDX-License-Identifier: Apache-2.0 */
/* Auto-attach mappings of I-SIDs to VLANs (ovs-vsctl(8), "Auto-Attach Commands"). They lie in the
 * AutoAttach row of a bridge, which is made for the first of them. */
#include <errno.h>
#include <stdlib.h>

#include "cmd/ovs-vsctl/commands.h"
#include "os/log.h"

static void
prepare(struct vsctl_call *call)
{
    view_prepare(call);
    vsctl_watch(call->v, VS_TABLE_BRIDGE, VS_BRIDGE_AUTO_ATTACH);
    vsctl_watch(call->v, VS_TABLE_AUTOATTACH, VS_AUTOATTACH_MAPPINGS);
}

static int64_t
number(const char *text)
{
    char *end;
    errno = 0;
    long long x = strtoll(text, &end, 0);
    if (errno || end == text || *end) {
        log_fatal("Invalid argument %s", text);
    }
    return x;
}

/* The arguments I-SID and VLAN as a map. */
static struct datum *
mapping(const struct vsctl_call *call)
{
    struct datum *d = datum_new(ATOM_INTEGER, ATOM_INTEGER, 1);
    d->atoms[0].integer = number(call->argv[2]);
    d->atoms[1].integer = number(call->argv[3]);
    return d;
}

static void
add_mapping(struct vsctl_call *call)
{
    struct replica_txn *txn = call->v->txn;
    struct vs_bridge *bridge = view_bridge(call->v, call->argv[1], true)->row;
    struct datum *pair = mapping(call);
    struct vs_autoattach *aa = vs_bridge_auto_attach(bridge);
    if (!aa) {
        aa = vs_autoattach_insert(txn);
        vs_bridge_set_auto_attach(txn, bridge, aa);
    }
    replica_txn_put(txn, &aa->row, VS_AUTOATTACH_MAPPINGS, pair);
}

static void
del_mapping(struct vsctl_call *call)
{
    struct vs_bridge *bridge = view_bridge(call->v, call->argv[1], true)->row;
    struct datum *pair = mapping(call);
    struct vs_autoattach *aa = vs_bridge_auto_attach(bridge);
    if (aa && datum_includes_all(pair, vs_autoattach_mappings(aa))) {
        replica_txn_remove(call->v->txn, &aa->row, VS_AUTOATTACH_MAPPINGS, pair);
    } else {
        datum_unref(pair);
    }
}

static void
get_mapping(struct vsctl_call *call)
{
    const struct vs_autoattach *aa =
        vs_bridge_auto_attach(view_bridge(call->v, call->argv[1], true)->row);
    const struct datum *d = aa ? vs_autoattach_mappings(aa) : NULL;
    for (size_t i = 0; i < datum_n(d); i++) {
        str_putf(&call->output, "%lld %lld\n", (long long)datum_key(d, i)->integer,
                 (long long)datum_value(d, i)->integer);
    }
}

const struct vsctl_command attach_commands[] = {
    {"add-aa-mapping", 3, 3, "!BRIDGE !ARG !ARG", "", prepare, add_mapping, NULL, true},
    {"del-aa-mapping", 3, 3, "!BRIDGE !ARG !ARG", "", prepare, del_mapping, NULL, true},
    {"get-aa-mapping", 1, 1, "!BRIDGE", "", prepare, get_mapping, NULL, false},
    {NULL},
};
