/* SPDX-License-Identifier: Apache-2.0 */
/* The driver when memory fails it: every allocation of its loading, attaching and working fails
 * once, and so do the switch's own refusals. It must end clean, which the simulator sees to, and
 * work again when there is memory. */
#include "ovsext_client.h"

enum { TYPE = 0x88b5 };

static uint8_t frame[3000];

/* Loads and unloads with allocation K failing; true if it loaded. */
static bool
load_with_failure(unsigned int k)
{
    native_start(0);
    sim_start();
    set_options(0);
    run("fail alloc %u", k);
    bool loaded = !load_driver();
    run("fail alloc 0");
    tear_down(NULL);
    return loaded;
}

static void
test_loading(void **state UNUSED)
{
    unsigned int n_failed = 0, n_loaded = 0;
    /* Ten more after the first that loads, in case one failure is survived. */
    for (unsigned int k = 1; n_loaded < 10; k++) {
        if (load_with_failure(k)) {
            n_loaded++;
        } else {
            n_failed++;
            n_loaded = 0;
        }
    }
    assert_in_range(n_failed, 500, 5000); /* the blocks alone are that many */
}

static void
test_attaching(void **state UNUSED)
{
    static const char *const kinds[] = {"alloc", "attach", "oid"};
    for (unsigned int kind = 0; kind < ARRAY_LEN(kinds); kind++) {
        for (unsigned int k = 1; k < 40; k++) {
            run("switch-add sw");
            run("plug sw 3 vm ovs-port-a");
            run("fail %s %u", kinds[kind], k);
            bool attached = !try_run("attach sw") && !try_run("restart sw");
            bool plugged = attached && !try_run("plug sw 4 vm ovs-port-b");
            run("fail %s 0", kinds[kind]);
            if (plugged) {
                run("unplug sw 4");
            } else if (attached) {
                try_run("unplug sw 4"); /* as far as it came */
            }
            run("unplug sw 3");
            try_run("pause sw");
            try_run("detach sw");
            run("switch-del sw");
        }
    }
}

/* A handle that may not come to be. */
static struct client *
try_open(void)
{
    struct client *c = calloc(1, sizeof *c);
    struct ovsext_hello hello = {OVSEXT_VERSION, 0};
    size_t n;
    if (native_open(OVSEXT_DEVICE, &c->file)) {
        free(c);
        return NULL;
    }
    assert_int_equal(
        native_control(c->file, OVSEXT_HELLO, &hello, sizeof hello, &hello, sizeof hello, &n),
        STATUS_SUCCESS);
    c->pid = hello.pid;
    return c;
}

static int
try_flow(struct client *c)
{
    size_t nest = begin_flow(c, frame, 60, 3);
    act_output(c, 4);
    act_push_vlan(c, 900);
    act_output(c, 1);
    act_output(c, 2);
    return end_flow(c, nest);
}

static int
try_execute(struct client *c)
{
    struct flow_key key;
    key_of(frame, 100, 3, &key);
    begin(c, MSG_PACKET, MSG_PACKET_CMD_EXECUTE, 0);
    nl_put(&c->w, MSG_PACKET_ATTR_PACKET, frame, 100);
    size_t nest = nl_begin(&c->w, MSG_PACKET_ATTR_KEY);
    nl_flow_put_key(&c->w, &key, NULL);
    nl_end(&c->w, nest);
    nest = nl_begin(&c->w, MSG_PACKET_ATTR_ACTIONS);
    act_output(c, 4);
    nl_end(&c->w, nest);
    return transact(c);
}

/* All that a client does, with whatever fails failing. The number of steps that did not. */
static int
work(void)
{
    struct client *c = try_open();
    if (!c) {
        return 0;
    }
    int n = 1;
    uint32_t groups = DP_GROUPS;
    size_t n_done;
    native_control(c->file, OVSEXT_SUBSCRIBE, &groups, sizeof groups, NULL, 0, &n_done);
    struct native_request *wait = send_wait(c);
    n += !make_datapath(c);
    n += !make_port(c, "Ethernet0", 1);
    n += !make_port(c, "vEthernet (external)", 2);
    n += !make_port(c, "ovs-port-a", 3);
    n += !make_port(c, "ovs-port-b", 20);
    n += !make_port(c, "ovs-port-b", 4);
    n += !try_flow(c);
    for (size_t size = 60; size < sizeof frame; size += 980) {
        struct sim_frame frames[2] = {{frame, size}, {frame, size}};
        sim_send("sw", 3, frames, 2);
        sim_send("sw", 4, frames, 2); /* misses */
    }
    n += !try_execute(c);
    begin(c, MSG_DP, MSG_DP_CMD_DEL, 0);
    n += !transact(c);
    run("quiesce sw %d", WAIT_MS);
    native_request_cancel(wait);
    native_request_free(wait);
    client_close(c);
    /* Where the last step failed, a client that has memory ends it. */
    run("fail alloc 0");
    run("fail grow 0");
    c = client_open();
    begin(c, MSG_DP, MSG_DP_CMD_DEL, 0);
    transact(c);
    client_close(c);
    return n;
}

static void
drain(void)
{
    for (int port = 1; port <= 4; port++) {
        run("take sw %d", port);
    }
}

static void
test_working(void **state UNUSED)
{
    static const char *const kinds[] = {"alloc", "grow"};
    plug_all();
    fill_frame(frame, sizeof frame, TYPE, 0);
    int most = work();
    assert_int_equal(most, 9); /* all but the name that there is already */
    for (unsigned int kind = 0; kind < ARRAY_LEN(kinds); kind++) {
        int worst = most;
        for (unsigned int k = 1; k < 120; k++) {
            set_options(k % 16);
            run("fail %s %u", kinds[kind], k);
            int n = work();
            worst = n < worst ? n : worst;
            drain();
        }
        assert_true(kind || worst < most); /* it did fail */
    }
    set_options(0);
    assert_int_equal(work(), most);
    drain();
    remove_switch();
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_loading),
        cmocka_unit_test_setup_teardown(test_attaching, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_working, set_up, tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
