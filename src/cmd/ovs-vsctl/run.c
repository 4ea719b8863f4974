/* SPDX-License-Identifier: Apache-2.0 */
/* One run of ovs-vsctl against the database: replicate what the calls read, carry them out in a
 * transaction, commit, begin again if that is what it takes, print, and wait until the switch
 * has caught up (cur_cfg reaches the next_cfg that the transaction made). Where ovs-vswitchd
 * does not run that would be a long silence, so a word is said after a second. A switch that
 * cannot do what was asked is exit code 65 (160 on Windows), as in newer Open vSwitch. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-vsctl/vsctl.h"
#include "os/dirs.h"
#include "os/log.h"
#include "os/process.h"

LOG_MODULE(vsctl);

#define SILENCE_MS 1000

void
vsctl_exit(struct vsctl *v, int code)
{
    (void)v;
    exit(code);
}

void
vsctl_watch(struct vsctl *v, uint32_t table, uint32_t column)
{
    replica_watch(v->replica, table, column, REPLICA_ALERT);
}

struct vs_open_vswitch *
vsctl_root(struct vsctl *v)
{
    return vs_open_vswitch_first(v->replica);
}

void
vsctl_expect_iface(struct vsctl *v, const struct vs_interface *iface)
{
    if (v->n_new_ifaces == v->new_ifaces_size) {
        v->new_ifaces = xgrow(v->new_ifaces, &v->new_ifaces_size, sizeof *v->new_ifaces);
    }
    v->new_ifaces[v->n_new_ifaces++] = iface->row.uuid;
}

/* -- Waiting for the server -- */

struct wait {
    struct vsctl *v;
    uint64_t seqno; /* changed() is true once the replica is past it */
    int64_t cfg;    /* applied() is true once the switch has it */
};

static bool
is_ready(void *v_)
{
    const struct vsctl *v = v_;
    return replica_is_synced(v->replica) || !replica_is_alive(v->replica);
}

static bool
changed(void *wait_)
{
    const struct wait *w = wait_;
    return !replica_is_alive(w->v->replica) ||
           (replica_is_synced(w->v->replica) && replica_seqno(w->v->replica) != w->seqno);
}

static bool
committed(void *v_)
{
    const struct vsctl *v = v_;
    return replica_txn_result(v->txn) != REPLICA_TXN_PENDING;
}

static void
check_connection(struct vsctl *v)
{
    if (!replica_is_alive(v->replica)) {
        int code = replica_last_error(v->replica);
        log_fatal("%s: database connection failed (%s)", v->db, err_text(code));
    }
}

static void
wait_until_synced(struct vsctl *v)
{
    os_loop_run(v->loop, is_ready, v, UINT64_MAX);
    check_connection(v);
}

/* -- An attempt -- */

static void
check_symbols(const struct vsctl *v)
{
    HMAP_FOR_EACH (struct symbol, s, node, &v->symbols.symbols) {
        if (!s->created) {
            log_fatal("row id \"%s\" is referenced but never created (e.g. with \"-- --id=%s "
                      "create ...\")",
                      s->name, s->name);
        }
        if (!s->strong_ref) {
            log_warn("row id \"%s\" was created but %s reference to it was inserted, so it will "
                     "not actually appear in the database",
                     s->name, s->weak_ref ? "only a weak" : "no");
        }
    }
}

static void
start_attempt(struct vsctl *v)
{
    v->txn = replica_txn_new(v->replica);
    symbol_table_init(&v->symbols);
    v->try_again = false;
    v->n_new_ifaces = 0;
    replica_txn_comment(v->txn, v->command_line);
    if (v->dry_run) {
        replica_txn_set_dry_run(v->txn);
    }
    struct vs_open_vswitch *root = vsctl_root(v);
    if (!root) {
        root = vs_open_vswitch_insert(v->txn);
    }
    if (v->wait) {
        replica_txn_increment(v->txn, &root->row, VS_OPEN_VSWITCH_NEXT_CFG, false);
    }
}

static void
end_attempt(struct vsctl *v)
{
    view_drop(v);
    symbol_table_fini(&v->symbols);
}

/* Runs all calls; false when one waits for something. */
static bool
run_calls(struct vsctl *v)
{
    for (size_t i = 0; i < v->n_calls; i++) {
        struct vsctl_call *call = &v->calls[i];
        str_clear(&call->output);
        table_free(call->table);
        call->table = NULL;
        call->command->run(call);
        if (v->try_again) {
            return false;
        }
    }
    check_symbols(v);
    return true;
}

/* False when it has to be made again once the database has changed. */
static bool
attempt(struct vsctl *v)
{
    start_attempt(v);
    bool done = run_calls(v);
    end_attempt(v);
    if (!done) {
        replica_txn_abort(v->txn);
    } else {
        replica_txn_commit(v->txn, NULL, NULL);
        os_loop_run(v->loop, committed, v, UINT64_MAX);
    }
    switch (replica_txn_result(v->txn)) {
    case REPLICA_TXN_UNCHANGED:
    case REPLICA_TXN_SUCCESS:
        return true;
    case REPLICA_TXN_ERROR:
        log_fatal("transaction error: %s", replica_txn_error(v->txn));
    case REPLICA_TXN_NOT_LOCKED:
        log_fatal("database not locked");
    case REPLICA_TXN_TRY_AGAIN:
    case REPLICA_TXN_ABORTED:
    case REPLICA_TXN_OPEN:
    case REPLICA_TXN_PENDING:
        break;
    }
    replica_txn_free(v->txn);
    v->txn = NULL;
    return false;
}

/* -- Output -- */

/* TEXT on one line: newlines as \n but for the last, backslashes doubled. */
static void
print_oneline(const struct str *text)
{
    size_t n = text->n;
    while (n && text->s[n - 1] == '\n') {
        n--;
    }
    for (size_t i = 0; i < n; i++) {
        if (text->s[i] == '\n') {
            fputs("\\n", stdout);
        } else if (text->s[i] == '\\') {
            fputs("\\\\", stdout);
        } else {
            putchar(text->s[i]);
        }
    }
    putchar('\n');
}

static void
print_output(struct vsctl *v)
{
    for (size_t i = 0; i < v->n_calls; i++) {
        struct vsctl_call *call = &v->calls[i];
        if (call->command->finish) {
            call->command->finish(call);
        }
        if (call->table) {
            struct str text = STR_INIT;
            table_format(call->table, &v->style, &text);
            fputs(str_text(&text), stdout);
            str_fini(&text);
        } else if (v->oneline) {
            print_oneline(&call->output);
        } else {
            fputs(str_text(&call->output), stdout);
        }
    }
    fflush(stdout);
}

/* -- The switch catching up -- */

static bool
applied(void *wait_)
{
    const struct wait *w = wait_;
    const struct vs_open_vswitch *root = vsctl_root(w->v);
    return !replica_is_alive(w->v->replica) || (root && vs_open_vswitch_cur_cfg(root) >= w->cfg);
}

static void
wait_for_switch(struct vsctl *v)
{
    struct wait w = {.v = v, .cfg = replica_txn_increment_value(v->txn)};
    if (!os_loop_run(v->loop, applied, &w, SILENCE_MS)) {
        fprintf(stderr,
                "%s: waiting for ovs-vswitchd to apply the change (is it running? With "
                "--no-wait there is no waiting)\n",
                log_program_name());
        fflush(stderr);
        os_loop_run(v->loop, applied, &w, UINT64_MAX);
    }
    check_connection(v);
}

/* Says which of the new interfaces the switch could not set up; how many. */
static size_t
report_failures(struct vsctl *v)
{
    size_t n = 0;
    for (size_t i = 0; i < v->n_new_ifaces; i++) {
        struct uuid uuid;
        if (!replica_txn_inserted(v->txn, &v->new_ifaces[i], &uuid)) {
            continue;
        }
        const struct vs_interface *iface = vs_interface_find(v->replica, &uuid);
        const int64_t *port = iface ? vs_interface_ofport(iface) : NULL;
        if (!iface || (port && *port >= 0)) {
            continue;
        }
        const char *error = vs_interface_error(iface);
        fprintf(stderr,
                "%s: Error detected while setting up '%s'%s%s.  See ovs-vswitchd log for "
                "details.\n",
                log_program_name(), vs_interface_name(iface), error ? ": " : "",
                error ? error : "");
        n++;
    }
    if (n) {
        fprintf(stderr, "%s: The default log directory is \"%s\".\n", log_program_name(),
                os_log_dir());
    }
    return n;
}

/* -- All of it -- */

static void
prepare_calls(struct vsctl *v)
{
    replica_watch_table(v->replica, VS_TABLE_OPEN_VSWITCH);
    if (v->wait) {
        vsctl_watch(v, VS_TABLE_OPEN_VSWITCH, VS_OPEN_VSWITCH_CUR_CFG);
    }
    for (size_t i = 0; i < v->n_calls; i++) {
        if (v->calls[i].command->prepare) {
            v->calls[i].command->prepare(&v->calls[i]);
        }
    }
    narrow_replica(v);
}

static void
open_replica(struct vsctl *v)
{
    json_t *json;
    struct err e;
    struct fault f = FAULT_INIT;
    if (json_read(vs_schema_json, strlen(vs_schema_json), &json, &e) ||
        db_schema_from_json(json, &v->schema, &f)) {
        log_fatal("the built-in schema is broken");
    }
    json_decref(json);
    v->loop = os_loop_new();
    v->replica = replica_new(v->loop, v->schema, NULL, NULL);
}

static void
close_replica(struct vsctl *v)
{
    for (size_t i = 0; i < v->n_calls; i++) {
        table_free(v->calls[i].table);
        str_fini(&v->calls[i].output);
    }
    replica_txn_free(v->txn);
    replica_free(v->replica);
    os_loop_free(v->loop);
    db_schema_free(v->schema);
}

static void
run_until_done(struct vsctl *v)
{
    for (;;) {
        wait_until_synced(v);
        if (narrow_undo(v)) {
            continue;
        }
        struct wait w = {.v = v, .seqno = replica_seqno(v->replica)};
        if (attempt(v)) {
            return;
        }
        check_connection(v);
        os_loop_run(v->loop, changed, &w, UINT64_MAX);
        check_connection(v);
    }
}

int
vsctl_run(struct vsctl *v)
{
    struct err e;
    int code = 0;
    open_replica(v);
    prepare_calls(v);
    replica_set_leader_only(v->replica, !v->any_server);
    if (v->in_order) {
        replica_keep_order(v->replica);
    }
    /* Where several servers are named, one that does not answer is no reason to give up. */
    bool retry = v->retry || strchr(v->db, ',');
    if (replica_connect(v->replica, v->db, retry, &e)) {
        log_fatal("%s: database connection failed (%s)", v->db, err_text(e.code));
    }
    run_until_done(v);
    print_output(v);
    if (v->wait && !v->dry_run && replica_txn_result(v->txn) == REPLICA_TXN_SUCCESS) {
        wait_for_switch(v);
        code = report_failures(v) ? OS_EXIT_BAD_DATA : 0;
    }
    close_replica(v);
    return code;
}
