/* SPDX-License-Identifier: Apache-2.0 */
/* Puts the daemon together and keeps it going: the replica of the database calls for a
 * reconciliation, devices call for status, a timer for counters. The lock "ovs_vswitchd" on the
 * database keeps a second daemon from touching the switch. One thread. */
#include "vswitchd/vswitchd_internal.h"

#include "config.h"
#include "ipc/memory.h"
#include "os/coverage.h"
#include "os/daemon.h"
#include "os/log.h"
#include "os/process.h"
#include "vswitchd/dpctl.h"
#include "vswitchd/dummy_commands.h"

#include <stdlib.h>
#include <string.h>

LOG_MODULE(bridge);

enum { DEFAULT_STATS_MS = 5000, AVERAGES_MS = 5000 };

static const struct {
    uint32_t table, column;
    enum replica_watch watch;
} columns[] = {
#define CONFIG                      REPLICA_ALERT
#define STATUS                      REPLICA_QUIET
#define COLUMN(TABLE, COLUMN_, USE) {VS_TABLE_##TABLE, VS_##TABLE##_##COLUMN_, USE},
#include "vswitchd/columns.def"
#undef COLUMN
#undef CONFIG
#undef STATUS
};

static void
apply(struct vswitchd *v)
{
    static bool warned;
    if (v->exiting || !replica_is_synced(v->replica)) {
        return;
    }
    if (!replica_has_lock(v->replica)) {
        if (replica_is_lock_contended(v->replica) && !warned) {
            log_err("another ovs-vswitchd process is running, disabling this process (pid %d) "
                    "until it goes away",
                    os_pid());
            warned = true;
            ofproto_leave_datapaths(v->ofprotos, true); /* they are the other's */
            reconcile_remove_all(v);
            ofproto_leave_datapaths(v->ofprotos, false);
        }
        return;
    }
    warned = false;
    reconcile(v);
    replica_forget_changes(v->replica);
    status_write(v, false);
    if (!v->completed) {
        v->completed = true;
        ofproto_end_adoption(v->ofprotos);
        log_info("%s (Open vSwitch) %s", log_program_name(), OVS_LEVEL);
        daemon_complete();
    }
}

static void
replica_changed(void *v)
{
    apply(v);
}

/* A link changed, or the host has another device. */
static void
devices_changed(void *v_)
{
    struct vswitchd *v = v_;
    v->retry = true;
    apply(v);
}

static uint64_t
stats_interval_ms(const struct vswitchd *v)
{
    struct vs_open_vswitch *ovs = vs_open_vswitch_first(v->replica);
    const char *text =
        ovs ? datum_get_string(vs_open_vswitch_other_config(ovs), "stats-update-interval") : NULL;
    return text ? MAX(strtoull(text, NULL, 10), DEFAULT_STATS_MS) : DEFAULT_STATS_MS;
}

static void
stats_due(void *v_)
{
    struct vswitchd *v = v_;
    if (v->completed && replica_is_synced(v->replica)) {
        status_write(v, true);
    }
    os_timer_start(&v->stats, stats_interval_ms(v));
}

static void
averages_due(void *v_)
{
    struct vswitchd *v = v_;
    coverage_tick();
    os_timer_start(&v->averages, AVERAGES_MS);
}

static int
open_replica(struct vswitchd *v, const char *database, struct err *e)
{
    static const struct replica_events events = {.changed = replica_changed};
    json_t *json;
    struct fault fault = {0};
    int code = json_read(vs_schema_json, strlen(vs_schema_json), &json, e);
    VERIFY(!code);
    code = db_schema_from_json(json, &v->schema, &fault);
    VERIFY(!code); /* built in */
    json_decref(json);
    v->replica = replica_new(v->loop, v->schema, &events, v);
    for (size_t i = 0; i < ARRAY_LEN(columns); i++) {
        replica_watch(v->replica, columns[i].table, columns[i].column, columns[i].watch);
    }
    replica_track_changes(v->replica, true);
    replica_set_lock(v->replica, "ovs_vswitchd");
    return replica_connect(v->replica, database, true, e);
}

static void
open_switch(struct vswitchd *v, const struct vswitchd_options *options)
{
    v->registry = netdev_registry_new(v->loop, devices_changed, v);
    v->dpifs = dpif_set_new(v->registry);
    v->ofprotos = ofproto_set_new(v->dpifs, v->registry);
    netdev_enable_dummies(v->registry, options->dummies);
    dpif_enable_dummies(v->dpifs, options->dummies);
    if (options->disable_system) {
        dpif_disable_kernel(v->dpifs);
    }
}

static void
count_memory(json_t *counts, void *v_)
{
    const struct vswitchd *v = v_;
    size_t n_flows, n_ports, n_rules;
    ofproto_memory(v->ofprotos, &n_flows, &n_ports, &n_rules);
    memory_count(counts, "ports", n_ports);
    memory_count(counts, "rules", n_rules);
    memory_count(counts, "udpif keys", n_flows);
}

int
vswitchd_start(struct os_loop *loop, const struct vswitchd_options *options,
               struct vswitchd **vswitchd, struct err *e)
{
    struct vswitchd *v = xzalloc(sizeof *v);
    v->loop = loop;
    hmap_init(&v->bridges);
    os_timer_init(&v->stats, loop, stats_due, v);
    os_timer_init(&v->averages, loop, averages_due, v);
    os_timer_start(&v->stats, DEFAULT_STATS_MS);
    os_timer_start(&v->averages, AVERAGES_MS);
    open_switch(v, options);
    memory_add_reporter(count_memory, v);
    memory_watch(loop);
    int code = command_server_open(loop, options->unixctl, &v->commands, e);
    if (!code) {
        vswitchd_add_commands(v);
        dpctl_add_commands(v->commands, v->dpifs, v->registry);
        if (options->dummies != NETDEV_DUMMIES_NONE) {
            command_add_clock(v->commands);
            dummy_commands_add(v->commands, v->registry, v->dpifs);
        }
        code = open_replica(v, options->database, e);
    }
    if (code) {
        vswitchd_stop(v);
        return code;
    }
    *vswitchd = v;
    return 0;
}

void
vswitchd_stop(struct vswitchd *v)
{
    memory_remove_reporter(count_memory, v);
    memory_unwatch();
    ofproto_leave_datapaths(v->ofprotos, !v->cleanup);
    reconcile_remove_all(v);
    replica_free(v->replica);
    db_schema_free(v->schema);
    ofproto_set_free(v->ofprotos);
    dpif_set_free(v->dpifs);
    netdev_registry_free(v->registry);
    if (v->exit_call) {
        command_reply(v->exit_call, NULL);
        os_loop_turn(v->loop, 0); /* let the answer go out */
    }
    command_server_close(v->commands);
    os_timer_stop(&v->stats);
    os_timer_stop(&v->averages);
    hmap_fini(&v->bridges);
    os_free(v);
}

bool
vswitchd_is_exiting(const struct vswitchd *v)
{
    return v->exiting;
}
