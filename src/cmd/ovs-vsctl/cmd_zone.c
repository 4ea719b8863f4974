/* SPDX-License-Identifier: Apache-2.0 */
/* Connection tracking zones of a datapath: timeout policies, limits, and what the datapath can
 * do (ovs-vsctl(8), "Conntrack Zone Commands"). A zone's row goes when nothing is left in it. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"
#include "os/log.h"
#include "ovsdb/client/replica_index.h"

static void
prepare(struct vsctl_call *call)
{
    static const struct {
        uint32_t table, column;
    } columns[] = {
        {VS_TABLE_OPEN_VSWITCH, VS_OPEN_VSWITCH_DATAPATHS},
        {VS_TABLE_DATAPATH, VS_DATAPATH_CT_ZONES},
        {VS_TABLE_CT_ZONE, VS_CT_ZONE_TIMEOUT_POLICY},
        {VS_TABLE_CT_TIMEOUT_POLICY, VS_CT_TIMEOUT_POLICY_TIMEOUTS},
    };
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        vsctl_watch(call->v, columns[i].table, columns[i].column);
    }
}

static void
prepare_limits(struct vsctl_call *call)
{
    prepare(call);
    vsctl_watch(call->v, VS_TABLE_DATAPATH, VS_DATAPATH_CT_ZONE_DEFAULT_LIMIT);
    vsctl_watch(call->v, VS_TABLE_CT_ZONE, VS_CT_ZONE_LIMIT);
}

static void
prepare_capabilities(struct vsctl_call *call)
{
    vsctl_watch(call->v, VS_TABLE_OPEN_VSWITCH, VS_OPEN_VSWITCH_DATAPATHS);
    vsctl_watch(call->v, VS_TABLE_DATAPATH, VS_DATAPATH_CAPABILITIES);
}

static struct vs_datapath *
find_datapath(struct vsctl *v, const char *name)
{
    const struct vs_open_vswitch *root = vsctl_root(v);
    const struct datum *d = vs_open_vswitch_datapaths(root);
    for (size_t i = 0; i < datum_n(d); i++) {
        if (strcmp(atom_string(datum_key(d, i)), name) == 0) {
            return vs_open_vswitch_datapaths_value(root, i);
        }
    }
    return NULL;
}

static struct vs_datapath *
need_datapath(const struct vsctl_call *call)
{
    struct vs_datapath *dp = find_datapath(call->v, call->argv[1]);
    if (!dp) {
        log_fatal("datapath %s does not exist", call->argv[1]);
    }
    return dp;
}

/* The number in "zone=N", or in plain "N" where that is allowed. */
static int64_t
zone_id(const char *text, bool plain)
{
    const char *p = strncmp(text, "zone=", 5) == 0 ? text + 5 : plain ? text : "";
    char *end;
    long long id = strtoll(p, &end, 10);
    if (end == p || *end) {
        log_fatal("%s: argument is not \"zone=ID\"", text);
    }
    return id;
}

static struct vs_ct_zone *
find_zone(const struct vs_datapath *dp, int64_t id)
{
    const struct datum *d = vs_datapath_ct_zones(dp);
    const union atom key = {.integer = id};
    size_t i = datum_find(d, &key);
    return i == SIZE_MAX ? NULL : vs_datapath_ct_zones_value(dp, i);
}

static struct vs_ct_zone *
insert_zone(struct vsctl *v, struct vs_datapath *dp, int64_t id)
{
    struct vs_ct_zone *zone = vs_ct_zone_insert(v->txn);
    struct datum *d = datum_new(ATOM_INTEGER, ATOM_UUID, 1);
    d->atoms[0].integer = id;
    d->atoms[1].uuid = zone->row.uuid;
    replica_txn_put(v->txn, &dp->row, VS_DATAPATH_CT_ZONES, d);
    return zone;
}

static void
remove_zone(struct vsctl *v, struct vs_datapath *dp, struct vs_ct_zone *zone, int64_t id)
{
    replica_txn_remove(v->txn, &dp->row, VS_DATAPATH_CT_ZONES, datum_from_integer(id));
    vs_ct_zone_delete(v->txn, zone);
}

/* -- Timeout policies -- */

/* Arguments from FIRST on, KEY=SECONDS each, as a map. */
static struct datum *
read_timeouts(const struct vsctl_call *call, int first)
{
    size_t n = (size_t)(call->argc - first);
    struct datum *d = datum_new(ATOM_STRING, ATOM_INTEGER, n);
    for (size_t i = 0; i < n; i++) {
        const char *text = call->argv[first + (int)i];
        size_t key_len = strcspn(text, "=");
        atom_init_string(&d->atoms[i], text, key_len);
        d->atoms[n + i].integer = text[key_len] ? atoll(text + key_len + 1) : 0;
    }
    return datum_sort_unique(d);
}

/* A policy row with these TIMEOUTS, which are taken over: one that is there, or a new one. */
static struct vs_ct_timeout_policy *
policy_for(struct vsctl *v, struct datum *timeouts)
{
    const uint32_t column = VS_CT_TIMEOUT_POLICY_TIMEOUTS;
    const struct replica_index *index =
        replica_index_on(v->replica, VS_TABLE_CT_TIMEOUT_POLICY, &column, 1);
    const struct datum *const values[] = {timeouts};
    struct vs_ct_timeout_policy *policy =
        vs_ct_timeout_policy_from_row(replica_index_find(index, values, 1));
    if (policy) {
        datum_unref(timeouts);
    } else {
        policy = vs_ct_timeout_policy_insert(v->txn);
        vs_ct_timeout_policy_set_timeouts(v->txn, policy, timeouts);
    }
    return policy;
}

static void
add_zone_tp(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    struct vs_datapath *dp = need_datapath(call);
    int64_t id = zone_id(call->argv[2], false);
    struct vs_ct_zone *zone = find_zone(dp, id);
    if (zone && vs_ct_zone_timeout_policy(zone)) {
        if (!call_option(call, "--may-exist")) {
            log_fatal("zone id %lld already exists", (long long)id);
        }
        return;
    }
    if (!zone) {
        zone = insert_zone(v, dp, id);
    }
    vs_ct_zone_set_timeout_policy(v->txn, zone, policy_for(v, read_timeouts(call, 3)));
}

static void
del_zone_tp(struct vsctl_call *call)
{
    struct vs_datapath *dp = need_datapath(call);
    int64_t id = zone_id(call->argv[2], false);
    struct vs_ct_zone *zone = find_zone(dp, id);
    if (!zone) {
        if (!call_option(call, "--if-exists")) {
            log_fatal("zone id %lld does not exist", (long long)id);
        }
        return;
    }
    if (vs_ct_zone_limit(zone)) {
        vs_ct_zone_set_timeout_policy(call->v->txn, zone, NULL);
    } else {
        remove_zone(call->v, dp, zone, id);
    }
}

static void
prepare_del_zone_tp(struct vsctl_call *call)
{
    prepare_limits(call);
}

static void
list_zone_tp(struct vsctl_call *call)
{
    const struct vs_datapath *dp = find_datapath(call->v, call->argv[1]);
    if (!dp) {
        log_fatal("datapath: %s record not found", call->argv[1]);
    }
    const struct datum *zones = vs_datapath_ct_zones(dp);
    for (size_t i = 0; i < datum_n(zones); i++) {
        const struct vs_ct_zone *zone = vs_datapath_ct_zones_value(dp, i);
        const struct vs_ct_timeout_policy *policy = zone ? vs_ct_zone_timeout_policy(zone) : NULL;
        const struct datum *t = policy ? vs_ct_timeout_policy_timeouts(policy) : NULL;
        str_putf(&call->output,
                 "Zone:%lld, Timeout Policies:", (long long)datum_key(zones, i)->integer);
        for (size_t j = 0; j < datum_n(t); j++) {
            str_putf(&call->output, " %s=%lld", atom_string(datum_key(t, j)),
                     (long long)datum_value(t, j)->integer);
        }
        str_puts(&call->output, t ? "\n" : " system default\n");
    }
}

/* -- Limits -- */

static int64_t
read_limit(const char *text)
{
    char *end;
    long long limit = strtoll(text, &end, 10);
    if (end == text || *end || limit < 0 || limit > UINT32_MAX) {
        log_fatal("limit %s is not a number from 0 to %lu", text, (unsigned long)UINT32_MAX);
    }
    return limit;
}

static void
set_zone_limit(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    struct vs_datapath *dp = need_datapath(call);
    const int64_t limit = read_limit(call->argv[3]);
    if (strcmp(call->argv[2], "default") == 0) {
        vs_datapath_set_ct_zone_default_limit(v->txn, dp, &limit);
        return;
    }
    int64_t id = zone_id(call->argv[2], true);
    struct vs_ct_zone *zone = find_zone(dp, id);
    vs_ct_zone_set_limit(v->txn, zone ? zone : insert_zone(v, dp, id), &limit);
}

static void
del_zone_limit(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    struct vs_datapath *dp = need_datapath(call);
    if (strcmp(call->argv[2], "default") == 0) {
        if (!vs_datapath_ct_zone_default_limit(dp) && !call_option(call, "--if-exists")) {
            log_fatal("datapath %s does not have a limit", call->argv[1]);
        }
        vs_datapath_set_ct_zone_default_limit(v->txn, dp, NULL);
        return;
    }
    int64_t id = zone_id(call->argv[2], true);
    struct vs_ct_zone *zone = find_zone(dp, id);
    if (!zone || !vs_ct_zone_limit(zone)) {
        if (!call_option(call, "--if-exists")) {
            log_fatal("zone_id %lld does not have a limit", (long long)id);
        }
    } else if (vs_ct_zone_timeout_policy(zone)) {
        vs_ct_zone_set_limit(v->txn, zone, NULL);
    } else {
        remove_zone(v, dp, zone, id);
    }
}

static void
list_zone_limits(struct vsctl_call *call)
{
    const struct vs_datapath *dp = find_datapath(call->v, call->argv[1]);
    if (!dp) {
        log_fatal("datapath: %s record not found", call->argv[1]);
    }
    const int64_t *limit = vs_datapath_ct_zone_default_limit(dp);
    if (limit) {
        str_putf(&call->output, "Default, Limit: %lld\n", (long long)*limit);
    }
    const struct datum *zones = vs_datapath_ct_zones(dp);
    for (size_t i = 0; i < datum_n(zones); i++) {
        const struct vs_ct_zone *zone = vs_datapath_ct_zones_value(dp, i);
        limit = zone ? vs_ct_zone_limit(zone) : NULL;
        if (limit) {
            str_putf(&call->output, "Zone: %lld, Limit: %lld\n",
                     (long long)datum_key(zones, i)->integer, (long long)*limit);
        }
    }
}

/* -- Capabilities -- */

static void
list_dp_cap(struct vsctl_call *call)
{
    const struct vs_datapath *dp = find_datapath(call->v, call->argv[1]);
    if (!dp) {
        log_fatal("datapath \"%s\" record not found", call->argv[1]);
    }
    const struct datum *d = vs_datapath_capabilities(dp);
    for (size_t i = 0; i < datum_n(d); i++) {
        str_putf(&call->output, "%s=%s ", atom_string(datum_key(d, i)),
                 atom_string(datum_value(d, i)));
    }
    str_chomp(&call->output, " ");
    str_putc(&call->output, '\n');
}

const struct vsctl_command zone_commands[] = {
    {"add-zone-tp", 3, VSCTL_UNLIMITED, "", "--may-exist", prepare, add_zone_tp, NULL, true},
    {"del-zone-tp", 2, 2, "", "--if-exists", prepare_del_zone_tp, del_zone_tp, NULL, true},
    {"list-zone-tp", 1, 1, "", "", prepare, list_zone_tp, NULL, false},
    {"set-zone-limit", 3, 3, "!DATAPATH !ZONE !LIMIT", "", prepare_limits, set_zone_limit, NULL,
     true},
    {"del-zone-limit", 2, 2, "!DATAPATH !ZONE", "--if-exists", prepare_limits, del_zone_limit,
     NULL, true},
    {"list-zone-limits", 1, 1, "!DATAPATH", "", prepare_limits, list_zone_limits, NULL, false},
    {"list-dp-cap", 1, 1, "", "", prepare_capabilities, list_dp_cap, NULL, false},
    {NULL},
};
