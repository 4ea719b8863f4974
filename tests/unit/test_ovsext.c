/* SPDX-License-Identifier: Apache-2.0 */
/* The driver on the simulated switch: what it makes of frames. Flows are put over its device, and
 * the simulator watches that every list is completed once and that every rule of NDIS is kept. */
#include "ovsext_client.h"

enum { TYPE = 0x88b5 };

static uint8_t frame[65536];

static struct client *
start(void)
{
    plug_all();
    fill_frame(frame, sizeof frame, TYPE, 0);
    return client_with_ports();
}

static void
finish(struct client *c)
{
    client_close(c);
    remove_switch();
}

static void
test_attach_detach(void **state UNUSED)
{
    for (int i = 0; i < 3; i++) {
        plug_all();
        remove_switch();
    }
    /* Ports and adapters that are there before the extension is. */
    run("switch-add sw");
    run("plug sw 1 external Ethernet0");
    run("plug sw 2 internal \"vEthernet (external)\"");
    run("plug sw 3 vm ovs-port-a");
    run("plug sw 4 vm ovs-port-b");
    run("attach sw");
    run("restart sw");
    struct client *c = client_with_ports();
    fill_frame(frame, 60, TYPE, 0);
    flow_to(c, frame, 60, 3, 1, 4u);
    run("send sw 3 %s", hex_of(frame, 60));
    check_frame(4, frame, 60);
    finish(c);
}

/* An inactive switch tells what it has when it becomes active. */
static void
test_activation(void **state UNUSED)
{
    run("switch-add sw inactive");
    run("attach sw");
    run("restart sw");
    run("activate sw");
    run("plug sw 3 vm ovs-port-a");
    run("plug sw 4 vm ovs-port-b");
    struct client *c = client_open();
    assert_int_equal(make_datapath(c), 0);
    assert_int_equal(make_port(c, "ovs-port-a", 3), 0);
    assert_int_not_equal(msg_u32(&c->attrs, MSG_VPORT_ATTR_IFINDEX, 0), 0);
    client_close(c);
    run("unplug sw 3");
    run("unplug sw 4");
    run("pause sw");
    run("detach sw");
    run("switch-del sw");
}

/* Until a client makes the datapath, nothing is touched. */
static void
test_pass_through(void **state UNUSED)
{
    plug_all();
    fill_frame(frame, 60, TYPE, 0);
    for (int i = 0; i < 10; i++) {
        run("send sw 3 %s %s", hex_of(frame, 60), hex_of(frame, 60));
    }
    run("quiesce sw %d", WAIT_MS);
    struct client *c = client_open(); /* a handle alone changes nothing */
    run("send sw 3 %s", hex_of(frame, 60));
    client_close(c);
    remove_switch();
}

static void
test_two_machines(void **state UNUSED)
{
    struct client *c = start();
    flow_to(c, frame, 60, 3, 1, 4u);
    flow_to(c, frame, 60, 4, 1, 3u);
    for (size_t n = 14; n < 1600; n += 173) {
        run("send sw 3 %s", hex_of(frame, n));
        check_frame(4, frame, n);
        run("send sw 4 %s", hex_of(frame, n));
        check_frame(3, frame, n);
    }
    check_nothing(1);
    check_nothing(2);
    finish(c);
}

/* The frame goes to all but its sender, in one list with three destinations. */
static void
test_broadcast(void **state UNUSED)
{
    struct client *c = start();
    memset(frame, 0xff, 6);
    flow_to(c, frame, 60, 3, 3, 1u, 2u, 4u);
    run("send sw 3 %s", hex_of(frame, 60));
    check_frame(1, frame, 60);
    check_frame(2, frame, 60);
    check_frame(4, frame, 60);
    check_nothing(3);
    finish(c);
}

/* FRAME with the tag VID, in TAGGED. */
static size_t
tag_frame(const uint8_t *plain, size_t n, uint16_t vid, uint8_t *tagged)
{
    memcpy(tagged, plain, 12);
    put_be16(tagged + 12, 0x8100);
    put_be16(tagged + 14, vid);
    memcpy(tagged + 16, plain + 12, n - 12);
    return n + 4;
}

/* Out to the physical NIC with a tag, plain to a machine; and back. */
static void
vlan_both_ways(struct client *c, size_t n)
{
    uint8_t tagged[4096];
    size_t n_tagged = tag_frame(frame, n, 900, tagged);
    run("send sw 3 %s", hex_of(frame, n));
    check_frame(4, frame, n);
    check_frame(1, tagged, n_tagged);
    check_frame(2, tagged, n_tagged);
    run("send sw 1 %s", hex_of(tagged, n_tagged));
    check_frame(3, frame, n);
    check_nothing(4);
    (void)c;
}

static void
test_vlan(void **state UNUSED)
{
    struct client *c = start();
    uint8_t tagged[4096];
    size_t nest = begin_flow(c, frame, 60, 3);
    act_output(c, 4);
    act_push_vlan(c, 900);
    act_output(c, 1);
    act_output(c, 2);
    assert_int_equal(end_flow(c, nest), 0);
    size_t n_tagged = tag_frame(frame, 60, 900, tagged);
    nest = begin_flow(c, tagged, n_tagged, 1);
    nl_put(&c->w, DP_ACT_POP_VLAN, NULL, 0);
    act_output(c, 3);
    assert_int_equal(end_flow(c, nest), 0);
    for (unsigned int set = 0; set < 1u << ARRAY_LEN(sim_options); set++) {
        set_options(set);
        vlan_both_ways(c, 60);
        vlan_both_ways(c, 1514);
        vlan_both_ways(c, 3000);
    }
    finish(c);
}

/* Several frames in one call, in lists of several buffers, whole batches and more. */
static void
test_many_frames(void **state UNUSED)
{
    struct client *c = start();
    struct sim_frame frames[100];
    uint8_t bytes[ARRAY_LEN(frames)][200];
    flow_to(c, frame, 60, 3, 1, 4u);
    for (unsigned int round = 0; round < 20; round++) {
        run("option fragment %s", round % 2 ? "on" : "off");
        size_t n = 1 + round * 5;
        for (size_t i = 0; i < n; i++) {
            size_t size = 60 + i;
            fill_frame(bytes[i], size, TYPE, (uint8_t)i);
            frames[i] = (struct sim_frame){bytes[i], size};
        }
        assert_int_equal(sim_send("sw", 3, frames, n), 0);
        for (size_t i = 0; i < n; i++) {
            uint8_t got[256];
            run("quiesce sw %d", WAIT_MS);
            assert_int_equal(sim_take("sw", 4, got, sizeof got), (int)frames[i].size);
            assert_memory_equal(got, bytes[i], frames[i].size);
        }
        check_nothing(4);
    }
    finish(c);
}

/* Copies that differ: plain, tagged, tagged twice, cut. */
static void
test_copies(void **state UNUSED)
{
    struct client *c = start();
    uint8_t tagged[4096], twice[4096];
    size_t nest = begin_flow(c, frame, 60, 3);
    uint32_t cut = 40;
    act_output(c, 1);
    act_push_vlan(c, 5);
    act_output(c, 2);
    act_push_vlan(c, 6);
    act_output(c, 4);
    nl_put_u32(&c->w, DP_ACT_TRUNC, cut);
    act_output(c, 3);
    act_output(c, 3);
    assert_int_equal(end_flow(c, nest), 0);
    for (unsigned int round = 0; round < 8; round++) {
        size_t n = round & 4 ? 2500 : 60 + round;
        run("option fragment %s", round & 1 ? "on" : "off");
        run("option async %s", round & 2 ? "on" : "off");
        size_t n_tagged = tag_frame(frame, n, 5, tagged);
        size_t n_twice = tag_frame(tagged, n_tagged, 6, twice);
        run("send sw 3 %s", hex_of(frame, n));
        check_frame(1, frame, n);
        check_frame(2, tagged, n_tagged);
        check_frame(4, twice, n_twice);
        run("wait sw 3 2 %d", WAIT_MS);
        char expected[16384], *at = expected;
        at += snprintf(at, 4096, "frame %s\n", hex_of(twice, cut));
        snprintf(at, 8192, "frame %s\n", hex_of(twice, n_twice));
        if (strcmp(reply, expected)) { /* the two may have changed places on the way */
            at = expected;
            at += snprintf(at, 8192, "frame %s\n", hex_of(twice, n_twice));
            snprintf(at, 4096, "frame %s\n", hex_of(twice, cut));
        }
        assert_string_equal(reply, expected);
    }
    finish(c);
}

/* The same frame twice to one port is two frames. */
static void
test_twice(void **state UNUSED)
{
    struct client *c = start();
    flow_to(c, frame, 60, 3, 3, 4u, 4u, 4u);
    run("send sw 3 %s", hex_of(frame, 60));
    run("wait sw 4 3 %d", WAIT_MS);
    finish(c);
}

/* What no datapath port is tied to is dropped, and so is what goes to a port without adapter. */
static void
test_ports_come_and_go(void **state UNUSED)
{
    struct client *c = client_open();
    plug_all();
    fill_frame(frame, 60, TYPE, 0);
    assert_int_equal(make_datapath(c), 0);
    assert_int_equal(make_port(c, "ovs-port-a", 3), 0);
    assert_int_equal(make_port(c, "later", 5), 0);
    assert_int_equal(msg_u32(&c->attrs, MSG_VPORT_ATTR_IFINDEX, 0), 0);
    flow_to(c, frame, 60, 3, 1, 5u);
    run("send sw 3 %s", hex_of(frame, 60));
    run("send sw 4 %s", hex_of(frame, 60));
    check_nothing(4);
    run("plug sw 5 vm later");
    run("send sw 3 %s", hex_of(frame, 60));
    check_frame(5, frame, 60);
    run("unplug sw 5");
    run("send sw 3 %s", hex_of(frame, 60));
    run("plug sw 6 vm other");
    run("port-rename sw 6 later");
    run("send sw 3 %s", hex_of(frame, 60));
    check_frame(6, frame, 60);
    begin(c, MSG_VPORT, MSG_VPORT_CMD_GET, 0);
    nl_put_u32(&c->w, MSG_VPORT_ATTR_PORT_NO, 5);
    assert_int_equal(transact(c), 0);
    struct dp_vport_stats stats;
    memcpy(&stats, c->attrs.a[MSG_VPORT_ATTR_STATS].payload, sizeof stats);
    assert_int_equal(stats.tx_packets, 2);
    assert_int_equal(stats.tx_bytes, 120);
    assert_int_equal(stats.tx_dropped, 2);
    run("unplug sw 6");
    finish(c);
}

/* A second switch passes its traffic on, and gets the datapath when the first is gone. */
static void
test_second_switch(void **state UNUSED)
{
    struct client *c = start();
    run("switch sw2");
    run("plug sw2 7 vm ovs-port-a");
    flow_to(c, frame, 60, 3, 1, 4u);
    run("send sw2 7 %s", hex_of(frame, 60));
    check_nothing(4);
    run("quiesce sw2 %d", WAIT_MS);
    remove_switch();
    run("pause sw2");
    run("restart sw2");
    begin(c, MSG_VPORT, MSG_VPORT_CMD_GET, 0);
    put_string(c, MSG_VPORT_ATTR_NAME, "ovs-port-a");
    assert_int_equal(transact(c), 0);
    assert_int_equal(msg_u32(&c->attrs, MSG_VPORT_ATTR_IFINDEX, 0), 7 << 8);
    client_close(c);
    run("unplug sw2 7");
    run("pause sw2");
    run("detach sw2");
    run("switch-del sw2");
}

/* Flows go on when the client that put them is gone. */
static void
test_client_death(void **state UNUSED)
{
    struct client *c = start();
    flow_to(c, frame, 60, 3, 1, 4u);
    client_close(c);
    run("send sw 3 %s", hex_of(frame, 60));
    check_frame(4, frame, 60);
    run("send sw 4 %s", hex_of(frame, 60)); /* a miss for nobody */
    check_nothing(3);
    c = client_open();
    begin(c, MSG_DP, MSG_DP_CMD_GET, 0);
    assert_int_equal(transact(c), 0);
    run("send sw 3 %s", hex_of(frame, 60));
    check_frame(4, frame, 60);
    finish(c);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
        TEST(test_attach_detach),     TEST(test_activation),    TEST(test_pass_through),
        TEST(test_two_machines),      TEST(test_broadcast),     TEST(test_vlan),
        TEST(test_many_frames),       TEST(test_copies),        TEST(test_twice),
        TEST(test_ports_come_and_go), TEST(test_second_switch), TEST(test_client_death),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
