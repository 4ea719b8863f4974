/* SPDX-License-Identifier: Apache-2.0 */
/* The driver's device: what it answers and refuses, dumps that go on from call to call, upcalls
 * and notifications through pended requests, execution of packets, cancelling, closing, and
 * processes that die. */
#include <pthread.h>

#include "ovsext_client.h"

enum { TYPE = 0x88b5 };

static uint8_t frame[2048];

static NTSTATUS
control(struct client *c, uint32_t code, const void *in, size_t in_size, void *out,
        size_t out_size)
{
    size_t n;
    return native_control(c->file, code, in, (ULONG)in_size, out, (ULONG)out_size, &n);
}

static void
test_only_administrators(void **state UNUSED)
{
    assert_string_equal(sim_device_sddl(), "D:P(A;;GA;;;SY)(A;;GA;;;BA)");
}

static void
test_hello(void **state UNUSED)
{
    struct client c = {.pid = 0};
    struct ovsext_hello hello = {OVSEXT_VERSION + 1, 0};
    uint32_t groups = DP_GROUPS;
    assert_int_equal(native_open(OVSEXT_DEVICE, &c.file), STATUS_SUCCESS);
    assert_int_equal(control(&c, OVSEXT_SUBSCRIBE, &groups, sizeof groups, NULL, 0),
                     STATUS_REVISION_MISMATCH);
    assert_int_equal(control(&c, OVSEXT_WAIT, NULL, 0, c.in, sizeof c.in),
                     STATUS_REVISION_MISMATCH);
    assert_int_equal(control(&c, OVSEXT_HELLO, &hello, 4, &hello, sizeof hello),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(control(&c, OVSEXT_HELLO, &hello, sizeof hello, &hello, 4),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(control(&c, OVSEXT_HELLO, &hello, sizeof hello, &hello, sizeof hello),
                     STATUS_SUCCESS);
    assert_int_equal(hello.version, OVSEXT_VERSION); /* what it is, though it was not asked for */
    assert_int_equal(control(&c, OVSEXT_TRANSACT, c.out, 24, c.in, sizeof c.in),
                     STATUS_REVISION_MISMATCH);
    native_close(c.file);
}

static void
test_refusals(void **state UNUSED)
{
    struct client *c = client_open();
    static uint32_t huge[OVSEXT_IN_MAX / 4 + 1];
    uint32_t groups = DP_GROUPS;
    assert_int_equal(control(c, OVSEXT_SUBSCRIBE, &groups, 3, NULL, 0), STATUS_INVALID_PARAMETER);
    groups = 8;
    assert_int_equal(control(c, OVSEXT_SUBSCRIBE, &groups, 4, NULL, 0), STATUS_INVALID_PARAMETER);
    assert_int_equal(control(c, OVSEXT_TRANSACT, NULL, 0, c->in, sizeof c->in),
                     STATUS_INVALID_PARAMETER);
    for (size_t n = 1; n < 40; n++) {
        memset(c->out, 0, n);
        assert_int_equal(control(c, OVSEXT_TRANSACT, c->out, n, c->in, sizeof c->in),
                         STATUS_INVALID_PARAMETER);
    }
    assert_int_equal(control(c, OVSEXT_TRANSACT, huge, sizeof huge, c->in, sizeof c->in),
                     STATUS_INVALID_PARAMETER);
    begin(c, MSG_DP, MSG_DP_CMD_GET, 0);
    msg_end(&c->w, 0);
    assert_int_equal(control(c, OVSEXT_TRANSACT, c->out, c->w.n, c->in, OVSEXT_OUT_MIN - 1),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(control(c, OVSEXT_TRANSACT, c->out, c->w.n, NULL, 0),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(control(c, OVSEXT_DUMP, NULL, 0, c->in, sizeof c->in),
                     STATUS_INVALID_DEVICE_STATE);
    assert_int_equal(control(c, OVSEXT_DUMP, c->out, 3, c->in, sizeof c->in),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(control(c, OVSEXT_WAIT, c->out, 4, c->in, sizeof c->in),
                     STATUS_INVALID_PARAMETER);
    assert_int_equal(control(c, OVSEXT_WAIT, NULL, 0, c->in, OVSEXT_WAIT_MIN - 1),
                     STATUS_BUFFER_TOO_SMALL);
    assert_int_equal(control(c, OVSEXT_CONTROL(0x805u, OVSEXT_BUFFERED), NULL, 0, NULL, 0),
                     STATUS_INVALID_DEVICE_REQUEST);
    client_close(c);
}

static void
test_too_many_handles(void **state UNUSED)
{
    struct native_file *files[300];
    size_t n = 0;
    while (n < ARRAY_LEN(files) && native_open(OVSEXT_DEVICE, &files[n]) == STATUS_SUCCESS) {
        n++;
    }
    assert_int_equal(n, 256);
    while (n) {
        native_close(files[--n]);
    }
}

/* All ports, by buffers that hold one, and with the table changing under way. */
static void
test_dump(void **state UNUSED)
{
    struct client *c = client_open();
    assert_int_equal(make_datapath(c), 0);
    for (uint32_t no = 1; no <= 40; no++) {
        char name[16];
        snprintf(name, sizeof name, "port-%u", no);
        assert_int_equal(make_port(c, name, no), 0);
    }
    begin(c, MSG_VPORT, MSG_VPORT_CMD_GET, MSG_F_DUMP);
    msg_end(&c->w, 0);
    size_t n, n_ports = 0;
    bool done = false;
    assert_int_equal(native_control(c->file, OVSEXT_DUMP, c->out, (ULONG)c->w.n, c->in, 256, &n),
                     STATUS_SUCCESS);
    while (!done) {
        struct rd r = rd_make(c->in, n);
        struct msg m;
        while (msg_next(&r, &m)) {
            done = m.type == MSG_TYPE_DONE;
            n_ports += m.type == MSG_VPORT;
        }
        if (n_ports == 20) { /* another client removes one that is to come */
            struct client *other = client_open();
            begin(other, MSG_VPORT, MSG_VPORT_CMD_DEL, 0);
            nl_put_u32(&other->w, MSG_VPORT_ATTR_PORT_NO, 40);
            assert_int_equal(transact(other), 0);
            client_close(other);
        }
        if (!done) {
            assert_int_equal(native_control(c->file, OVSEXT_DUMP, NULL, 0, c->in, 256, &n),
                             STATUS_SUCCESS);
        }
    }
    assert_int_equal(n_ports, 40); /* 0 to 39 */
    assert_int_equal(control(c, OVSEXT_DUMP, NULL, 0, c->in, sizeof c->in),
                     STATUS_INVALID_DEVICE_STATE);
    /* One that is left in the middle. */
    assert_int_equal(control(c, OVSEXT_DUMP, c->out, c->w.n, c->in, 64), STATUS_BUFFER_TOO_SMALL);
    client_close(c);
}

/* A miss comes with its bytes, and is sent on by PACKET_EXECUTE. */
static void
test_upcall_and_execute(void **state UNUSED)
{
    plug_all();
    struct client *c = client_with_ports();
    for (unsigned int round = 0; round < 16; round++) {
        size_t n = 60 + round * 97;
        set_options(round);
        fill_frame(frame, n, TYPE, (uint8_t)round);
        struct native_request *wait = send_wait(c);
        run("send sw 3 %s", hex_of(frame, n));
        struct rd r = rd_make(c->in, finish_wait(wait));
        next_message(c, &r);
        assert_int_equal(rd_left(&r), 0);
        assert_int_equal(c->answer.type, MSG_PACKET);
        assert_int_equal(c->answer.cmd, MSG_PACKET_CMD_MISS);
        struct nl_attr packet = c->attrs.a[MSG_PACKET_ATTR_PACKET];
        struct nl_attr key = c->attrs.a[MSG_PACKET_ATTR_KEY];
        assert_int_equal(packet.size, n);
        assert_memory_equal(packet.payload, frame, n);
        begin(c, MSG_PACKET, MSG_PACKET_CMD_EXECUTE, 0);
        nl_put(&c->w, MSG_PACKET_ATTR_PACKET, packet.payload, packet.size);
        nl_put(&c->w, MSG_PACKET_ATTR_KEY, key.payload, key.size);
        size_t nest = nl_begin(&c->w, MSG_PACKET_ATTR_ACTIONS);
        act_output(c, 4);
        act_output(c, 1);
        nl_end(&c->w, nest);
        assert_int_equal(transact(c), 0);
        check_frame(4, frame, n);
        check_frame(1, frame, n);
    }
    set_options(0);
    client_close(c);
    remove_switch();
}

/* A userspace action goes to the client that it names, with its userdata. */
static void
test_userspace_action(void **state UNUSED)
{
    plug_all();
    struct client *c = client_with_ports(), *other = client_open();
    fill_frame(frame, 60, TYPE, 1);
    size_t flow = begin_flow(c, frame, 60, 3);
    size_t nest = nl_begin(&c->w, DP_ACT_USERSPACE);
    nl_put_u32(&c->w, 1, other->pid);
    nl_put(&c->w, 2, "userdata", 8);
    nl_end(&c->w, nest);
    act_output(c, 4);
    assert_int_equal(end_flow(c, flow), 0);
    struct native_request *wait = send_wait(other);
    run("send sw 3 %s", hex_of(frame, 60));
    check_frame(4, frame, 60);
    struct rd r = rd_make(other->in, finish_wait(wait));
    next_message(other, &r);
    assert_int_equal(other->answer.cmd, MSG_PACKET_CMD_ACTION);
    assert_memory_equal(other->attrs.a[MSG_PACKET_ATTR_USERDATA].payload, "userdata", 8);
    client_close(other);
    run("send sw 3 %s", hex_of(frame, 60)); /* for nobody, and forwarded all the same */
    check_frame(4, frame, 60);
    client_close(c);
    remove_switch();
}

/* Several messages come back at once. */
static void
test_many_at_once(void **state UNUSED)
{
    enum { FRAMES = 50 };
    plug_all();
    struct client *c = client_with_ports();
    for (unsigned int i = 0; i < FRAMES; i++) {
        fill_frame(frame, 60, TYPE, (uint8_t)i);
        run("send sw 3 %s", hex_of(frame, 60));
    }
    run("quiesce sw %d", WAIT_MS);
    struct rd r = rd_make(c->in, finish_wait(send_wait(c)));
    for (unsigned int i = 0; i < FRAMES; i++) {
        fill_frame(frame, 60, TYPE, (uint8_t)i);
        next_message(c, &r);
        assert_memory_equal(c->attrs.a[MSG_PACKET_ATTR_PACKET].payload, frame, 60);
    }
    assert_int_equal(rd_left(&r), 0);
    client_close(c);
    remove_switch();
}

/* The queue holds so much, and what comes then is lost and counted. */
static void
test_queue_is_bounded(void **state UNUSED)
{
    plug_all();
    struct client *c = client_with_ports();
    fill_frame(frame, 1500, TYPE, 0);
    uint64_t stats[4];
    size_t n_sent = OVSEXT_QUEUE_BYTES / 1500 + 100;
    for (size_t i = 0; i < n_sent; i++) {
        struct sim_frame one = {frame, 1500};
        assert_int_equal(sim_send("sw", 3, &one, 1), 0);
    }
    run("quiesce sw %d", WAIT_MS);
    begin(c, MSG_DP, MSG_DP_CMD_GET, 0);
    assert_int_equal(transact(c), 0);
    memcpy(stats, c->attrs.a[MSG_DP_ATTR_STATS].payload, sizeof stats);
    assert_int_equal(stats[1], n_sent);   /* missed */
    assert_in_range(stats[2], 100, 1000); /* lost */
    client_close(c);
    remove_switch();
}

static void
expect_cancelled(struct native_request *r)
{
    NTSTATUS status;
    size_t n;
    assert_true(native_request_wait(r, WAIT_MS, &status, &n));
    assert_int_equal(status, STATUS_CANCELLED);
    assert_int_equal(n, 0);
    native_request_free(r);
}

static void
test_cancel(void **state UNUSED)
{
    struct client *c = client_open();
    struct native_request *waits[OVSEXT_WAITS];
    for (unsigned int i = 0; i < ARRAY_LEN(waits); i++) {
        waits[i] = send_wait(c);
    }
    assert_int_equal(control(c, OVSEXT_WAIT, NULL, 0, c->in, sizeof c->in), STATUS_QUOTA_EXCEEDED);
    native_request_cancel(waits[5]);
    expect_cancelled(waits[5]);
    native_request_cancel(waits[0]);
    expect_cancelled(waits[0]);
    waits[0] = send_wait(c);
    struct native_file *file = c->file;
    native_close(file); /* the rest ends with the handle */
    for (unsigned int i = 0; i < ARRAY_LEN(waits); i++) {
        if (i != 5) {
            expect_cancelled(waits[i]);
        }
    }
    free(c);
}

/* Cancelling, delivering and closing at the same time: each request ends once. */
struct race {
    struct native_request *wait;
    pthread_barrier_t barrier;
};

static void *
cancel_thread(void *race_)
{
    struct race *race = race_;
    pthread_barrier_wait(&race->barrier);
    native_request_cancel(race->wait);
    return NULL;
}

static void
test_cancel_races(void **state UNUSED)
{
    plug_all();
    for (unsigned int i = 0; i < 300; i++) {
        struct client *c = client_with_ports();
        struct race race;
        pthread_t thread;
        NTSTATUS status;
        size_t n;
        fill_frame(frame, 60, TYPE, 0);
        pthread_barrier_init(&race.barrier, NULL, 2);
        race.wait = send_wait(c);
        pthread_create(&thread, NULL, cancel_thread, &race);
        pthread_barrier_wait(&race.barrier);
        if (i % 2) {
            struct sim_frame one = {frame, 60};
            assert_int_equal(sim_send("sw", 3, &one, 1), 0);
        } else {
            native_close(c->file);
        }
        pthread_join(thread, NULL);
        assert_true(native_request_wait(race.wait, WAIT_MS, &status, &n));
        assert_true(status == STATUS_CANCELLED || (status == STATUS_SUCCESS && n));
        native_request_free(race.wait);
        pthread_barrier_destroy(&race.barrier);
        if (i % 2) {
            begin(c, MSG_DP, MSG_DP_CMD_DEL, 0);
            assert_int_equal(transact(c), 0);
            native_close(c->file);
        } else {
            struct client *last = client_open();
            begin(last, MSG_DP, MSG_DP_CMD_DEL, 0);
            assert_int_equal(transact(last), 0);
            client_close(last);
        }
        free(c);
    }
    remove_switch();
}

/* Ports and devices that come and go are told to who listens. */
static void
test_notifications(void **state UNUSED)
{
    plug_all();
    struct client *c = client_with_ports();
    uint32_t groups = DP_GROUP_VPORT | DP_GROUP_NETDEV;
    assert_int_equal(control(c, OVSEXT_SUBSCRIBE, &groups, sizeof groups, NULL, 0),
                     STATUS_SUCCESS);
    assert_int_equal(make_port(c, "later", 9), 0);
    run("plug sw 5 vm later");
    bool connected = false, device = false;
    while (!connected || !device) {
        struct rd r = rd_make(c->in, finish_wait(send_wait(c)));
        while (rd_left(&r)) {
            next_message(c, &r);
            if (c->answer.type == MSG_VPORT) {
                connected |= msg_u32(&c->attrs, MSG_VPORT_ATTR_IFINDEX, 0) == 5 << 8;
            } else {
                device |= c->answer.type == MSG_NETDEV &&
                          !strcmp(msg_string(&c->attrs, MSG_NETDEV_ATTR_NAME), "later");
            }
        }
    }
    run("unplug sw 5");
    bool gone = false;
    while (!gone) {
        struct rd r = rd_make(c->in, finish_wait(send_wait(c)));
        while (rd_left(&r)) {
            next_message(c, &r);
            gone |= c->answer.type == MSG_NETDEV && c->answer.cmd == MSG_NETDEV_CMD_DEL;
        }
    }
    client_close(c);
    remove_switch();
}

/* The devices that ports can be made of, each name once. */
static void
test_netdevs(void **state UNUSED)
{
    static const char *const expected[] = {"Ethernet0", "vEthernet (external)", "ovs-port-a",
                                           "ovs-port-b"};
    plug_all();
    struct client *c = client_open();
    begin(c, MSG_NETDEV, MSG_NETDEV_CMD_GET, MSG_F_DUMP);
    msg_end(&c->w, 0);
    size_t n;
    assert_int_equal(
        native_control(c->file, OVSEXT_DUMP, c->out, (ULONG)c->w.n, c->in, sizeof c->in, &n),
        STATUS_SUCCESS);
    struct rd r = rd_make(c->in, n);
    for (size_t i = 0; i < ARRAY_LEN(expected); i++) {
        next_message(c, &r);
        assert_string_equal(msg_string(&c->attrs, MSG_NETDEV_ATTR_NAME), expected[i]);
        assert_int_equal(msg_u32(&c->attrs, MSG_NETDEV_ATTR_MTU, 0), 1500);
        assert_int_equal(msg_u32(&c->attrs, MSG_NETDEV_ATTR_FLAGS, 0),
                         MSG_NETDEV_UP | MSG_NETDEV_CARRIER);
    }
    assert_true(msg_next(&r, &c->answer) && c->answer.type == MSG_TYPE_DONE);
    client_close(c);
    remove_switch();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, set_up, tear_down)
        TEST(test_only_administrators),
        TEST(test_hello),
        TEST(test_refusals),
        TEST(test_too_many_handles),
        TEST(test_dump),
        TEST(test_upcall_and_execute),
        TEST(test_userspace_action),
        TEST(test_many_at_once),
        TEST(test_queue_is_bounded),
        TEST(test_cancel),
        TEST(test_cancel_races),
        TEST(test_notifications),
        TEST(test_netdevs),
#undef TEST
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
