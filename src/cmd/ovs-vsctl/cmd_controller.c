/* SPDX-License-Identifier: Apache-2.0 */
/* Commands about who controls the switch: OpenFlow controllers and failure mode of a bridge,
 * OVSDB managers, TLS settings (ovs-vsctl(8)). Setting replaces all rows there were. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-vsctl/commands.h"
#include "ipc/stream.h"
#include "os/log.h"

LOG_MODULE(vsctl);

static void
warn_about(const char *target)
{
    if (!stream_name_is_active(target) && !stream_name_is_passive(target)) {
        log_warn("target type \"%s\" is possibly erroneous", target);
    }
}

static void
put_sorted(struct vsctl_call *call, const char **targets, size_t n)
{
    strings_sort(targets, n);
    for (size_t i = 0; i < n; i++) {
        str_putf(&call->output, "%s\n", targets[i]);
    }
    os_free(targets);
}

/* -- Controllers -- */

static void
prepare_controller(struct vsctl_call *call)
{
    view_prepare(call);
    vsctl_watch(call->v, VS_TABLE_CONTROLLER, VS_CONTROLLER_TARGET);
}

static void
get_controller(struct vsctl_call *call)
{
    const struct vs_bridge *row = view_bridge(call->v, call->argv[1], true)->row;
    size_t n = 0;
    const char **targets = xalloc((vs_bridge_n_controller(row) + 1) * sizeof *targets);
    for (size_t i = 0; i < vs_bridge_n_controller(row); i++) {
        const struct vs_controller *c = vs_bridge_controller(row, i);
        if (c) {
            targets[n++] = vs_controller_target(c);
        }
    }
    put_sorted(call, targets, n);
}

static void
delete_controllers(struct vsctl *v, struct vs_bridge *row)
{
    for (size_t i = 0; i < vs_bridge_n_controller(row); i++) {
        struct vs_controller *c = vs_bridge_controller(row, i);
        if (c) {
            vs_controller_delete(v->txn, c);
        }
    }
    vs_bridge_set_controller(v->txn, row, NULL);
}

static void
del_controller(struct vsctl_call *call)
{
    delete_controllers(call->v, view_real_bridge(call->v, call->argv[1])->row);
}

static void
set_controller(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    struct vs_bridge *row = view_real_bridge(v, call->argv[1])->row;
    const char *probe = call_option(call, "--inactivity-probe");
    delete_controllers(v, row);
    for (int i = 2; i < call->argc; i++) {
        warn_about(call->argv[i]);
        struct vs_controller *c = vs_controller_insert(v->txn);
        vs_controller_set_target(v->txn, c, call->argv[i]);
        if (probe) {
            const int64_t ms = atoll(probe);
            vs_controller_set_inactivity_probe(v->txn, c, &ms);
        }
        replica_txn_add(v->txn, &row->row, VS_BRIDGE_CONTROLLER, datum_from_uuid(&c->row.uuid));
    }
}

/* -- Failure mode -- */

static void
get_fail_mode(struct vsctl_call *call)
{
    const char *mode = vs_bridge_fail_mode(view_bridge(call->v, call->argv[1], true)->row);
    if (mode && mode[0]) {
        str_putf(&call->output, "%s\n", mode);
    }
}

static void
del_fail_mode(struct vsctl_call *call)
{
    struct vs_bridge *row = view_real_bridge(call->v, call->argv[1])->row;
    vs_bridge_set_fail_mode(call->v->txn, row, NULL);
}

static void
set_fail_mode(struct vsctl_call *call)
{
    struct vs_bridge *row = view_real_bridge(call->v, call->argv[1])->row;
    const char *mode = call->argv[2];
    if (strcmp(mode, "standalone") != 0 && strcmp(mode, "secure") != 0) {
        log_fatal("fail-mode must be \"standalone\" or \"secure\"");
    }
    vs_bridge_set_fail_mode(call->v->txn, row, mode);
}

/* -- Managers -- */

static void
prepare_manager(struct vsctl_call *call)
{
    vsctl_watch(call->v, VS_TABLE_OPEN_VSWITCH, VS_OPEN_VSWITCH_MANAGER_OPTIONS);
    vsctl_watch(call->v, VS_TABLE_MANAGER, VS_MANAGER_TARGET);
}

static void
get_manager(struct vsctl_call *call)
{
    const struct vs_open_vswitch *root = vsctl_root(call->v);
    size_t n = 0;
    const char **targets = xalloc((vs_open_vswitch_n_manager_options(root) + 1) * sizeof *targets);
    for (size_t i = 0; i < vs_open_vswitch_n_manager_options(root); i++) {
        const struct vs_manager *m = vs_open_vswitch_manager_options(root, i);
        if (m) {
            targets[n++] = vs_manager_target(m);
        }
    }
    put_sorted(call, targets, n);
}

static void
del_manager(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    struct vs_open_vswitch *root = vsctl_root(v);
    for (size_t i = 0; i < vs_open_vswitch_n_manager_options(root); i++) {
        struct vs_manager *m = vs_open_vswitch_manager_options(root, i);
        if (m) {
            vs_manager_delete(v->txn, m);
        }
    }
    vs_open_vswitch_set_manager_options(v->txn, root, NULL);
}

static void
set_manager(struct vsctl_call *call)
{
    struct vsctl *v = call->v;
    const char *probe = call_option(call, "--inactivity-probe");
    del_manager(call);
    for (int i = 1; i < call->argc; i++) {
        warn_about(call->argv[i]);
        struct vs_manager *m = vs_manager_insert(v->txn);
        vs_manager_set_target(v->txn, m, call->argv[i]);
        if (probe) {
            const int64_t ms = atoll(probe);
            vs_manager_set_inactivity_probe(v->txn, m, &ms);
        }
        replica_txn_add(v->txn, &vsctl_root(v)->row, VS_OPEN_VSWITCH_MANAGER_OPTIONS,
                        datum_from_uuid(&m->row.uuid));
    }
}

/* -- TLS -- */

static void
prepare_ssl(struct vsctl_call *call)
{
    vsctl_watch(call->v, VS_TABLE_OPEN_VSWITCH, VS_OPEN_VSWITCH_SSL);
    vsctl_watch(call->v, VS_TABLE_SSL, VS_SSL_PRIVATE_KEY);
    vsctl_watch(call->v, VS_TABLE_SSL, VS_SSL_CERTIFICATE);
    vsctl_watch(call->v, VS_TABLE_SSL, VS_SSL_CA_CERT);
    vsctl_watch(call->v, VS_TABLE_SSL, VS_SSL_BOOTSTRAP_CA_CERT);
}

static void
get_ssl(struct vsctl_call *call)
{
    const struct vs_ssl *ssl = vs_open_vswitch_ssl(vsctl_root(call->v));
    if (ssl) {
        str_putf(&call->output,
                 "Private key: %s\nCertificate: %s\nCA Certificate: %s\nBootstrap: %s\n",
                 vs_ssl_private_key(ssl), vs_ssl_certificate(ssl), vs_ssl_ca_cert(ssl),
                 vs_ssl_bootstrap_ca_cert(ssl) ? "true" : "false");
    }
}

static void
del_ssl(struct vsctl_call *call)
{
    struct vs_ssl *ssl = vs_open_vswitch_ssl(vsctl_root(call->v));
    if (ssl) {
        vs_ssl_delete(call->v->txn, ssl);
        vs_open_vswitch_set_ssl(call->v->txn, vsctl_root(call->v), NULL);
    }
}

static void
set_ssl(struct vsctl_call *call)
{
    struct replica_txn *txn = call->v->txn;
    del_ssl(call);
    struct vs_ssl *ssl = vs_ssl_insert(txn);
    vs_ssl_set_private_key(txn, ssl, call->argv[1]);
    vs_ssl_set_certificate(txn, ssl, call->argv[2]);
    vs_ssl_set_ca_cert(txn, ssl, call->argv[3]);
    vs_ssl_set_bootstrap_ca_cert(txn, ssl, call_option(call, "--bootstrap"));
    vs_open_vswitch_set_ssl(txn, vsctl_root(call->v), ssl);
}

const struct vsctl_command controller_commands[] = {
    {"get-controller", 1, 1, "!BRIDGE", "", prepare_controller, get_controller, NULL, false},
    {"del-controller", 1, 1, "!BRIDGE", "", prepare_controller, del_controller, NULL, true},
    {"set-controller", 1, VSCTL_UNLIMITED, "!BRIDGE +TARGET",
     "--inactivity-probe=", prepare_controller, set_controller, NULL, true},
    {"get-fail-mode", 1, 1, "!BRIDGE", "", view_prepare, get_fail_mode, NULL, false},
    {"del-fail-mode", 1, 1, "!BRIDGE", "", view_prepare, del_fail_mode, NULL, true},
    {"set-fail-mode", 2, 2, "!BRIDGE !MODE", "", view_prepare, set_fail_mode, NULL, true},
    {"get-manager", 0, 0, "", "", prepare_manager, get_manager, NULL, false},
    {"del-manager", 0, 0, "", "", prepare_manager, del_manager, NULL, true},
    {"set-manager", 1, VSCTL_UNLIMITED, "+TARGET", "--inactivity-probe=", prepare_manager,
     set_manager, NULL, true},
    {"get-ssl", 0, 0, "", "", prepare_ssl, get_ssl, NULL, false},
    {"del-ssl", 0, 0, "", "", prepare_ssl, del_ssl, NULL, true},
    {"set-ssl", 3, 3, "!PRIVATE-KEY !CERTIFICATE !CA-CERT", "--bootstrap", prepare_ssl, set_ssl,
     NULL, true},
    {NULL},
};
