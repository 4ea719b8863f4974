/* SPDX-License-Identifier: Apache-2.0 */
/* The simulated extensible switch, with the hub as the extension.
 *
 * What keeps to the rules must pass: frames byte for byte, in one piece and in many, tags in band
 * and out of band, ports and adapters that come and go under traffic, pauses and restarts,
 * failures injected.  And each rule that the hub is told to break must end the run with the
 * message that names it; that happens in a process of its own, this program started again. */
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "native/native.h"
#include "simswitch/hub.h"
#include "simswitch/simswitch.h"

static PDRIVER_OBJECT driver;
static char reply[256 * 1024];

/* Runs the command that FORMAT makes, which must succeed. */
static void __attribute__((format(printf, 1, 2))) run(const char *format, ...)
{
    char line[8192];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    if (sim_command(line, reply, sizeof reply)) {
        fail_msg("%s: %s", line, reply);
    }
}

static void
load_hub(void)
{
    NTSTATUS status;
    driver = native_driver_load(hub_driver_entry, "WeftHub", &status);
    if (!driver) {
        fail_msg("the hub does not load: %#x", (unsigned)status);
    }
}

static int
set_up(void **state)
{
    (void)state;
    native_start(0);
    sim_start();
    load_hub();
    return 0;
}

static int
tear_down(void **state)
{
    (void)state;
    native_driver_unload(driver);
    sim_finish();
    native_finish();
    return 0;
}

/* A switch with an external port 1, an internal one 2 and VMs on 3 and 4. */
static void
plug_all(void)
{
    run("switch sw");
    run("plug sw 1 external Ethernet0");
    run("plug sw 2 internal \"vEthernet (external)\"");
    run("plug sw 3 vm ovs-port-a");
    run("plug sw 4 vm ovs-port-b");
}

static void
unplug_all(void)
{
    for (int port = 1; port <= 4; port++) {
        run("unplug sw %d", port);
    }
    run("pause sw");
    run("detach sw");
    run("switch-del sw");
}

static const char frame_hex[] = "020000000002020000000001080045000020"
                                "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d";

static void
check_frame(unsigned port, const char *expected)
{
    char line[1024];
    run("wait sw %u 1 5000", port);
    snprintf(line, sizeof line, "frame %s\n", expected);
    assert_string_equal(reply, line);
}

static void
test_frames_reach_the_others(void **state)
{
    (void)state;
    plug_all();
    for (int i = 0; i < 50; i++) {
        run("option fragment %s", i % 2 ? "on" : "off");
        run("send sw 3 %s", frame_hex);
        check_frame(1, frame_hex);
        check_frame(2, frame_hex);
        check_frame(4, frame_hex);
        run("take sw 3");
        assert_string_equal(reply, "");
    }
    run("option fragment off");
    run("counts sw");
    assert_string_equal(reply, "sent=50 completed=25 dropped=25 filtered=0 undirected=0\n");
    unplug_all();
}

static void
test_tags_go_out_of_band(void **state)
{
    (void)state;
    static const char tagged[] = "0200000000020200000000018100638408004500"
                                 "0102030405060708090a0b0c0d0e0f";
    plug_all();
    for (int i = 0; i < 4; i++) {
        run("option vlan-oob %s", i < 2 ? "on" : "off");
        run("send sw 1 %s", tagged);
        check_frame(3, tagged);
    }
    run("option vlan-oob on");
    unplug_all();
}

static void
expect_error(const char *command, const char *why)
{
    assert_int_equal(sim_command(command, reply, sizeof reply), -1);
    assert_string_equal(reply, why);
}

static void
test_life_is_in_order(void **state)
{
    (void)state;
    run("switch-add sw inactive");
    run("attach sw");
    run("state sw");
    assert_string_equal(reply, "paused\n");
    expect_error("pause sw", "not running");
    run("restart sw");
    run("activate sw");
    expect_error("nic-add sw 5 0 nic", "no port 5");
    run("port-add sw 5 vm ovs-port-a");
    expect_error("port-add sw 5 vm other", "vetoed, or there is such a port");
    run("nic-add sw 5 0 nic");
    expect_error("port-teardown sw 5", "out of order");
    expect_error("nic-disconnect sw 5 0", "out of order");
    expect_error("send sw 5 0102030405060708090a0b0c0d0e",
                 "the switch is not running, or the adapter not connected");
    run("nic-connect sw 5 0");
    expect_error("nic-connect sw 5 0", "out of order");
    expect_error("nic-del sw 5 0", "out of order");
    run("port-rename sw 5 \"another name\"");
    run("nic-update sw 5 0 9000");
    run("nic-disconnect sw 5 0");
    run("nic-del sw 5 0");
    expect_error("port-del sw 5", "out of order");
    run("port-teardown sw 5");
    run("port-del sw 5");
    expect_error("detach sw", "not paused");
    expect_error("switch-del sw", "an extension is attached");
    expect_error("frobnicate", "no command frobnicate");
    expect_error("pause", "pause takes 1 to 1 words");
    expect_error("pause \"sw", "too many words, or an open quote");
    run("pause sw");
    run("detach sw");
    run("switch-del sw");
}

static void
test_the_unknown_passes(void **state)
{
    static const char *const types[] = {"query", "set", "method"};
    (void)state;
    plug_all();
    for (int i = 0; i < 24; i++) {
        run("option pend %s", i % 2 ? "on" : "off");
        run("oid sw %s %u %d%s", types[i % 3], 0xff010001u + (unsigned)i, 2 + 50 * i,
            i % 4 == 3 ? " refused" : "");
        run("status sw");
    }
    run("option pend off");
    unplug_all();
}

static void
test_failed_allocations_leave_nothing(void **state)
{
    (void)state;
    bool attached = false;
    for (int nth = 1; nth < 12; nth++) {
        run("switch-add sw");
        run("fail alloc %d", nth);
        attached = sim_command("attach sw", reply, sizeof reply) == 0;
        run("fail alloc 0");
        if (attached) {
            run("detach sw");
        }
        run("switch-del sw");
    }
    assert_true(attached);
    plug_all();
    for (int nth = 1; nth < 24; nth++) {
        run("fail alloc %d", nth);
        run("fail grow %d", 1 + nth % 2);
        run("send sw 3 %s %s", frame_hex, frame_hex);
    }
    run("fail alloc 0");
    run("fail grow 0");
    unplug_all();
}

/* Everything at once: threads that send while ports come and go and the extension is paused. */
struct sender {
    unsigned port, n;
    bool *stop;
};

static void *
send_all_the_time(void *argument)
{
    struct sender *s = argument;
    uint8_t data[128];
    for (unsigned i = 0; !__atomic_load_n(s->stop, __ATOMIC_RELAXED); i++) {
        memset(data, (int)i, sizeof data);
        struct sim_frame frames[4];
        for (unsigned k = 0; k < 4; k++) {
            frames[k] = (struct sim_frame){data, 60 + (i * 7 + k) % 60};
        }
        if (sim_send("sw", s->port, frames, 1 + i % 4) == 0) {
            __atomic_add_fetch(&s->n, 1, __ATOMIC_RELAXED);
        }
        while (sim_take("sw", s->port, data, sizeof data) > 0) {
        }
    }
    return NULL;
}

/* Whether each of the two has sent. */
static bool
have_sent(struct sender senders[2])
{
    return __atomic_load_n(&senders[0].n, __ATOMIC_RELAXED) &&
           __atomic_load_n(&senders[1].n, __ATOMIC_RELAXED);
}

static void
set_all_options(const char *on)
{
    static const char *const options[] = {"fragment", "async", "reorder", "dispatch", "pend"};
    for (size_t i = 0; i < sizeof options / sizeof *options; i++) {
        run("option %s %s", options[i], on);
    }
}

static void
test_everything_at_once(void **state)
{
    (void)state;
    run("seed 20261125");
    plug_all();
    set_all_options("on");
    bool stop = false;
    pthread_t threads[2];
    struct sender senders[2] = {{.port = 3, .stop = &stop}, {.port = 1, .stop = &stop}};
    for (int i = 0; i < 2; i++) {
        pthread_create(&threads[i], NULL, send_all_the_time, &senders[i]);
    }
    for (int i = 0; i < 40 || !have_sent(senders); i++) { /* threads start when they please */
        run("unplug sw 4");
        run("fail grow %d", i % 5);
        run("plug sw 4 vm ovs-port-b");
        run("pause sw");
        run("restart sw");
    }
    run("fail grow 0");
    __atomic_store_n(&stop, true, __ATOMIC_RELAXED);
    for (int i = 0; i < 2; i++) {
        pthread_join(threads[i], NULL);
        assert_true(senders[i].n > 0);
    }
    run("quiesce sw 20000");
    set_all_options("off");
    unplug_all();
}

/* The rules. */
static const struct {
    enum hub_fault fault;
    const char *message;
} rules[] = {
    {HUB_NO_ATTRIBUTES, "FilterAttach: succeeds without NdisFSetAttributes"},
    {HUB_QUERY_WHILE_ATTACHING, "NdisFOidRequest: the module is attaching"},
    {HUB_QUERY_INACTIVE, "OID 10277: queried before the switch is active"},
    {HUB_COMPLETE_TWICE, "a net buffer list that is free already"},
    {HUB_COMPLETE_OWN, "the packet is not the switch's; free it"},
    {HUB_CHANGE_DATA, "data of a packet of the switch's were changed"},
    {HUB_CHANGE_SOURCE, "the source of a packet of the switch's was changed"},
    {HUB_DIRECT_TO_NOBODY, "port 4711 has no connected adapter 0"},
    {HUB_DIRECT_ON_EGRESS, "destinations are added on the ingress path only"},
    {HUB_CHANGE_COMMITTED, "a committed destination was changed"},
    {HUB_SINGLE_SOURCE, "SWITCH_SINGLE_SOURCE on packets of several sources"},
    {HUB_DISPATCH_FLAG, "NdisFSendNetBufferLists: says DISPATCH_LEVEL and is not at it"},
    {HUB_FREE_WITH_CONTEXT, "FreeNetBufferListForwardingContext comes first"},
    {HUB_INJECT_ON_EGRESS, "packets are not injected into the egress path"},
    {HUB_WRITE_AFTER_FREE, ""},
    {HUB_LEAK_PACKET, "NdisFreeNetBufferListPool: "},
    {HUB_LEAK_POOL, "FilterDetach: the driver has left a net buffer list pool"},
    {HUB_LEAK_MEMORY, "the end: 1 blocks of memory are not freed"},
    {HUB_LEAK_MDL, "FilterDetach: the driver has left a MDL"},
    {HUB_PAUSE_EARLY, "FilterPause: complete while"},
    {HUB_SEND_PAUSED, "NdisFSendNetBufferLists: the module is restarting"},
    {HUB_KEEP_IRQL, "FilterSendNetBufferLists: returns at IRQL 2, called at 0"},
    {HUB_SWALLOW_OID, "completes it with success and has not sent it on"},
    {HUB_FAIL_CONNECT, "OID 1027b: the extension must send it on and may not fail it"},
    {HUB_CHANGE_OID, "the extension has changed the request's buffer"},
    {HUB_COMPLETE_OID_TWICE, "completed twice, by its status and by a call"},
    {HUB_KEEP_REFERENCE, "a port or an adapter is still referenced"},
};

/* Pauses while the extension's own packets are held at the edges of the switch; not by an
 * extension that waits for them. */
static void
pause_with_packets_under_way(void)
{
    run("option async on");
    if (hub_fault == HUB_PAUSE_EARLY) {
        run("option hold on");
        for (int i = 0; i < 20; i++) { /* some of which it copies */
            run("send sw 3 %s", frame_hex);
        }
    }
    run("pause sw");
}

/* What the process does that is started to break rule number N; not to come to its end. */
static int
break_rule(int n)
{
    hub_fault = rules[n].fault;
    set_up(NULL);
    run("switch-add sw inactive");
    run("attach sw");
    run("restart sw");
    run("activate sw");
    for (int port = 3; port <= 5; port++) {
        run("plug sw %d vm ovs-port-%d", port, port);
    }
    for (int i = 0; i < (hub_fault == HUB_WRITE_AFTER_FREE ? 3000 : 20); i++) {
        run("send sw %d %s %s", 3 + i % 3, frame_hex, frame_hex);
    }
    pause_with_packets_under_way();
    run("detach sw");
    run("switch-del sw");
    return tear_down(NULL);
}

static char *
output_of_breaking(int n, int *status)
{
    int pipes[2];
    char number[16], *text = calloc(1, 65536);
    snprintf(number, sizeof number, "%d", n);
    assert_int_equal(pipe(pipes), 0);
    pid_t pid = fork();
    if (pid == 0) {
        dup2(pipes[1], 1);
        dup2(pipes[1], 2);
        close(pipes[0]);
        close(pipes[1]);
        execl("/proc/self/exe", "test_simswitch", "break", number, (char *)NULL);
        _exit(127);
    }
    close(pipes[1]);
    size_t size = 0;
    ssize_t got;
    while (size < 65535 && (got = read(pipes[0], text + size, 65535 - size)) > 0) {
        size += (size_t)got;
    }
    close(pipes[0]);
    waitpid(pid, status, 0);
    return text;
}

static void
test_broken_rules_are_noticed(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof *rules; i++) {
        int status;
        char *text = output_of_breaking((int)i, &status);
        bool noticed = strstr(text, "simulated switch: ") || strstr(text, "AddressSanitizer") ||
                       strstr(text, "native kernel: ");
        if (status == 0 || !noticed || !strstr(text, rules[i].message)) {
            fail_msg("rule %zu (%s), status %#x: %s", i, rules[i].message, (unsigned)status, text);
        }
        free(text);
    }
}

int
main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_frames_reach_the_others, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_tags_go_out_of_band, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_life_is_in_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_the_unknown_passes, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_failed_allocations_leave_nothing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_everything_at_once, set_up, tear_down),
        cmocka_unit_test(test_broken_rules_are_noticed),
    };
    if (argc == 3 && strcmp(argv[1], "break") == 0) {
        return break_rule(atoi(argv[2]));
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
