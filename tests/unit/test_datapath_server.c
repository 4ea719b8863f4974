/* SPDX-License-Identifier: Apache-2.0 */
/* The message server: what each command does, answers and refuses; dumps in buffers of all sizes
 * and while the datapath changes; upcalls and execution; requests cut short; every allocation
 * failing. */
#include "server_host.h"

#define PID 7

/* -- Requests -- */

static uint32_t out_buffer[40000], in_buffer[40000];
static struct wr out;
static struct msg answer;
static struct msg_attrs attrs;

static void
begin_in(uint16_t family, uint8_t cmd, uint16_t flags, uint32_t dp_ifindex)
{
    const struct msg m = {.type = family,
                          .flags = flags | MSG_F_REQUEST,
                          .seq = 42,
                          .cmd = cmd,
                          .version = 1,
                          .dp_ifindex = dp_ifindex};
    out = wr_make(out_buffer, sizeof out_buffer);
    msg_begin(&out, &m);
}

static void
begin(uint16_t family, uint8_t cmd, uint16_t flags)
{
    begin_in(family, cmd, flags, DP_SERVER_IFINDEX);
}

static void
put_string(uint16_t attr, const char *s)
{
    nl_put(&out, attr, s, strlen(s) + 1);
}

/* Sends what was begun; the code of the answer, which is in `answer` and `attrs`. */
static int
send_request(struct server_host *h)
{
    struct wr reply = wr_make(in_buffer, sizeof in_buffer);
    msg_end(&out, 0);
    assert_false(out.bad);
    assert_int_equal(dp_server_request(&h->server, PID, out.start, out.n, &reply), 0);
    struct rd r = rd_make(in_buffer, reply.n);
    assert_true(msg_next(&r, &answer) && !rd_left(&r));
    assert_int_equal(answer.seq, 42);
    assert_int_equal(answer.pid, PID);
    if (answer.type == MSG_TYPE_ERROR) {
        return msg_error_code(&answer);
    }
    assert_int_equal(
        msg_get_attrs((enum msg_family)answer.type, answer.payload, answer.payload_size, &attrs),
        0);
    return 0;
}

static int
make_dp(struct server_host *h, const char *name)
{
    begin_in(MSG_DP, MSG_DP_CMD_NEW, MSG_F_ECHO, 0);
    put_string(MSG_DP_ATTR_NAME, name);
    nl_put_u32(&out, MSG_DP_ATTR_UPCALL_PID, PID);
    return send_request(h);
}

static int
make_port(struct server_host *h, const char *name, uint32_t type, uint32_t no)
{
    begin(MSG_VPORT, MSG_VPORT_CMD_NEW, MSG_F_ECHO);
    put_string(MSG_VPORT_ATTR_NAME, name);
    nl_put_u32(&out, MSG_VPORT_ATTR_TYPE, type);
    nl_put_u32(&out, MSG_VPORT_ATTR_UPCALL_PID, PID);
    if (no != UINT32_MAX) {
        nl_put_u32(&out, MSG_VPORT_ATTR_PORT_NO, no);
    }
    return send_request(h);
}

static struct server_host *
host_with_dp(void)
{
    struct server_host *h = server_host_new();
    assert_int_equal(make_dp(h, "ovs-system"), 0);
    return h;
}

/* -- Datapaths -- */

static void
test_datapath(void **state UNUSED)
{
    struct server_host *h = server_host_new();
    begin(MSG_DP, MSG_DP_CMD_GET, 0);
    assert_int_equal(send_request(h), -E_NODEV);
    begin(MSG_FLOW, MSG_FLOW_CMD_DEL, 0);
    assert_int_equal(send_request(h), -E_NODEV);
    assert_int_equal(make_dp(h, "ovs-system"), 0);
    assert_int_equal(answer.type, MSG_DP);
    assert_int_equal(answer.cmd, MSG_DP_CMD_NEW);
    assert_int_equal(answer.dp_ifindex, DP_SERVER_IFINDEX);
    assert_string_equal(msg_string(&attrs, MSG_DP_ATTR_NAME), "ovs-system");
    assert_true(h->there[0]);
    assert_string_equal(h->ports[0].name, "ovs-system");
    assert_int_equal(h->ports[0].type, MSG_VPORT_INTERNAL);
    assert_int_equal(h->ports[0].upcall_pid, PID);
    assert_int_equal(h->n_notes[DP_GROUP_DATAPATH], 1);
    assert_int_equal(make_dp(h, "ovs-system"), -E_EXIST);
    assert_int_equal(make_dp(h, "other"), -E_BUSY);
    begin_in(MSG_DP, MSG_DP_CMD_GET, 0, 0);
    put_string(MSG_DP_ATTR_NAME, "ovs-system");
    assert_int_equal(send_request(h), 0);
    begin_in(MSG_DP, MSG_DP_CMD_GET, 0, 0);
    put_string(MSG_DP_ATTR_NAME, "ovs-syste");
    assert_int_equal(send_request(h), -E_NODEV);
    begin_in(MSG_DP, MSG_DP_CMD_GET, 0, 2);
    assert_int_equal(send_request(h), -E_NODEV);
    begin(MSG_DP, MSG_DP_CMD_SET, MSG_F_ECHO);
    nl_put_u32(&out, MSG_DP_ATTR_USER_FEATURES, MSG_DP_F_UNALIGNED);
    assert_int_equal(send_request(h), 0);
    assert_int_equal(msg_u32(&attrs, MSG_DP_ATTR_USER_FEATURES, 0), MSG_DP_F_UNALIGNED);
    begin(MSG_DP, MSG_DP_CMD_SET, 0);
    nl_put_u32(&out, MSG_DP_ATTR_USER_FEATURES, 0x80);
    assert_int_equal(send_request(h), -E_NOTSUP);
    assert_int_equal(h->server.user_features, MSG_DP_F_UNALIGNED);
    assert_int_equal(make_port(h, "eth0", MSG_VPORT_NETDEV, UINT32_MAX), 0);
    begin(MSG_DP, MSG_DP_CMD_DEL, 0);
    assert_int_equal(send_request(h), 0);
    assert_false(h->there[0] || h->there[1]);
    begin(MSG_DP, MSG_DP_CMD_DEL, 0);
    assert_int_equal(send_request(h), -E_NODEV);
    server_host_free(h);
}

static void
test_bad_datapaths(void **state UNUSED)
{
    struct server_host *h = server_host_new();
    begin_in(MSG_DP, MSG_DP_CMD_NEW, 0, 0);
    put_string(MSG_DP_ATTR_NAME, "x");
    assert_int_equal(send_request(h), -E_INVAL); /* no pid */
    begin_in(MSG_DP, MSG_DP_CMD_NEW, 0, 0);
    nl_put_u32(&out, MSG_DP_ATTR_UPCALL_PID, PID);
    assert_int_equal(send_request(h), -E_INVAL); /* no name */
    assert_int_equal(make_dp(h, ""), -E_RANGE);
    assert_int_equal(make_dp(h, "a\nb"), -E_INVAL);
    begin_in(MSG_DP, MSG_DP_CMD_NEW, 0, 0);
    nl_put(&out, MSG_DP_ATTR_NAME, "abc", 3); /* no zero */
    nl_put_u32(&out, MSG_DP_ATTR_UPCALL_PID, PID);
    assert_int_equal(send_request(h), -E_INVAL);
    char longest[DP_NAME_MAX + 1];
    memset(longest, 'n', sizeof longest);
    longest[DP_NAME_MAX] = '\0';
    assert_int_equal(make_dp(h, longest), -E_RANGE);
    longest[DP_NAME_MAX - 1] = '\0';
    assert_false(h->server.exists);
    assert_int_equal(make_dp(h, longest), 0); /* and its notification fitted */
    assert_int_equal(h->n_notes[DP_GROUP_DATAPATH], 1);
    assert_string_equal(h->server.name, longest);
    server_host_free(h);
}

/* -- Ports -- */

static void
test_vports(void **state UNUSED)
{
    struct server_host *h = host_with_dp();
    assert_int_equal(make_port(h, "eth0", MSG_VPORT_NETDEV, UINT32_MAX), 0);
    assert_int_equal(msg_u32(&attrs, MSG_VPORT_ATTR_PORT_NO, 0), 1);
    assert_int_equal(msg_u32(&attrs, MSG_VPORT_ATTR_TYPE, 0), MSG_VPORT_NETDEV);
    assert_int_equal(msg_u32(&attrs, MSG_VPORT_ATTR_IFINDEX, 0), 101);
    assert_string_equal(msg_string(&attrs, MSG_VPORT_ATTR_NAME), "eth0");
    assert_int_equal(make_port(h, "br-int", MSG_VPORT_INTERNAL, 9), 0);
    assert_int_equal(msg_u32(&attrs, MSG_VPORT_ATTR_PORT_NO, 0), 9);
    assert_int_equal(h->n_notes[DP_GROUP_VPORT], 2);
    assert_int_equal(make_port(h, "eth0", MSG_VPORT_NETDEV, UINT32_MAX), -E_EXIST);
    assert_int_equal(make_port(h, "eth1", MSG_VPORT_NETDEV, 9), -E_BUSY);
    assert_int_equal(make_port(h, "eth1", MSG_VPORT_NETDEV, 65535), -E_FBIG);
    assert_int_equal(make_port(h, "gre0", 3, UINT32_MAX), -E_AFNOSUPPORT);
    h->ports[9].stats.rx_packets = 1000;
    begin(MSG_VPORT, MSG_VPORT_CMD_GET, 0);
    put_string(MSG_VPORT_ATTR_NAME, "br-int");
    assert_int_equal(send_request(h), 0);
    struct dp_vport_stats stats;
    memcpy(&stats, attrs.a[MSG_VPORT_ATTR_STATS].payload, sizeof stats);
    assert_int_equal(stats.rx_packets, 1000);
    begin(MSG_VPORT, MSG_VPORT_CMD_GET, 0);
    nl_put_u32(&out, MSG_VPORT_ATTR_PORT_NO, 5);
    assert_int_equal(send_request(h), -E_NODEV);
    begin(MSG_VPORT, MSG_VPORT_CMD_GET, 0);
    assert_int_equal(send_request(h), -E_INVAL);
    begin_in(MSG_VPORT, MSG_VPORT_CMD_GET, 0, 5);
    put_string(MSG_VPORT_ATTR_NAME, "br-int");
    assert_int_equal(send_request(h), -E_NODEV);
    begin(MSG_VPORT, MSG_VPORT_CMD_SET, MSG_F_ECHO);
    nl_put_u32(&out, MSG_VPORT_ATTR_PORT_NO, 9);
    nl_put_u32(&out, MSG_VPORT_ATTR_UPCALL_PID, 99);
    assert_int_equal(send_request(h), 0);
    assert_int_equal(msg_u32(&attrs, MSG_VPORT_ATTR_UPCALL_PID, 0), 99);
    begin(MSG_VPORT, MSG_VPORT_CMD_SET, 0);
    nl_put_u32(&out, MSG_VPORT_ATTR_PORT_NO, 9);
    nl_put_u32(&out, MSG_VPORT_ATTR_TYPE, MSG_VPORT_NETDEV);
    assert_int_equal(send_request(h), -E_INVAL);
    begin(MSG_VPORT, MSG_VPORT_CMD_DEL, 0);
    nl_put_u32(&out, MSG_VPORT_ATTR_PORT_NO, 0);
    assert_int_equal(send_request(h), -E_INVAL); /* the local port */
    begin(MSG_VPORT, MSG_VPORT_CMD_DEL, 0);
    put_string(MSG_VPORT_ATTR_NAME, "br-int");
    assert_int_equal(send_request(h), 0);
    assert_false(h->there[9]);
    dp_server_client_gone(&h->server, PID);
    assert_int_equal(h->ports[0].upcall_pid, 0);
    assert_int_equal(h->ports[1].upcall_pid, 0);
    server_host_free(h);
}

static void
test_netdevs(void **state UNUSED)
{
    struct server_host *h = server_host_new(); /* without a datapath */
    begin_in(MSG_NETDEV, MSG_NETDEV_CMD_GET, 0, 0);
    put_string(MSG_NETDEV_ATTR_NAME, "vEthernet (external)");
    assert_int_equal(send_request(h), 0);
    assert_int_equal(msg_u32(&attrs, MSG_NETDEV_ATTR_MTU, 0), 9000);
    assert_int_equal(msg_u32(&attrs, MSG_NETDEV_ATTR_IFINDEX, 0), 12);
    assert_int_equal(msg_u32(&attrs, MSG_NETDEV_ATTR_FLAGS, 0), MSG_NETDEV_UP);
    assert_memory_equal(attrs.a[MSG_NETDEV_ATTR_MAC].payload, "\x52\x54\0\0\0\2", 6);
    begin_in(MSG_NETDEV, MSG_NETDEV_CMD_GET, 0, 0);
    nl_put_u32(&out, MSG_NETDEV_ATTR_IFINDEX, 11);
    assert_int_equal(send_request(h), 0);
    assert_string_equal(msg_string(&attrs, MSG_NETDEV_ATTR_NAME), "eth0");
    begin_in(MSG_NETDEV, MSG_NETDEV_CMD_GET, 0, 0);
    put_string(MSG_NETDEV_ATTR_NAME, "eth9");
    assert_int_equal(send_request(h), -E_NODEV);
    begin_in(MSG_NETDEV, MSG_NETDEV_CMD_GET, 0, 0);
    assert_int_equal(send_request(h), -E_INVAL);
    server_host_free(h);
}

/* -- Flows -- */

/* IPv4 UDP from 10.0.0.0 to port DST, on port 1. */
static size_t
udp_frame(uint16_t dst, uint8_t f[60])
{
    memset(f, 0, 60);
    memcpy(f, "\x50\x54\0\0\0\x0a\x50\x54\0\0\0\x09\x08\0\x45", 15);
    put_be16(f + 16, 46);
    f[22] = 64;
    f[23] = IP_PROTO_UDP;
    put_be32(f + 26, 0x0a000000);
    put_be32(f + 30, 0x0a010000);
    put_be16(f + 34, 1000);
    put_be16(f + 36, dst);
    put_be16(f + 38, 26);
    return 60;
}

static void
udp_key(uint16_t dst, struct flow_key *key)
{
    uint8_t f[60];
    struct pkt *p = host_pkt_new(f, udp_frame(dst, f), 0);
    p->md.in_port = 1;
    pkt_parse(p, key);
    pkt_free(p);
}

static void
put_nested(uint16_t attr, const struct flow_key *key, const struct flow_key *mask, bool is_mask)
{
    size_t nest = nl_begin(&out, attr);
    (is_mask ? nl_flow_put_mask : nl_flow_put_key)(&out, key, mask);
    nl_end(&out, nest);
}

static void
put_output(uint32_t port)
{
    size_t nest = nl_begin(&out, MSG_FLOW_ATTR_ACTIONS);
    nl_put_u32(&out, DP_ACT_OUTPUT, port);
    nl_end(&out, nest);
}

/* A request about the flow of UDP packets to port DST. */
static void
begin_flow(uint8_t cmd, uint16_t flags, uint16_t dst, uint16_t udp_mask)
{
    struct flow_key key, mask = {.pad_end = 0};
    udp_key(dst, &key);
    mask.in_port = UINT32_MAX;
    mask.recirc_id = UINT32_MAX;
    mask.tp_dst = be16_from(udp_mask);
    begin(MSG_FLOW, cmd, flags);
    put_nested(MSG_FLOW_ATTR_KEY, &key, &mask, false);
    put_nested(MSG_FLOW_ATTR_MASK, &key, &mask, true);
}

static int
put_flow(struct server_host *h, uint16_t flags, uint16_t dst, uint32_t port)
{
    begin_flow(MSG_FLOW_CMD_NEW, flags, dst, UINT16_MAX);
    put_output(port);
    return send_request(h);
}

static void
receive_udp(struct server_host *h, uint16_t dst)
{
    uint8_t f[60];
    env_receive(h->e, host_pkt_new(f, udp_frame(dst, f), 0), 1);
}

static void
test_flows(void **state UNUSED)
{
    struct server_host *h = host_with_dp();
    assert_int_equal(put_flow(h, MSG_F_ECHO | MSG_F_CREATE, 53, 4), 0);
    assert_true(msg_has(&attrs, MSG_FLOW_ATTR_KEY) && msg_has(&attrs, MSG_FLOW_ATTR_MASK) &&
                msg_has(&attrs, MSG_FLOW_ATTR_UFID) && msg_has(&attrs, MSG_FLOW_ATTR_ACTIONS));
    assert_false(msg_has(&attrs, MSG_FLOW_ATTR_STATS) || msg_has(&attrs, MSG_FLOW_ATTR_USED));
    /* What is shown is what was put, and what the UDP port depends on. */
    struct flow_key key, mask;
    const struct nl_attr *a = &attrs.a[MSG_FLOW_ATTR_KEY];
    assert_int_equal(nl_flow_get_key(a->payload, a->size, &key), 0);
    a = &attrs.a[MSG_FLOW_ATTR_MASK];
    assert_int_equal(nl_flow_get_mask(a->payload, a->size, &key, &mask), 0);
    assert_int_equal(be16_host(key.tp_dst), 53);
    assert_int_equal(be16_host(mask.tp_dst), UINT16_MAX);
    assert_int_equal(mask.nw_proto, UINT8_MAX);
    assert_int_equal(be16_host(mask.eth_type), UINT16_MAX);
    assert_int_equal(be16_host(mask.vlan_tci0), UINT16_MAX);
    assert_int_equal(be32_host(mask.ipv4_src), 0);
    receive_udp(h, 53);
    receive_udp(h, 54);
    assert_int_equal(h->e->n_out, 1);
    assert_int_equal(h->e->out[0].port, 4);
    assert_int_equal(h->e->n_miss, 1);
    assert_int_equal(put_flow(h, MSG_F_CREATE, 53, 5), -E_EXIST);
    assert_int_equal(put_flow(h, MSG_F_ECHO, 53, 5), 0); /* without: changes */
    uint64_t counts[2];
    memcpy(counts, attrs.a[MSG_FLOW_ATTR_STATS].payload, sizeof counts);
    assert_int_equal(counts[0], 1);
    assert_int_equal(counts[1], 60);
    assert_true(msg_has(&attrs, MSG_FLOW_ATTR_USED));
    receive_udp(h, 53);
    assert_int_equal(h->e->out[1].port, 5);
    assert_int_equal(dp_n_flows(&h->e->dp), 1);
    begin(MSG_DP, MSG_DP_CMD_GET, 0);
    assert_int_equal(send_request(h), 0);
    uint64_t stats[4];
    memcpy(stats, attrs.a[MSG_DP_ATTR_STATS].payload, sizeof stats);
    assert_int_equal(stats[0], 2); /* hit */
    assert_int_equal(stats[1], 1); /* missed */
    assert_int_equal(stats[3], 1); /* flows */
    server_host_free(h);
}

static void
test_set_clear_del(void **state UNUSED)
{
    struct server_host *h = host_with_dp();
    assert_int_equal(put_flow(h, 0, 53, 4), 0);
    assert_int_equal(answer.type, MSG_TYPE_ERROR); /* an acknowledgement */
    receive_udp(h, 53);
    begin_flow(MSG_FLOW_CMD_SET, MSG_F_ECHO, 53, UINT16_MAX);
    nl_put(&out, MSG_FLOW_ATTR_CLEAR, NULL, 0);
    assert_int_equal(send_request(h), 0); /* no actions: they stay */
    assert_false(msg_has(&attrs, MSG_FLOW_ATTR_STATS) || msg_has(&attrs, MSG_FLOW_ATTR_USED));
    assert_int_equal(attrs.a[MSG_FLOW_ATTR_ACTIONS].size, 8);
    begin_flow(MSG_FLOW_CMD_SET, MSG_F_ECHO, 53, UINT16_MAX);
    nl_end(&out, nl_begin(&out, MSG_FLOW_ATTR_ACTIONS));
    assert_int_equal(send_request(h), 0); /* empty ones: it drops */
    assert_int_equal(attrs.a[MSG_FLOW_ATTR_ACTIONS].size, 0);
    begin_flow(MSG_FLOW_CMD_SET, 0, 54, UINT16_MAX);
    put_output(1);
    assert_int_equal(send_request(h), -E_NOENT);
    begin_flow(MSG_FLOW_CMD_GET, 0, 54, UINT16_MAX);
    assert_int_equal(send_request(h), -E_NOENT);
    struct flow_key key;
    udp_key(53, &key);
    begin(MSG_FLOW, MSG_FLOW_CMD_GET, 0);
    put_nested(MSG_FLOW_ATTR_KEY, &key, NULL, false); /* no mask: what this packet meets */
    assert_int_equal(send_request(h), 0);
    receive_udp(h, 53);
    begin_flow(MSG_FLOW_CMD_DEL, MSG_F_ECHO, 53, UINT16_MAX);
    assert_int_equal(send_request(h), 0);
    assert_true(msg_has(&attrs, MSG_FLOW_ATTR_STATS));
    begin_flow(MSG_FLOW_CMD_DEL, 0, 53, UINT16_MAX);
    assert_int_equal(send_request(h), -E_NOENT);
    assert_int_equal(put_flow(h, 0, 1, 4), 0);
    assert_int_equal(put_flow(h, 0, 2, 4), 0);
    begin(MSG_FLOW, MSG_FLOW_CMD_DEL, 0); /* of none in particular: all */
    assert_int_equal(send_request(h), 0);
    assert_int_equal(dp_n_flows(&h->e->dp), 0);
    server_host_free(h);
}

static void
test_ufid(void **state UNUSED)
{
    static const uint8_t ufid[16] = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16};
    struct server_host *h = host_with_dp();
    begin_flow(MSG_FLOW_CMD_NEW, MSG_F_ECHO, 53, UINT16_MAX);
    nl_put(&out, MSG_FLOW_ATTR_UFID, ufid, sizeof ufid);
    nl_put_u32(&out, MSG_FLOW_ATTR_UFID_FLAGS,
               MSG_UFID_OMIT_KEY | MSG_UFID_OMIT_MASK | MSG_UFID_OMIT_ACTIONS);
    put_output(4);
    assert_int_equal(send_request(h), 0);
    assert_memory_equal(attrs.a[MSG_FLOW_ATTR_UFID].payload, ufid, sizeof ufid);
    assert_false(msg_has(&attrs, MSG_FLOW_ATTR_KEY) || msg_has(&attrs, MSG_FLOW_ATTR_MASK) ||
                 msg_has(&attrs, MSG_FLOW_ATTR_ACTIONS));
    begin_flow(MSG_FLOW_CMD_NEW, 0, 54, UINT16_MAX); /* the name is taken */
    nl_put(&out, MSG_FLOW_ATTR_UFID, ufid, sizeof ufid);
    put_output(4);
    assert_int_equal(send_request(h), -E_INVAL);
    begin(MSG_FLOW, MSG_FLOW_CMD_GET, 0);
    nl_put(&out, MSG_FLOW_ATTR_UFID, ufid, sizeof ufid);
    assert_int_equal(send_request(h), 0);
    assert_true(msg_has(&attrs, MSG_FLOW_ATTR_KEY));
    begin(MSG_FLOW, MSG_FLOW_CMD_SET, 0);
    nl_put(&out, MSG_FLOW_ATTR_UFID, ufid, sizeof ufid);
    put_output(5);
    assert_int_equal(send_request(h), 0);
    receive_udp(h, 53);
    assert_int_equal(h->e->out[0].port, 5);
    begin(MSG_FLOW, MSG_FLOW_CMD_DEL, 0);
    nl_put(&out, MSG_FLOW_ATTR_UFID, ufid, 15);
    assert_int_equal(send_request(h), -E_RANGE);
    begin(MSG_FLOW, MSG_FLOW_CMD_DEL, 0);
    nl_put(&out, MSG_FLOW_ATTR_UFID, ufid, sizeof ufid);
    assert_int_equal(send_request(h), 0);
    assert_int_equal(dp_n_flows(&h->e->dp), 0);
    server_host_free(h);
}

static void
test_bad_flows(void **state UNUSED)
{
    struct server_host *h = host_with_dp();
    begin_flow(MSG_FLOW_CMD_NEW, 0, 53, UINT16_MAX);
    assert_int_equal(send_request(h), -E_INVAL); /* no actions */
    begin(MSG_FLOW, MSG_FLOW_CMD_NEW, 0);
    put_output(1);
    assert_int_equal(send_request(h), -E_INVAL); /* no key */
    begin_flow(MSG_FLOW_CMD_NEW, 0, 53, UINT16_MAX);
    size_t nest = nl_begin(&out, MSG_FLOW_ATTR_ACTIONS);
    nl_put_u32(&out, 30, 1);
    nl_end(&out, nest);
    assert_int_equal(send_request(h), -E_NOTSUP); /* no such action */
    begin_flow(MSG_FLOW_CMD_NEW, 0, 53, UINT16_MAX);
    nest = nl_begin(&out, MSG_FLOW_ATTR_ACTIONS);
    nl_put(&out, DP_ACT_OUTPUT, "ab", 2);
    nl_end(&out, nest);
    assert_int_equal(send_request(h), -E_INVAL);
    begin(MSG_FLOW, MSG_FLOW_CMD_NEW, 0);
    nest = nl_begin(&out, MSG_FLOW_ATTR_KEY);
    nl_put_u32(&out, 3, 1);
    nl_put_u32(&out, 3, 1); /* in_port twice */
    nl_end(&out, nest);
    put_output(1);
    assert_int_equal(send_request(h), -E_INVAL);
    assert_int_equal(dp_n_flows(&h->e->dp), 0);
    begin(MSG_FLOW, 77, 0);
    assert_int_equal(send_request(h), -E_NOTSUP);
    begin(99, 1, 0);
    assert_int_equal(send_request(h), -E_NOTSUP);
    begin(MSG_PACKET, MSG_PACKET_CMD_MISS, 0);
    assert_int_equal(send_request(h), -E_NOTSUP);
    begin(MSG_FLOW, MSG_FLOW_CMD_GET, MSG_F_DUMP);
    assert_int_equal(send_request(h), -E_INVAL);
    server_host_free(h);
}

/* -- Dumps -- */

static void
start_dump(struct server_host *h, struct dp_dump *d)
{
    msg_end(&out, 0);
    assert_int_equal(dp_server_dump_start(&h->server, d, PID, out.start, out.n), 0);
}

/* Reads a dump to its end in buffers of SIZE bytes; how many messages of FAMILY there were, or
 * the code that it ended with. AFTER (may be NULL) runs after each buffer. */
static int
read_dump(struct server_host *h, struct dp_dump *d, size_t size, uint16_t family,
          void (*after)(struct server_host *))
{
    int n = 0;
    for (int more = 1; more > 0;) {
        uint8_t *buffer = malloc(size);
        struct wr w = wr_make(buffer, size);
        more = dp_server_dump_next(d, &w);
        struct rd r = rd_make(buffer, w.n);
        bool done = false;
        for (struct msg m; more >= 0 && msg_next(&r, &m);) {
            assert_false(done);
            assert_int_equal(m.seq, 42);
            assert_int_equal(m.pid, PID);
            done = m.type == MSG_TYPE_DONE || m.type == MSG_TYPE_ERROR;
            n = m.type == MSG_TYPE_ERROR ? msg_error_code(&m) : n + (m.type == family);
            assert_true(done || m.flags & MSG_F_MULTI);
        }
        assert_false(r.bad);
        assert_true(more < 0 || done == !more);
        free(buffer);
        if (after) {
            after(h);
        }
        if (more < 0) {
            return more;
        }
    }
    assert_null(d->server);
    return n;
}

static uint16_t next_to_put;

static void
put_another(struct server_host *h)
{
    assert_int_equal(put_flow(h, 0, next_to_put++, 4), 0);
}

static void
flush_flows(struct server_host *h)
{
    begin(MSG_FLOW, MSG_FLOW_CMD_DEL, 0);
    assert_int_equal(send_request(h), 0);
}

static void
test_dumps(void **state UNUSED)
{
    struct server_host *h = host_with_dp();
    struct dp_dump d = {.server = NULL};
    static const size_t sizes[] = {512, 1000, 4096, 100000};
    for (next_to_put = 1; next_to_put <= 40;) {
        put_another(h);
    }
    assert_int_equal(make_port(h, "eth0", MSG_VPORT_NETDEV, UINT32_MAX), 0);
    for (size_t i = 0; i < ARRAY_LEN(sizes); i++) {
        begin(MSG_FLOW, MSG_FLOW_CMD_GET, MSG_F_DUMP);
        start_dump(h, &d);
        assert_int_equal(read_dump(h, &d, sizes[i], MSG_FLOW, NULL), 40);
        begin(MSG_VPORT, MSG_VPORT_CMD_GET, MSG_F_DUMP);
        start_dump(h, &d);
        assert_int_equal(read_dump(h, &d, sizes[i], MSG_VPORT, NULL), 2);
        begin(MSG_DP, MSG_DP_CMD_GET, MSG_F_DUMP);
        start_dump(h, &d);
        assert_int_equal(read_dump(h, &d, sizes[i], MSG_DP, NULL), 1);
        begin(MSG_NETDEV, MSG_NETDEV_CMD_GET, MSG_F_DUMP);
        start_dump(h, &d);
        assert_int_equal(read_dump(h, &d, sizes[i], MSG_NETDEV, NULL), 2);
    }
    /* A buffer that holds no flow does not lose it. */
    begin(MSG_FLOW, MSG_FLOW_CMD_GET, MSG_F_DUMP);
    start_dump(h, &d);
    assert_int_equal(read_dump(h, &d, 50, MSG_FLOW, NULL), -E_OVERFLOW);
    assert_int_equal(read_dump(h, &d, 1000, MSG_FLOW, NULL), 40);
    /* Flows that come during the dump are in it, those that go are not. */
    begin(MSG_FLOW, MSG_FLOW_CMD_GET, MSG_F_DUMP);
    nl_put_u32(&out, MSG_FLOW_ATTR_UFID_FLAGS, MSG_UFID_OMIT_KEY | MSG_UFID_OMIT_ACTIONS);
    start_dump(h, &d);
    assert_in_range(read_dump(h, &d, 2000, MSG_FLOW, put_another), 41, 60);
    begin(MSG_FLOW, MSG_FLOW_CMD_GET, MSG_F_DUMP);
    start_dump(h, &d);
    assert_in_range(read_dump(h, &d, 600, MSG_FLOW, flush_flows), 1, 3);
    /* Errors are told in the dump. */
    begin_in(MSG_FLOW, MSG_FLOW_CMD_GET, MSG_F_DUMP, 9);
    start_dump(h, &d);
    assert_int_equal(read_dump(h, &d, 100, MSG_FLOW, NULL), -E_NODEV);
    begin(MSG_FLOW, MSG_FLOW_CMD_DEL, MSG_F_DUMP);
    start_dump(h, &d);
    assert_int_equal(read_dump(h, &d, 100, MSG_FLOW, NULL), -E_NOTSUP);
    begin(MSG_FLOW, MSG_FLOW_CMD_GET, 0);
    start_dump(h, &d);
    assert_int_equal(read_dump(h, &d, 100, MSG_FLOW, NULL), -E_NOTSUP);
    /* One that is left before its end. */
    assert_int_equal(put_flow(h, 0, 1, 4), 0);
    begin(MSG_FLOW, MSG_FLOW_CMD_GET, MSG_F_DUMP);
    start_dump(h, &d);
    dp_server_dump_stop(&d);
    dp_server_dump_stop(&d);
    server_host_free(h);
}

/* -- Packets -- */

static uint32_t last_upcall[20000];
static size_t last_upcall_size;

static void
record_upcall(struct test_env *e UNUSED, struct pkt *p, const struct dp_upcall *up)
{
    struct wr w = wr_make(last_upcall, sizeof last_upcall);
    size_t room = dp_server_upcall_size(p, up);
    assert_int_equal(dp_server_put_upcall(&w, p, up), 0);
    assert_true(w.n <= room);
    last_upcall_size = w.n;
    /* Any less room, and nothing is written. */
    for (size_t n = 0; n < w.n; n += 4) {
        uint8_t *block = malloc(n ? n : 1);
        struct wr small = wr_make(block, n);
        assert_int_equal(dp_server_put_upcall(&small, p, up), -E_OVERFLOW);
        assert_int_equal(small.n, 0);
        assert_false(small.bad);
        free(block);
    }
    pkt_free(p);
}

static void
read_upcall(uint8_t cmd)
{
    struct rd r = rd_make(last_upcall, last_upcall_size);
    assert_true(msg_next(&r, &answer) && !rd_left(&r));
    assert_int_equal(answer.type, MSG_PACKET);
    assert_int_equal(answer.cmd, cmd);
    assert_int_equal(answer.dp_ifindex, DP_SERVER_IFINDEX);
    assert_int_equal(msg_get_attrs(MSG_PACKET, answer.payload, answer.payload_size, &attrs), 0);
}

static void
test_upcalls(void **state UNUSED)
{
    struct server_host *h = host_with_dp();
    uint8_t f[60];
    h->e->on_upcall = record_upcall;
    receive_udp(h, 53);
    read_upcall(MSG_PACKET_CMD_MISS);
    assert_int_equal(attrs.a[MSG_PACKET_ATTR_PACKET].size, udp_frame(53, f));
    assert_memory_equal(attrs.a[MSG_PACKET_ATTR_PACKET].payload, f, 60);
    assert_false(msg_has(&attrs, MSG_PACKET_ATTR_LEN) ||
                 msg_has(&attrs, MSG_PACKET_ATTR_USERDATA) ||
                 msg_has(&attrs, MSG_PACKET_ATTR_OFFLOADS));
    struct flow_key key, expected;
    udp_key(53, &expected);
    const struct nl_attr *a = &attrs.a[MSG_PACKET_ATTR_KEY];
    assert_int_equal(nl_flow_get_key(a->payload, a->size, &key), 0);
    assert_true(flow_key_equal(&key, &expected));
    /* An action with userdata, after truncation. */
    begin_flow(MSG_FLOW_CMD_NEW, 0, 53, UINT16_MAX);
    size_t nest = nl_begin(&out, MSG_FLOW_ATTR_ACTIONS);
    nl_put_u32(&out, DP_ACT_TRUNC, 40);
    size_t user = nl_begin(&out, DP_ACT_USERSPACE);
    nl_put_u32(&out, 1, PID);
    nl_put(&out, 2, "cookie", 6);
    nl_end(&out, user);
    nl_end(&out, nest);
    assert_int_equal(send_request(h), 0);
    struct pkt *p = host_pkt_new(f, 60, 0);
    p->flags |= PKT_CSUM_PARTIAL;
    p->csum_start = 34;
    p->csum_ofs = 6;
    env_receive(h->e, p, 1);
    read_upcall(MSG_PACKET_CMD_ACTION);
    assert_int_equal(attrs.a[MSG_PACKET_ATTR_PACKET].size, 40);
    assert_int_equal(msg_u32(&attrs, MSG_PACKET_ATTR_LEN, 0), 60);
    assert_int_equal(attrs.a[MSG_PACKET_ATTR_USERDATA].size, 6);
    assert_memory_equal(attrs.a[MSG_PACKET_ATTR_USERDATA].payload, "cookie", 6);
    struct msg_offloads o;
    memcpy(&o, attrs.a[MSG_PACKET_ATTR_OFFLOADS].payload, sizeof o);
    assert_int_equal(o.flags, PKT_CSUM_PARTIAL);
    assert_int_equal(o.csum_start, 34);
    /* More than an attribute holds. */
    static uint8_t big[70000];
    udp_frame(54, big);
    h->e->on_upcall = NULL;
    p = host_pkt_new(big, sizeof big, 0);
    p->md.in_port = 1;
    pkt_parse(p, &key);
    struct wr w = wr_make(last_upcall, sizeof last_upcall);
    const struct dp_upcall up = {DP_UPCALL_MISS, &key, NULL, NULL, p->len};
    assert_int_equal(dp_server_put_upcall(&w, p, &up), 0);
    assert_true(w.n <= dp_server_upcall_size(p, &up));
    last_upcall_size = w.n;
    pkt_free(p);
    read_upcall(MSG_PACKET_CMD_MISS);
    assert_int_equal(msg_u32(&attrs, MSG_PACKET_ATTR_LEN, 0), sizeof big);
    assert_memory_equal(attrs.a[MSG_PACKET_ATTR_PACKET].payload, big, 65528);
    server_host_free(h);
}

/* The largest key that a packet can have stays within the room for one. */
static void
test_largest_key(void **state UNUSED)
{
    struct flow_key key, mask;
    memset(&key, 0xff, sizeof key);
    memset(&mask, 0xff, sizeof mask);
    key.eth_type = be16_from(ETH_TYPE_IPV6);
    key.nw_proto = IP_PROTO_ICMPV6;
    key.icmp_type = ND_NEIGHBOR_SOLICIT;
    key.icmp_code = key.nw_frag = 0;
    struct wr w = wr_make(out_buffer, sizeof out_buffer);
    nl_flow_put_key(&w, &key, &mask);
    assert_in_range(w.n, 300, 512);
}

static void
begin_execute(const void *frame, size_t n)
{
    struct flow_key key;
    udp_key(53, &key);
    begin(MSG_PACKET, MSG_PACKET_CMD_EXECUTE, 0);
    nl_put(&out, MSG_PACKET_ATTR_PACKET, frame, n);
    put_nested(MSG_PACKET_ATTR_KEY, &key, NULL, false);
    size_t nest = nl_begin(&out, MSG_PACKET_ATTR_ACTIONS);
    nl_put_u32(&out, DP_ACT_OUTPUT, 6);
    nl_end(&out, nest);
}

static void
test_execute(void **state UNUSED)
{
    struct server_host *h = host_with_dp();
    uint8_t f[60];
    size_t n = udp_frame(53, f);
    begin_execute(f, n);
    assert_int_equal(send_request(h), 0);
    assert_int_equal(h->e->n_out, 1);
    assert_int_equal(h->e->out[0].port, 6);
    assert_int_equal(h->e->out[0].p->md.in_port, 1);
    assert_memory_equal(h->e->out[0].p->data, f, n);
    struct msg_offloads o = {PKT_CSUM_PARTIAL, 34, 6, PKT_GSO_UDP_L4, 100, 42};
    begin_execute(f, n);
    nl_put(&out, MSG_PACKET_ATTR_OFFLOADS, &o, sizeof o);
    assert_int_equal(send_request(h), 0);
    assert_int_equal(h->e->out[1].p->gso_size, 100);
    assert_int_equal(h->e->out[1].p->csum_ofs, 6);
    const struct msg_offloads bad[] = {
        {PKT_SHARED, 0, 0, 0, 0, 0},
        {PKT_CSUM_PARTIAL, 54, 5, 0, 0, 0},
        {PKT_CSUM_PARTIAL, UINT16_MAX, UINT16_MAX, 0, 0, 0},
        {0, 0, 0, PKT_GSO_TCPV4, 0, 0},
        {0, 0, 0, PKT_GSO_UDP_L4 + 1, 9, 0},
        {0, 0, 0, PKT_GSO_ECN, 9, 0},
        {0, 0, 0, 0x100 | PKT_GSO_TCPV4, 9, 0},
        {0, 0, 0, PKT_GSO_TCPV4, 9, 61},
    };
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        begin_execute(f, n);
        nl_put(&out, MSG_PACKET_ATTR_OFFLOADS, &bad[i], sizeof bad[i]);
        assert_int_equal(send_request(h), -E_INVAL);
    }
    begin_execute(f, 13);
    assert_int_equal(send_request(h), -E_RANGE);
    begin(MSG_PACKET, MSG_PACKET_CMD_EXECUTE, 0);
    assert_int_equal(send_request(h), -E_INVAL);
    assert_int_equal(h->e->n_out, 2);
    server_host_free(h);
}

/* -- Bounds -- */

/* A valid request cut to any length, and its answer in any room: neither leaves its block. */
static void
test_cut(void **state UNUSED)
{
    struct server_host *h = host_with_dp();
    begin_flow(MSG_FLOW_CMD_NEW, MSG_F_ECHO, 53, UINT16_MAX);
    put_output(4);
    msg_end(&out, 0);
    size_t whole = out.n;
    for (size_t n = 0; n < whole; n++) {
        uint8_t *copy = malloc(n ? n : 1);
        memcpy(copy, out_buffer, n);
        struct wr reply = wr_make(in_buffer, sizeof in_buffer);
        assert_int_equal(dp_server_request(&h->server, PID, copy, n, &reply), -E_INVAL);
        if (n >= MSG_HEADER) { /* with a length that agrees */
            uint32_t len = (uint32_t)n;
            memcpy(copy, &len, sizeof len);
            dp_server_request(&h->server, PID, copy, n, &reply);
        }
        free(copy);
    }
    flush_flows(h);
    begin_flow(MSG_FLOW_CMD_NEW, MSG_F_ECHO, 53, UINT16_MAX);
    put_output(4);
    msg_end(&out, 0);
    for (size_t room = 0; room < 400; room++) {
        uint8_t *block = malloc(room ? room : 1);
        struct wr reply = wr_make(block, room);
        uint32_t n_before = dp_n_flows(&h->e->dp);
        int code = dp_server_request(&h->server, PID, out.start, out.n, &reply);
        assert_int_equal(code, room < MSG_ERROR_SIZE ? -E_OVERFLOW : 0);
        assert_int_equal(dp_n_flows(&h->e->dp), code ? n_before : 1);
        free(block);
    }
    /* What would show its last statistics in too little room deletes nothing. */
    begin_flow(MSG_FLOW_CMD_DEL, MSG_F_ECHO, 53, UINT16_MAX);
    msg_end(&out, 0);
    struct wr reply = wr_make(in_buffer, 60);
    assert_int_equal(dp_server_request(&h->server, PID, out.start, out.n, &reply), -E_OVERFLOW);
    assert_int_equal(reply.n, 0);
    assert_int_equal(dp_n_flows(&h->e->dp), 1);
    server_host_free(h);
}

static void
test_allocation_failures(void **state UNUSED)
{
    struct server_host *h = host_with_dp();
    unsigned int n;
    for (n = 1;; n++) {
        host_fail_alloc = n;
        int code = put_flow(h, 0, 53, 4);
        host_fail_alloc = 0;
        if (!code) {
            break;
        }
        assert_int_equal(code, -E_NOMEM);
        assert_int_equal(dp_n_flows(&h->e->dp), 0);
    }
    assert_in_range(n, 3, 20);
    uint8_t f[60];
    for (n = 1;; n++) {
        begin_execute(f, udp_frame(53, f));
        host_fail_alloc = n;
        int code = send_request(h);
        host_fail_alloc = 0;
        if (!code) {
            break;
        }
        assert_int_equal(code, -E_NOMEM);
        assert_int_equal(h->e->n_out, 0);
    }
    assert_in_range(n, 2, 20);
    server_host_free(h);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_datapath),    cmocka_unit_test(test_bad_datapaths),
        cmocka_unit_test(test_vports),      cmocka_unit_test(test_netdevs),
        cmocka_unit_test(test_flows),       cmocka_unit_test(test_set_clear_del),
        cmocka_unit_test(test_ufid),        cmocka_unit_test(test_bad_flows),
        cmocka_unit_test(test_dumps),       cmocka_unit_test(test_upcalls),
        cmocka_unit_test(test_largest_key), cmocka_unit_test(test_execute),
        cmocka_unit_test(test_cut),         cmocka_unit_test(test_allocation_failures),
    };
    return cmocka_run_group_tests_name("datapath_server", tests, NULL, NULL);
}
