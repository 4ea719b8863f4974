/* SPDX-License-Identifier: Apache-2.0 */
/* JSON-RPC: messages good and bad, connections over TCP and local sockets within one loop,
 * sessions that come back and probe on the virtual clock, and runtime commands. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "ipc/command.h"
#include "ipc/jsonrpc_internal.h"
#include "os/log.h"
#include "os/mem.h"
#include "os/process.h"

enum { PATIENCE_MS = 10000 };

static struct os_loop *loop;

static int
setup(void **state)
{
    (void)state;
    loop = os_loop_new();
    return 0;
}

static int
teardown(void **state)
{
    (void)state;
    os_loop_free(loop);
    return 0;
}

static const struct {
    const char *json, *result; /* what it is, or "!" and the error */
} messages[] = {
    {"{\"method\":\"version\",\"params\":[],\"id\":0}",
     "request, method=\"version\", params=[], id=0"},
    {"{\"method\":\"x\",\"params\":[1],\"id\":null}", "notification, method=\"x\", params=[1]"},
    {"{\"method\":\"x\",\"params\":[]}", "notification, method=\"x\", params=[]"},
    {"{\"id\":0,\"result\":1,\"error\":null}", "reply, result=1, id=0"},
    {"{\"id\":0,\"result\":null,\"error\":null}", "reply, result=null, id=0"},
    {"{\"id\":0,\"error\":\"e\"}", "error, error=\"e\", id=0"},
    {"{\"id\":0,\"result\":null,\"error\":\"e\"}", "error, error=\"e\", id=0"},
    {"{\"method\":\"v\",\"params\":[],\"id\":0,\"error\":null}",
     "request, method=\"v\", params=[], id=0"},
    {"[1]", "!message is not a JSON object"},
    {"{}", "!reply must have \"result\""},
    {"{\"method\":\"v\",\"params\":{},\"id\":5}", "!\"params\" must be JSON array"},
    {"{\"method\":\"v\",\"id\":1}", "!request must have \"params\""},
    {"{\"method\":3,\"params\":[],\"id\":1}", "!\"method\" must be JSON string"},
    {"{\"method\":\"v\",\"params\":[],\"id\":0,\"options\":{}}",
     "!message has unexpected member \"options\""},
    {"{\"method\":\"v\",\"params\":[],\"id\":0,\"result\":3}", "!reply must not have \"method\""},
    {"{\"id\":0,\"result\":1,\"error\":2}", "!reply must not have \"error\""},
    {"{\"result\":1}", "!reply must have \"id\""},
};

static void
test_messages(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(messages); i++) {
        json_t *json;
        struct jsonrpc_msg msg;
        struct err e = {0};
        const char *expected = messages[i].result;
        assert_int_equal(json_read(messages[i].json, strlen(messages[i].json), &json, NULL), 0);
        int error = jsonrpc_msg_from_json(json, &msg, &e);
        if (expected[0] == '!') {
            assert_int_equal(error, -E_PROTO);
            assert_string_equal(e.text, expected + 1);
        } else {
            assert_int_equal(error, 0);
            char *text = jsonrpc_msg_describe(&msg);
            assert_string_equal(text, expected);
            os_free(text);
            struct str wire = STR_INIT;
            struct jsonrpc_msg again;
            json_t *copy;
            jsonrpc_msg_write(&msg, &wire);
            assert_int_equal(json_read(wire.s, wire.n, &copy, NULL), 0);
            assert_int_equal(jsonrpc_msg_from_json(copy, &again, NULL), 0);
            assert_int_equal(again.kind, msg.kind);
            json_decref(copy);
            str_fini(&wire);
        }
        json_decref(json);
    }
}

/* -- Two ends in one loop -- */

struct end {
    struct stream *stream; /* accepted, not yet a session */
    struct jsonrpc_session *session;
    unsigned int n_connected, n_disconnected, n_messages;
    char last[64];
    size_t last_size;
    bool free_in_message, echo_back;
};

static void
session_up(void *aux)
{
    struct end *e = aux;
    e->n_connected++;
}

static void
session_message(void *aux, const struct jsonrpc_msg *msg)
{
    struct end *e = aux;
    e->n_messages++;
    snprintf(e->last, sizeof e->last, "%s", msg->method ? msg->method : "reply");
    if (msg->params && json_is_string(json_array_get(msg->params, 0))) {
        e->last_size = json_string_length(json_array_get(msg->params, 0));
    }
    if (e->echo_back && msg->kind == JSONRPC_REQUEST) {
        jsonrpc_send_reply(jsonrpc_session_connection(e->session), json_incref(msg->params),
                           json_incref(msg->id));
    }
    if (e->free_in_message) {
        jsonrpc_session_free(e->session);
        e->session = NULL;
    }
}

static void
session_down(void *aux, int code)
{
    struct end *e = aux;
    (void)code;
    e->n_disconnected++;
}

static const struct jsonrpc_events session_events = {
    .connected = session_up, .message = session_message, .disconnected = session_down};

static void
accept_end(void *aux, struct stream *s)
{
    struct end *e = aux;
    jsonrpc_session_free(e->session);
    e->n_connected++;
    e->session = jsonrpc_session_accept(loop, s, &session_events, e);
}

static bool
both_connected(void *aux)
{
    struct end *ends = aux;
    return ends[0].n_connected && ends[1].n_connected;
}

static bool
got_message(void *aux)
{
    return ((struct end *)aux)->n_messages > 0;
}

static bool
got_disconnected(void *aux)
{
    return ((struct end *)aux)->n_disconnected > 0;
}

static void
run_until(bool (*done)(void *aux), void *aux)
{
    assert_true(os_loop_run(loop, done, aux, PATIENCE_MS));
}

/* A listener at LISTEN, and a session to it. */
static void
join(struct end ends[2], const char *listen, struct listener **listener)
{
    struct err e;
    memset(ends, 0, 2 * sizeof *ends);
    assert_int_equal(listener_open(loop, listen, 0, accept_end, &ends[1], listener, &e), 0);
    char *name = listen[1] == 'u' ? xstrdup(listen + 1)
                                  : xasprintf("tcp:127.0.0.1:%u", listener_port(*listener));
    ends[0].session = jsonrpc_session_new(loop, name, 0, JSONRPC_RETRY, &session_events, &ends[0]);
    os_free(name);
    run_until(both_connected, ends);
}

static void
part(struct end ends[2], struct listener *listener)
{
    jsonrpc_session_free(ends[0].session);
    jsonrpc_session_free(ends[1].session);
    listener_close(listener);
}

static char *
socket_name(const char *what)
{
    return xasprintf("punix:test_ipc_jsonrpc.%d.%s", os_pid(), what);
}

static void
exchange(const char *listen)
{
    struct end ends[2];
    struct listener *listener;
    join(ends, listen, &listener);
    ends[1].echo_back = true;
    struct jsonrpc *rpc = jsonrpc_session_connection(ends[0].session);
    jsonrpc_send_request(rpc, "hello", json_pack("[s]", "x"), json_integer(1));
    run_until(got_message, &ends[1]);
    assert_string_equal(ends[1].last, "hello");
    run_until(got_message, &ends[0]);
    assert_string_equal(ends[0].last, "reply");

    /* One of several megabytes, and many at once. */
    enum { BIG = 5 * 1024 * 1024, MANY = 1000 };
    char *big = xalloc(BIG);
    memset(big, 'x', BIG);
    ends[1].n_messages = 0;
    jsonrpc_send_notify(rpc, "big", json_pack("[s%]", big, (size_t)BIG));
    os_free(big);
    run_until(got_message, &ends[1]);
    assert_int_equal(ends[1].last_size, BIG);
    for (int i = 0; i < MANY; i++) {
        jsonrpc_send_notify(rpc, "small", json_array());
    }
    while (ends[1].n_messages < MANY + 1) {
        os_loop_turn(loop, PATIENCE_MS);
    }
    assert_string_equal(ends[1].last, "small");
    assert_int_equal(jsonrpc_backlog(rpc), 0);
    part(ends, listener);
}

static void
test_tcp(void **state)
{
    (void)state;
    exchange("ptcp:0:127.0.0.1");
}

static void
test_local(void **state)
{
    (void)state;
    char *name = socket_name("sock");
    exchange(name);
    os_free(name);
}

static void
test_pause(void **state)
{
    (void)state;
    struct end ends[2];
    struct listener *listener;
    join(ends, "ptcp:0:127.0.0.1", &listener);
    struct jsonrpc *rpc = jsonrpc_session_connection(ends[0].session);
    jsonrpc_pause(jsonrpc_session_connection(ends[1].session), true);
    jsonrpc_send_notify(rpc, "a", json_array());
    jsonrpc_send_notify(rpc, "b", json_array());
    for (int i = 0; i < 5; i++) {
        os_loop_turn(loop, 2);
    }
    assert_int_equal(ends[1].n_messages, 0);
    jsonrpc_pause(jsonrpc_session_connection(ends[1].session), false);
    while (ends[1].n_messages < 2) {
        os_loop_turn(loop, PATIENCE_MS);
    }
    part(ends, listener);
}

static void
test_free_in_callback(void **state)
{
    (void)state;
    struct end ends[2];
    struct listener *listener;
    join(ends, "ptcp:0:127.0.0.1", &listener);
    ends[1].free_in_message = true;
    struct jsonrpc *rpc = jsonrpc_session_connection(ends[0].session);
    jsonrpc_send_notify(rpc, "a", json_array());
    jsonrpc_send_notify(rpc, "b", json_array());
    run_until(got_disconnected, &ends[0]);
    assert_int_equal(ends[1].n_messages, 1);
    part(ends, listener);
}

static void
test_bad_input(void **state)
{
    (void)state;
    static const char *const bad[] = {"nonsense", "[1]", "{bad}", "{\"method\":1}", "{}"};
    for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
        struct end ends[2];
        struct listener *listener;
        join(ends, "ptcp:0:127.0.0.1", &listener);
        jsonrpc_send_text(jsonrpc_session_connection(ends[0].session), xstrdup(bad[i]),
                          strlen(bad[i]));
        run_until(got_disconnected, &ends[1]);
        assert_false(jsonrpc_session_is_alive(ends[1].session));
        part(ends, listener);
    }
}

/* The peer goes away and comes back. */
static void
test_reconnect(void **state)
{
    (void)state;
    struct end ends[2];
    struct listener *listener;
    char *name = socket_name("back");
    os_time_stop(loop);
    join(ends, name, &listener);
    part((struct end[2]){{.session = NULL}, ends[1]}, listener);
    ends[1] = (struct end){.session = NULL};
    run_until(got_disconnected, &ends[0]);
    assert_true(jsonrpc_session_is_alive(ends[0].session));
    assert_null(jsonrpc_session_connection(ends[0].session));

    ends[0].n_connected = 0;
    assert_int_equal(listener_open(loop, name, 0, accept_end, &ends[1], &listener, NULL), 0);
    for (int i = 0; i < 5; i++) {
        os_loop_turn(loop, 2);
    }
    assert_int_equal(ends[0].n_connected, 0); /* it backs off a second */
    os_time_warp(loop, 1000, 100, NULL, NULL);
    run_until(both_connected, ends);
    part(ends, listener);
    os_free(name);
}

/* A peer that is silent is asked, and dropped if it stays so. */
static void
test_probe(void **state)
{
    (void)state;
    struct end ends[2];
    struct listener *listener;
    os_time_stop(loop);
    join(ends, "ptcp:0:127.0.0.1", &listener);
    jsonrpc_session_set_probe_interval(ends[1].session, 0);
    struct jsonrpc *server = jsonrpc_session_connection(ends[1].session);
    uint64_t before = jsonrpc_n_received(server);
    os_time_warp(loop, 5000, 1000, NULL, NULL);
    while (jsonrpc_n_received(server) == before) {
        os_loop_turn(loop, PATIENCE_MS);
    }
    /* The answer came: alive. */
    struct jsonrpc *client = jsonrpc_session_connection(ends[0].session);
    while (!jsonrpc_n_received(client)) {
        os_loop_turn(loop, PATIENCE_MS);
    }
    assert_int_equal(ends[0].n_disconnected, 0);
    jsonrpc_pause(server, true);
    os_time_warp(loop, 5000, 1000, NULL, NULL);
    os_time_warp(loop, 5000, 1000, NULL, NULL);
    run_until(got_disconnected, &ends[0]);
    part(ends, listener);
}

static void
test_refused(void **state)
{
    (void)state;
    struct end end = {.session = NULL};
    end.session = jsonrpc_session_new(loop, "unix:no/such/socket", 0, 0, &session_events, &end);
    run_until(got_disconnected, &end);
    assert_false(jsonrpc_session_is_alive(end.session));
    uint64_t up, down;
    const char *text;
    int last_error;
    jsonrpc_session_times(end.session, &up, &down, &text, &last_error);
    assert_int_equal(last_error, -E_NOENT);
    assert_int_equal(up, UINT64_MAX);
    jsonrpc_session_free(end.session);

    struct end bad = {.session = NULL};
    bad.session = jsonrpc_session_new(loop, "foo:bar", 0, 0, &session_events, &bad);
    run_until(got_disconnected, &bad);
    jsonrpc_session_free(bad.session);
}

static void
test_listen_errors(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int error;
    } cases[] = {
        {"tcp:127.0.0.1:1", -E_AFNOSUPPORT},
        {"ptcp:99999", -E_AFNOSUPPORT},
        {"ptcp:x", -E_AFNOSUPPORT},
        {"ptcp:0:1.2.3.4", -E_ADDRNOTAVAIL},
    };
    for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
        struct listener *l;
        struct err e;
        assert_int_equal(listener_open(loop, cases[i].name, 0, accept_end, NULL, &l, &e),
                         cases[i].error);
    }
}

/* -- Runtime commands -- */

static struct command_call *held;

static void
run_hold(struct command_call *call, int argc, const char *argv[], void *aux)
{
    (void)aux;
    assert_int_equal(argc, 2);
    assert_string_equal(argv[1], "x");
    held = call;
}

static const struct command rows[] = {{"hold", "ARG", 1, 1, run_hold}};

struct asked {
    struct jsonrpc *rpc;
    char *text;
    bool ok;
};

static void
answered(void *aux, const struct jsonrpc_msg *msg)
{
    struct asked *a = aux;
    const json_t *v = msg->kind == JSONRPC_REPLY ? msg->result : msg->error;
    a->ok = msg->kind == JSONRPC_REPLY;
    a->text = json_is_string(v) ? xstrdup(json_string_value(v)) : json_text(v, JSON_WRITE_SORTED);
}

static bool
has_answer(void *aux)
{
    return ((struct asked *)aux)->text != NULL;
}

static bool
is_held(void *aux)
{
    (void)aux;
    return held != NULL;
}

static void
ask(struct asked *a, const char *method, json_t *params, bool ok, const char *text)
{
    jsonrpc_send_request(a->rpc, method, params, json_integer(0));
    run_until(has_answer, a);
    assert_string_equal(a->text, text);
    assert_int_equal(a->ok, ok);
    os_free(a->text);
    a->text = NULL;
}

static void
stream_ready(void *aux)
{
    *(bool *)aux = true;
}

static bool
is_ready(void *aux)
{
    return *(bool *)aux;
}

static void
test_commands(void **state)
{
    (void)state;
    static const struct stream_events ready_events = {.connected = stream_ready};
    static const struct jsonrpc_events asked_events = {.message = answered};
    struct command_server *server;
    struct stream *stream;
    bool ready = false;
    char *name = socket_name("ctl");
    char *target = xstrdup(name + 1);
    assert_int_equal(command_server_open(loop, name + 6, &server, NULL), 0);
    command_add(server, rows, ARRAY_LEN(rows), NULL);
    command_add_clock(server);
    assert_int_equal(stream_open(loop, target, 0, &ready_events, &ready, &stream, NULL), 0);
    run_until(is_ready, &ready);
    struct asked a = {.rpc = NULL};
    a.rpc = jsonrpc_new(loop, stream, &asked_events, &a);

    ask(&a, "nosuch", json_array(), false,
        "\"nosuch\" is not a valid command (use \"list-commands\" to see a list of valid "
        "commands)\n");
    ask(&a, "version", json_pack("[s]", "x"), false,
        "\"version\" command takes at most 0 arguments\n");
    ask(&a, "hold", json_array(), false, "\"hold\" command requires at least 1 arguments\n");
    ask(&a, "hold", json_pack("[i]", 1), false, "\"hold\" command has non-string argument\n");
    ask(&a, "coverage/read-counter", json_pack("[s]", "x"), false, "No such counter\n");
    ask(&a, "vlog/set", json_pack("[s]", "x"), false, "no destination, level, or module \"x\"\n");
    ask(&a, "time/warp", json_pack("[s]", "x"), false, "invalid MSECS\n");
    ask(&a, "time/stop", json_array(), true, "");
    ask(&a, "time/warp", json_pack("[s,s]", "1000", "100"), true, "warped\n");
    ask(&a, "memory/show", json_array(), true, "");
    ask(&a, "set-options", json_pack("[s,s]", "--format", "xml"), false,
        "option --format has invalid value\n");
    ask(&a, "set-options", json_pack("[s,s]", "--format", "json"), true, "");
    ask(&a, "memory/show", json_array(), true, "{\"reply\":\"\",\"reply-format\":\"plain\"}");
    ask(&a, "set-options", json_pack("[s]", "--format=text"), true, "");

    /* An answer that comes late, and one whose asker has gone. */
    jsonrpc_send_request(a.rpc, "hold", json_pack("[s]", "x"), json_integer(7));
    run_until(is_held, NULL);
    command_reply(held, "at last");
    run_until(has_answer, &a);
    assert_string_equal(a.text, "at last\n");
    os_free(a.text);
    held = NULL;
    jsonrpc_send_request(a.rpc, "hold", json_pack("[s]", "x"), json_integer(8));
    run_until(is_held, NULL);
    jsonrpc_free(a.rpc);
    for (int i = 0; i < 5; i++) {
        os_loop_turn(loop, 2);
    }
    command_reply(held, "to nobody");
    command_server_close(server);
    os_free(target);
    os_free(name);
}

int
main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_messages),
        cmocka_unit_test_setup_teardown(test_tcp, setup, teardown),
        cmocka_unit_test_setup_teardown(test_local, setup, teardown),
        cmocka_unit_test_setup_teardown(test_pause, setup, teardown),
        cmocka_unit_test_setup_teardown(test_free_in_callback, setup, teardown),
        cmocka_unit_test_setup_teardown(test_bad_input, setup, teardown),
        cmocka_unit_test_setup_teardown(test_reconnect, setup, teardown),
        cmocka_unit_test_setup_teardown(test_probe, setup, teardown),
        cmocka_unit_test_setup_teardown(test_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(test_listen_errors, setup, teardown),
        cmocka_unit_test_setup_teardown(test_commands, setup, teardown),
    };
    log_start("test_ipc_jsonrpc");
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    log_set_level(NULL, LOG_SYSLOG, LOG_OFF);
    /* Relative socket names are below the run directory: this one. */
    char cwd[1024];
    size_t n = sizeof cwd;
    if (!getenv("OVS_RUNDIR") && !uv_cwd(cwd, &n)) {
        uv_os_setenv("OVS_RUNDIR", cwd);
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
