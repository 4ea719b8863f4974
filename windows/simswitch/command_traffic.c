/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that send frames, look at what came of them, and send past the extension what it does
 * not know. */
#include "simswitch/command.h"

static int
nibble(char c)
{
    return c >= '0' && c <= '9' ? c - '0' : c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Turns the digits of HEX into bytes in place; their number, or 0 where it is none. */
static size_t
bytes_of(char *hex)
{
    size_t n = 0;
    for (; hex[2 * n]; n++) {
        int high = nibble(hex[2 * n]), low = high < 0 ? -1 : nibble(hex[2 * n + 1]);
        if (low < 0) {
            return 0;
        }
        hex[n] = (char)(high << 4 | low);
    }
    return n;
}

static int
cmd_send(char **w, int n, struct reply *r)
{
    struct sim_frame frames[CMD_MAX_WORDS];
    for (int i = 2; i < n; i++) {
        frames[i - 2] = (struct sim_frame){w[i], bytes_of(w[i])};
        if (!frames[i - 2].size) {
            return cmd_fails(r, "not a frame in hexadecimal");
        }
    }
    return sim_send(w[0], (unsigned)cmd_number(w[1]), frames, (size_t)n - 2)
               ? cmd_fails(r, "the switch is not running, or the adapter not connected")
               : 0;
}

static int
cmd_take(char **w, int n, struct reply *r)
{
    (void)n;
    unsigned port = (unsigned)cmd_number(w[1]);
    uint8_t *data = host_alloc(64 * 1024);
    int size;
    while (r->left > 2 * 2048 && (size = sim_take(w[0], port, data, 64 * 1024)) > 0) {
        cmd_say(r, "frame ");
        for (int i = 0; i < size; i++) {
            cmd_say(r, "%02x", data[i]);
        }
        cmd_say(r, "\n");
    }
    host_free(data);
    return 0;
}

static size_t
n_captured(const char *name, unsigned id)
{
    size_t n = 0;
    KIRQL irql = sim_lock();
    struct sim_switch *sw = sim_switch_find(name);
    struct sim_port *port = sw ? sim_port_find(sw, id) : NULL;
    if (port) {
        n = port->n_captured;
    }
    sim_unlock(irql);
    return n;
}

static int
cmd_wait(char **w, int n, struct reply *r)
{
    long long wanted = cmd_number(w[2]);
    unsigned port = (unsigned)cmd_number(w[1]);
    ULONGLONG end = sim_deadline((unsigned)cmd_number(w[3]));
    while ((long long)n_captured(w[0], port) < wanted && sim_wait(end)) {
    }
    size_t there = n_captured(w[0], port);
    cmd_take(w, n, r);
    if ((long long)there < wanted) {
        cmd_say(r, "%u of %u frames\n", (unsigned)there, (unsigned)wanted);
        return -1;
    }
    return 0;
}

static int
cmd_counts(char **w, int n, struct reply *r)
{
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    struct sim_port *port = n > 1 ? cmd_port_of(sw, w[1], r) : NULL;
    if (!sw || (n > 1 && !port)) {
        return -1;
    }
    if (port) {
        cmd_say(r, "sent=%u delivered=%u\n", (unsigned)port->sent, (unsigned)port->delivered);
    } else {
        cmd_say(r, "sent=%u completed=%u dropped=%u filtered=%u undirected=%u\n",
                (unsigned)sw->sent, (unsigned)sw->completed, (unsigned)sw->dropped,
                (unsigned)sw->filtered, (unsigned)sw->undirected);
    }
    return 0;
}

static int
cmd_state(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    if (!sw) {
        return -1;
    }
    cmd_say(r, "%s\n", sim_state_name(sw->module ? sim_state(sw->module) : SIM_DETACHED));
    return 0;
}

static int
cmd_quiesce(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    if (!sw) {
        return -1;
    }
    if (sw->module && !sim_path_drain(sw->module, (unsigned)cmd_number(w[1]))) {
        return cmd_fails(r, "packets are still under way");
    }
    KIRQL irql = sim_lock();
    LIST_FOR_EACH (struct sim_port, port, node, &sw->ports) {
        if (port->n_captured) {
            cmd_say(r, "port %u frames=%u\n", (unsigned)port->is.PortId,
                    (unsigned)port->n_captured);
        }
    }
    sim_unlock(irql);
    return 0;
}

static int
cmd_oid(char **w, int n, struct reply *r)
{
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    long long oid = cmd_number(w[2]), size = cmd_number(w[3]);
    NDIS_REQUEST_TYPE type = cmd_is(w[1], "set")      ? NdisRequestSetInformation
                             : cmd_is(w[1], "method") ? NdisRequestMethod
                                                      : NdisRequestQueryInformation;
    if (!sw) {
        return -1;
    }
    if (oid < 0 || size < 2 || size > 65536) {
        return cmd_fails(r, "no such number");
    }
    return sim_pass_oid(sw, type, (NDIS_OID)oid, (ULONG)size,
                        n > 4 ? NDIS_STATUS_INVALID_OID : NDIS_STATUS_SUCCESS)
               ? 0
               : cmd_fails(r, "the request, or its answer, did not come through");
}

static int
cmd_status(char **w, int n, struct reply *r)
{
    (void)n;
    struct sim_switch *sw = cmd_switch_of(w[0], r);
    return !sw ? -1 : sim_pass_status(sw) ? 0 : cmd_fails(r, "it did not come through");
}

const struct command traffic_commands[] = {
    {"send", 3, CMD_MAX_WORDS - 1, false, cmd_send},
    {"take", 2, 2, false, cmd_take},
    {"wait", 4, 4, false, cmd_wait},
    {"quiesce", 2, 2, false, cmd_quiesce},
    {"counts", 1, 2, true, cmd_counts},
    {"state", 1, 1, true, cmd_state},
    {"oid", 4, 5, true, cmd_oid},
    {"status", 1, 1, true, cmd_status},
    {NULL, 0, 0, false, NULL},
};
