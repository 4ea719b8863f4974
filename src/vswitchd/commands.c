/* SPDX-License-Identifier: Apache-2.0 */
/* The daemon's own runtime commands (ovs-vswitchd(8), "Runtime management commands"): a table,
 * and a function per row. Those of datapaths (dpctl/…) and dummies have tables of their own. */
#include "vswitchd/vswitchd_internal.h"

#include "netdev/netdev_dummy.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Answers with TEXT, which is emptied. */
static void
reply_text(struct command_call *call, struct str *text)
{
    command_reply(call, str_text(text));
    str_fini(text);
}

static void
run_exit(struct command_call *call, int argc, const char *argv[], void *v_)
{
    struct vswitchd *v = v_;
    v->cleanup = v->cleanup || (argc > 1 && !strcmp(argv[1], "--cleanup"));
    if (v->exit_call) {
        command_reply(call, NULL);
        return;
    }
    v->exiting = true;
    v->exit_call = call; /* answered once everything is down */
    os_loop_stop(v->loop);
}

static void
run_ofproto_list(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *v_)
{
    const struct vswitchd *v = v_;
    struct str text = STR_INIT;
    for (struct ofproto *o = ofproto_first(v->ofprotos); o; o = ofproto_next(o)) {
        str_putf(&text, "%s\n", ofproto_name(o));
    }
    reply_text(call, &text);
}

static void
run_dpif_show(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *v_)
{
    const struct vswitchd *v = v_;
    if (command_wants_json(call)) {
        command_reply_json(call, ofproto_datapaths_json(v->ofprotos));
        return;
    }
    struct str text = STR_INIT;
    ofproto_show_datapaths(v->ofprotos, &text);
    reply_text(call, &text);
}

static void
run_dpif_dump_dps(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *v_)
{
    const struct vswitchd *v = v_;
    struct str text = STR_INIT;
    for (struct ofproto *o = ofproto_first(v->ofprotos); o; o = ofproto_next(o)) {
        str_putf(&text, "%s@%s\n", dpif_type(ofproto_dpif(o)), ofproto_name(o));
    }
    reply_text(call, &text);
}

/* The switch named ARGV[1]; answers the call and gives NULL when there is none. */
static struct ofproto *
find_switch(struct command_call *call, const char *name, const struct vswitchd *v)
{
    struct ofproto *o = ofproto_find(v->ofprotos, name);
    if (!o) {
        command_reply_error(call, "no such bridge");
    }
    return o;
}

static void
add_mac_row(void *array, const struct ofproto_mac_row *row)
{
    char mac[20];
    snprintf(mac, sizeof mac, MAC_FORMAT, MAC_ARGS(row->mac));
    json_array_append_new(array,
                          json_pack("{s:s, s:i, s:s, s:I}", "port", row->port_name, "vlan",
                                    (int)row->vlan, "mac", mac, "age", (json_int_t)row->age_s));
}

/* The switches named by the arguments, all of them without any. *N is 0, and the call answered,
 * when one does not exist. The caller frees the array. */
static const struct ofproto **
named_switches(struct command_call *call, int argc, const char *argv[], const struct vswitchd *v,
               size_t *n)
{
    size_t capacity = 0;
    const struct ofproto **switches = NULL;
    *n = 0;
    for (int i = 1; i < argc; i++) {
        const struct ofproto *o = find_switch(call, argv[i], v);
        if (!o) {
            *n = 0;
            return switches;
        }
        if (*n == capacity) {
            switches = xgrow(switches, &capacity, sizeof *switches);
        }
        switches[(*n)++] = o;
    }
    for (struct ofproto *o = argc < 2 ? ofproto_first(v->ofprotos) : NULL; o;
         o = ofproto_next(o)) {
        if (*n == capacity) {
            switches = xgrow(switches, &capacity, sizeof *switches);
        }
        switches[(*n)++] = o;
    }
    return switches;
}

static void
run_fdb_show(struct command_call *call, int argc, const char *argv[], void *v_)
{
    const struct vswitchd *v = v_;
    size_t n;
    const struct ofproto **switches = named_switches(call, argc, argv, v, &n);
    if (n == 0 && argc > 1) {
        os_free(switches);
        return;
    }
    if (command_wants_json(call)) {
        json_t *object = json_object();
        for (size_t i = 0; i < n; i++) {
            json_t *rows = json_array();
            ofproto_for_each_mac(switches[i], add_mac_row, rows);
            json_object_set_new(object, ofproto_name(switches[i]), rows);
        }
        command_reply_json(call, object);
    } else {
        struct str text = STR_INIT;
        ofproto_show_macs(switches, n, &text);
        reply_text(call, &text);
    }
    os_free(switches);
}

static void
run_fdb_flush(struct command_call *call, int argc, const char *argv[], void *v_)
{
    const struct vswitchd *v = v_;
    if (argc > 1) {
        struct ofproto *o = find_switch(call, argv[1], v);
        if (!o) {
            return;
        }
        ofproto_flush_macs(o);
    } else {
        for (struct ofproto *o = ofproto_first(v->ofprotos); o; o = ofproto_next(o)) {
            ofproto_flush_macs(o);
        }
    }
    command_reply(call, "table successfully flushed");
}

static void
run_fdb_stats_show(struct command_call *call, int argc UNUSED, const char *argv[], void *v)
{
    struct ofproto *o = find_switch(call, argv[1], v);
    if (o) {
        struct str text = STR_INIT;
        ofproto_show_mac_counters(o, &text);
        reply_text(call, &text);
    }
}

static void
run_fdb_stats_clear(struct command_call *call, int argc, const char *argv[], void *v_)
{
    const struct vswitchd *v = v_;
    if (argc > 1) {
        struct ofproto *o = find_switch(call, argv[1], v);
        if (!o) {
            return;
        }
        ofproto_clear_mac_counters(o);
    } else {
        for (struct ofproto *o = ofproto_first(v->ofprotos); o; o = ofproto_next(o)) {
            ofproto_clear_mac_counters(o);
        }
    }
    command_reply(call, "statistics successfully cleared");
}

static void
run_upcall_show(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED, void *v_)
{
    const struct vswitchd *v = v_;
    struct str text = STR_INIT;
    ofproto_show_upcalls(v->ofprotos, &text);
    reply_text(call, &text);
}

static void
run_revalidator_wait(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
                     void *v_)
{
    const struct vswitchd *v = v_;
    ofproto_revalidate_now(v->ofprotos);
    command_reply(call, NULL);
}

static void
run_revalidator_purge(struct command_call *call, int argc UNUSED, const char *argv[] UNUSED,
                      void *v_)
{
    const struct vswitchd *v = v_;
    ofproto_purge(v->ofprotos);
    command_reply(call, NULL);
}

static const struct command commands[] = {
    {"exit", "[--cleanup]", 0, 1, run_exit},
    {"dpif/dump-dps", "", 0, 0, run_dpif_dump_dps},
    {"dpif/show", "", 0, 0, run_dpif_show},
    {"fdb/flush", "[bridge]", 0, 1, run_fdb_flush},
    {"fdb/show", "[bridge...]", 0, UINT32_MAX, run_fdb_show},
    {"fdb/stats-clear", "[bridge]", 0, 1, run_fdb_stats_clear},
    {"fdb/stats-show", "bridge", 1, 1, run_fdb_stats_show},
    {"ofproto/list", "", 0, 0, run_ofproto_list},
    {"revalidator/purge", "", 0, 0, run_revalidator_purge},
    {"revalidator/wait", "", 0, 0, run_revalidator_wait},
    {"upcall/show", "", 0, 0, run_upcall_show},
};

void
vswitchd_add_commands(struct vswitchd *v)
{
    command_add(v->commands, commands, ARRAY_LEN(commands), v);
}
