/* SPDX-License-Identifier: Apache-2.0 */
/* ipc/reconnect: the state machine, told times and events: backoff, its reset, probes, the end
 * of what does not retry. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ipc/reconnect.h"
#include "os/log.h"

/* An attempt that fails at once; gives when the next is due. */
static uint64_t
attempt_fails(struct reconnect *r, uint64_t now)
{
    assert_int_equal(reconnect_run(r, now), RECONNECT_CONNECT);
    reconnect_connecting(r, now);
    reconnect_disconnected(r, now, -E_CONNREFUSED);
    return reconnect_deadline(r);
}

static void
test_backoff(void **state)
{
    (void)state;
    struct reconnect r;
    reconnect_init(&r, "tcp:1.2.3.4:1", true, false);
    assert_int_equal(reconnect_deadline(&r), UINT64_MAX);
    reconnect_enable(&r, 1000);
    static const uint64_t waits[] = {1000, 2000, 4000, 8000, 8000, 8000};
    uint64_t now = 1000;
    for (size_t i = 0; i < ARRAY_LEN(waits); i++) {
        uint64_t next = attempt_fails(&r, now);
        assert_int_equal(next - now, waits[i]);
        assert_int_equal(reconnect_run(&r, next - 1), RECONNECT_NOTHING);
        now = next;
    }
    assert_int_equal(r.last_error, -E_CONNREFUSED);
    assert_true(r.quiet);

    /* A connection that lasts less than the backoff does not reset it, one that lasts does. */
    reconnect_connecting(&r, now);
    reconnect_connected(&r, now);
    assert_false(r.quiet);
    reconnect_disconnected(&r, now + 7000, -E_EOF);
    assert_int_equal(reconnect_deadline(&r), now + 7000 + 8000);
    now += 15000;
    reconnect_connecting(&r, now);
    reconnect_connected(&r, now);
    reconnect_disconnected(&r, now + 8000, -E_PIPE);
    assert_int_equal(reconnect_deadline(&r), now + 8000 + 1000);
    assert_int_equal(r.connected_ms, now);
    assert_int_equal(r.disconnected_ms, now + 8000);
    reconnect_fini(&r);
}

static void
test_attempt_timeout(void **state)
{
    (void)state;
    struct reconnect r;
    reconnect_init(&r, "x", true, false);
    reconnect_enable(&r, 0);
    reconnect_connecting(&r, 0);
    assert_int_equal(reconnect_run(&r, 999), RECONNECT_NOTHING);
    assert_int_equal(reconnect_run(&r, 1000), RECONNECT_DISCONNECT);
    reconnect_disconnected(&r, 1000, 0);
    assert_int_equal(reconnect_deadline(&r), 2000);
    reconnect_fini(&r);
}

static void
test_probe(void **state)
{
    (void)state;
    struct reconnect r;
    reconnect_init(&r, "x", true, false);
    r.probe_ms = 5000;
    reconnect_enable(&r, 0);
    reconnect_connecting(&r, 0);
    reconnect_connected(&r, 100);
    assert_int_equal(reconnect_deadline(&r), 5100);
    reconnect_activity(&r, 3000);
    assert_int_equal(reconnect_deadline(&r), 8000);
    assert_int_equal(reconnect_run(&r, 8000), RECONNECT_PROBE);
    assert_string_equal(reconnect_state_name(&r), "IDLE");
    assert_true(reconnect_is_connected(&r));
    reconnect_activity(&r, 9000);
    assert_string_equal(reconnect_state_name(&r), "ACTIVE");
    assert_int_equal(reconnect_run(&r, 14000), RECONNECT_PROBE);
    assert_int_equal(reconnect_run(&r, 18999), RECONNECT_NOTHING);
    assert_int_equal(reconnect_run(&r, 19000), RECONNECT_DISCONNECT);
    r.probe_ms = 0;
    assert_int_equal(reconnect_deadline(&r), UINT64_MAX);
    reconnect_fini(&r);
}

static void
test_ends(void **state)
{
    (void)state;
    struct reconnect r;
    reconnect_init(&r, "unix#0", false, true);
    reconnect_enable(&r, 0);
    reconnect_connecting(&r, 0);
    reconnect_connected(&r, 0);
    assert_true(reconnect_is_alive(&r));
    reconnect_disconnected(&r, 10, -E_EOF);
    assert_false(reconnect_is_alive(&r));
    assert_string_equal(reconnect_state_name(&r), "VOID");
    reconnect_fini(&r);

    reconnect_init(&r, "x", true, false);
    reconnect_enable(&r, 0);
    reconnect_force(&r, 0); /* nothing to give up */
    assert_string_equal(reconnect_state_name(&r), "BACKOFF");
    reconnect_connecting(&r, 0);
    reconnect_connected(&r, 0);
    reconnect_force(&r, 5000);
    assert_int_equal(reconnect_run(&r, 5000), RECONNECT_DISCONNECT);
    reconnect_disconnected(&r, 5000, 0);
    assert_string_equal(reconnect_state_name(&r), "BACKOFF");
    reconnect_fini(&r);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_backoff),
        cmocka_unit_test(test_attempt_timeout),
        cmocka_unit_test(test_probe),
        cmocka_unit_test(test_ends),
    };
    log_start("test_ipc_reconnect");
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    log_set_level(NULL, LOG_SYSLOG, LOG_OFF);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
