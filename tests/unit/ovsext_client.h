/* SPDX-License-Identifier: Apache-2.0 */
/* A client of the driver: what a test says to it goes over its device. Flows, frames, and what
 * pended requests bring. One test program includes it once. */
#pragma once

#include "ovsext_load.h"

#include "base/err.h"
#include "datapath/messages/ioctl.h"
#include "datapath/messages/nl_flow.h"
#include "datapath/messages/server.h"

struct client {
    struct native_file *file;
    uint32_t pid;
    uint32_t out[OVSEXT_WAIT_MIN / 4]; /* a request; what WAIT brought */
    uint32_t in[OVSEXT_WAIT_MIN / 4];  /* an answer */
    struct wr w;
    struct msg answer;
    struct msg_attrs attrs;
};

UNUSED static struct client *
client_open(void)
{
    struct client *c = calloc(1, sizeof *c);
    struct ovsext_hello hello = {OVSEXT_VERSION, 0};
    size_t n;
    assert_int_equal(native_open(OVSEXT_DEVICE, &c->file), STATUS_SUCCESS);
    assert_int_equal(
        native_control(c->file, OVSEXT_HELLO, &hello, sizeof hello, &hello, sizeof hello, &n),
        STATUS_SUCCESS);
    assert_int_equal(n, sizeof hello);
    assert_int_equal(hello.version, OVSEXT_VERSION);
    assert_int_not_equal(hello.pid, 0);
    c->pid = hello.pid;
    return c;
}

UNUSED static void
client_close(struct client *c)
{
    native_close(c->file);
    free(c);
}

UNUSED static void
begin(struct client *c, uint16_t family, uint8_t cmd, uint16_t flags)
{
    const struct msg m = {.type = family,
                          .flags = flags | MSG_F_REQUEST,
                          .seq = 42,
                          .cmd = cmd,
                          .version = 1,
                          .dp_ifindex = cmd == 1 && family == MSG_DP ? 0 : DP_SERVER_IFINDEX};
    c->w = wr_make(c->out, sizeof c->out);
    msg_begin(&c->w, &m);
}

UNUSED static void
put_string(struct client *c, uint16_t attr, const char *s)
{
    nl_put(&c->w, attr, s, strlen(s) + 1);
}

/* Sends what was begun; the answer's code. The answer is in c->answer and c->attrs. */
UNUSED static int
transact(struct client *c)
{
    size_t n;
    msg_end(&c->w, 0);
    assert_false(c->w.bad);
    NTSTATUS status =
        native_control(c->file, OVSEXT_TRANSACT, c->out, (ULONG)c->w.n, c->in, sizeof c->in, &n);
    if (status != STATUS_SUCCESS) {
        return status == STATUS_INSUFFICIENT_RESOURCES ? -E_NOMEM : -E_IO;
    }
    struct rd r = rd_make(c->in, n);
    assert_true(msg_next(&r, &c->answer) && !rd_left(&r));
    if (c->answer.type == MSG_TYPE_ERROR) {
        return msg_error_code(&c->answer);
    }
    assert_int_equal(msg_get_attrs((enum msg_family)c->answer.type, c->answer.payload,
                                   c->answer.payload_size, &c->attrs),
                     0);
    return 0;
}

UNUSED static int
make_datapath(struct client *c)
{
    begin(c, MSG_DP, MSG_DP_CMD_NEW, MSG_F_ECHO);
    put_string(c, MSG_DP_ATTR_NAME, "ovs-system");
    nl_put_u32(&c->w, MSG_DP_ATTR_UPCALL_PID, c->pid);
    return transact(c);
}

UNUSED static int
make_port(struct client *c, const char *name, uint32_t no)
{
    begin(c, MSG_VPORT, MSG_VPORT_CMD_NEW, MSG_F_ECHO);
    put_string(c, MSG_VPORT_ATTR_NAME, name);
    nl_put_u32(&c->w, MSG_VPORT_ATTR_TYPE, MSG_VPORT_NETDEV);
    nl_put_u32(&c->w, MSG_VPORT_ATTR_UPCALL_PID, c->pid);
    nl_put_u32(&c->w, MSG_VPORT_ATTR_PORT_NO, no);
    return transact(c);
}

/* The datapath with a port for each adapter, of the switch's port numbers. */
UNUSED static struct client *
client_with_ports(void)
{
    static const char *const names[] = {"Ethernet0", "vEthernet (external)", "ovs-port-a",
                                        "ovs-port-b"};
    struct client *c = client_open();
    assert_int_equal(make_datapath(c), 0);
    for (uint32_t i = 0; i < ARRAY_LEN(names); i++) {
        assert_int_equal(make_port(c, names[i], i + 1), 0);
    }
    return c;
}

/* -- Frames and flows -- */

/* N bytes of a frame of type TYPE; MARK tells frames apart. */
UNUSED static void
fill_frame(uint8_t *f, size_t n, uint16_t type, uint8_t mark)
{
    memcpy(f, "\x02\0\0\0\0\x0b\x02\0\0\0\0\x0a", 12);
    put_be16(f + 12, type);
    for (size_t i = 14; i < n; i++) {
        f[i] = (uint8_t)(i * 7 + mark);
    }
}

UNUSED static const char *
hex_of(const void *p, size_t n)
{
    static char hex[4][2 * 70000 + 1];
    static unsigned int next;
    char *out = hex[next++ % 4];
    for (size_t i = 0; i < n; i++) {
        snprintf(out + 2 * i, 3, "%02x", ((const uint8_t *)p)[i]);
    }
    return out;
}

UNUSED static void
key_of(const void *frame, size_t n, uint32_t in_port, struct flow_key *key)
{
    struct pkt p = {
        .data = (uint8_t *)(uintptr_t)frame, .len = (uint32_t)n, .linear = (uint32_t)n};
    p.md.in_port = in_port;
    pkt_parse(&p, key);
}

/* Begins a flow for all frames from IN_PORT with the Ethernet type of FRAME; its actions, as
 * attributes, follow in the nest that this returns. */
UNUSED static size_t
begin_flow(struct client *c, const void *frame, size_t n, uint32_t in_port)
{
    struct flow_key key, mask;
    memset(&mask, 0, sizeof mask);
    mask.in_port = UINT32_MAX;
    mask.eth_type = be16_from(UINT16_MAX);
    key_of(frame, n, in_port, &key);
    begin(c, MSG_FLOW, MSG_FLOW_CMD_NEW, MSG_F_CREATE);
    size_t nest = nl_begin(&c->w, MSG_FLOW_ATTR_KEY);
    nl_flow_put_key(&c->w, &key, &mask);
    nl_end(&c->w, nest);
    nest = nl_begin(&c->w, MSG_FLOW_ATTR_MASK);
    nl_flow_put_mask(&c->w, &key, &mask);
    nl_end(&c->w, nest);
    return nl_begin(&c->w, MSG_FLOW_ATTR_ACTIONS);
}

UNUSED static int
end_flow(struct client *c, size_t nest)
{
    nl_end(&c->w, nest);
    return transact(c);
}

UNUSED static void
act_output(struct client *c, uint32_t port)
{
    nl_put_u32(&c->w, DP_ACT_OUTPUT, port);
}

UNUSED static void
act_push_vlan(struct client *c, uint16_t vid)
{
    uint8_t tag[4];
    put_be16(tag, 0x8100);
    put_be16(tag + 2, (uint16_t)(vid | FLOW_VLAN_PRESENT));
    nl_put(&c->w, DP_ACT_PUSH_VLAN, tag, sizeof tag);
}

/* A flow from IN_PORT to the N_PORTS ports. */
UNUSED static void
flow_to(struct client *c, const void *frame, size_t n, uint32_t in_port, unsigned int n_ports, ...)
{
    va_list ports;
    va_start(ports, n_ports);
    size_t nest = begin_flow(c, frame, n, in_port);
    while (n_ports--) {
        act_output(c, va_arg(ports, uint32_t));
    }
    va_end(ports);
    assert_int_equal(end_flow(c, nest), 0);
}

/* Port PORT has got exactly this frame. */
#define check_frame(PORT, FRAME, N)                                                               \
    do {                                                                                          \
        char expected_[2 * 70000];                                                                \
        run("wait sw %d 1 %d", PORT, WAIT_MS);                                                    \
        snprintf(expected_, sizeof expected_, "frame %s\n", hex_of(FRAME, N));                    \
        assert_string_equal(reply, expected_);                                                    \
    } while (0)

#define check_nothing(PORT)                                                                       \
    do {                                                                                          \
        run("quiesce sw %d", WAIT_MS);                                                            \
        run("take sw %d", PORT);                                                                  \
        assert_string_equal(reply, "");                                                           \
    } while (0)

/* -- What WAIT brings -- */

UNUSED static struct native_request *
send_wait(struct client *c)
{
    return native_request_send(c->file, OVSEXT_WAIT, NULL, 0, c->in, sizeof c->in);
}

/* Waits for it; how many bytes are in c->in. */
UNUSED static size_t
finish_wait(struct native_request *r)
{
    NTSTATUS status;
    size_t n;
    assert_true(native_request_wait(r, WAIT_MS, &status, &n));
    assert_int_equal(status, STATUS_SUCCESS);
    native_request_free(r);
    return n;
}

/* The next message at R, into c->answer and c->attrs. */
UNUSED static void
next_message(struct client *c, struct rd *r)
{
    assert_true(msg_next(r, &c->answer));
    assert_int_equal(msg_get_attrs((enum msg_family)c->answer.type, c->answer.payload,
                                   c->answer.payload_size, &c->attrs),
                     0);
}
