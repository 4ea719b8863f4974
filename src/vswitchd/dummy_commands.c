/* SPDX-License-Identifier: Apache-2.0 */
/* Commands for dummy devices. netdev-dummy/receive takes frames in hexadecimal or as datapath
 * flows, which are composed (dpif/flow_compose.h), and gives each to the device at once, so a
 * frame has been through the switch when the command is answered. Texts as observed of the
 * packaged ovs-vswitchd. */
#include "vswitchd/dummy_commands.h"

#include <limits.h>
#include <string.h>

#include "dpif/flow_compose.h"
#include "dpif/flow_text.h"
#include "netdev/netdev_dummy.h"

static struct netdev *
find_dummy(const struct netdev_registry *registry, const char *name)
{
    struct netdev *d = netdev_find(registry, name);
    return d && netdev_is_dummy(d) ? d : NULL;
}

/* A packet from a flow in text form, or NULL and the answer. */
static struct pkt *
compose(struct command_call *call, const char *flow, size_t size)
{
    struct flow_key key;
    struct pkt *pkt;
    struct err e;
    if (flow_text_parse(flow, NULL, &key, NULL, NULL, &e)) {
        command_reply_error(call, e.text);
        return NULL;
    }
    int code = flow_compose(&key, size, &pkt);
    if (code) {
        command_reply_error(call, code == -E_INVAL     ? "too small packet len"
                                  : code == -E_MSGSIZE ? "too large packet len"
                                                       : err_text(code));
        return NULL;
    }
    return pkt;
}

/* NAME [--qid N] {PACKET | FLOW [--len N]}… */
static void
run_receive(struct command_call *call, int argc, const char *argv[], void *registry)
{
    struct netdev *d = find_dummy(registry, argv[1]);
    if (!d) {
        command_reply_error(call, "no such dummy netdev");
        return;
    }
    int i = 2;
    if (argc > 3 && !strcmp(argv[2], "--qid")) {
        uint64_t qid = 0;
        const char *p = argv[3];
        if (text_parse_u64(&p, UINT32_MAX, &qid) && qid) { /* there is one queue */
            command_reply_error(call, "bad rx queue id.");
            return;
        }
        i = 4;
    }
    for (; i < argc; i++) {
        struct pkt *pkt = packet_from_hex(argv[i]);
        if (!pkt) {
            const char *flow = argv[i];
            bool has_size = i + 1 < argc && !strcmp(argv[i + 1], "--len");
            uint64_t size = 0;
            if (has_size) {
                const char *p = i + 2 < argc ? argv[i + 2] : "";
                if (!text_parse_u64(&p, SIZE_MAX / 2, &size) || *p || !size) {
                    size = 1; /* too small for anything */
                }
                i += 2;
            }
            pkt = compose(call, flow, (size_t)size);
            if (!pkt) {
                return;
            }
        }
        netdev_dummy_receive(d, pkt);
    }
    command_reply(call, NULL);
}

/* [NETDEV] up|down */
static void
run_set_admin_state(struct command_call *call, int argc, const char *argv[], void *registry)
{
    const char *state = argv[argc - 1];
    bool up = !strcmp(state, "up");
    if (!up && strcmp(state, "down")) {
        command_reply_error(call, "Invalid Admin State");
        return;
    }
    struct netdev *one = argc > 2 ? find_dummy(registry, argv[1]) : NULL;
    if (argc > 2 && !one) {
        command_reply_error(call, "Unknown Dummy Interface");
        return;
    }
    if (one) {
        netdev_dummy_set_admin_state(one, up);
    }
    for (struct netdev *d = netdev_first(registry); d && !one; d = netdev_next(d)) {
        if (netdev_is_dummy(d)) {
            netdev_dummy_set_admin_state(d, up);
        }
    }
    command_reply(call, "OK");
}

/* [NETDEV]: dummies have no connections here. */
static void
run_conn_state(struct command_call *call, int argc, const char *argv[], void *registry UNUSED)
{
    struct str text = STR_INIT;
    if (argc > 1) {
        str_putf(&text, "%s: unknown\n", argv[1]);
    }
    command_reply(call, str_text(&text));
    str_fini(&text);
}

static const struct command rows[] = {
    {"netdev-dummy/receive", "name [--qid queue_id] packet|flow [--len packet_len]", 2, INT_MAX,
     run_receive},
    {"netdev-dummy/set-admin-state", "[netdev] up|down", 1, 2, run_set_admin_state},
    {"netdev-dummy/conn-state", "[netdev]", 0, 1, run_conn_state},
};

void
dummy_commands_add(struct command_server *server, struct netdev_registry *registry,
                   struct dpif_set *set UNUSED)
{
    command_add(server, rows, ARRAY_LEN(rows), registry);
}
