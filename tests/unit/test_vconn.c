/* SPDX-License-Identifier: Apache-2.0 */
/* vconn: sets of versions as text, negotiation with peers that say all sorts of things, messages
 * cut and joined by the stream, pauses, and connections that come back and probe on the virtual
 * clock. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "base/cursor.h"
#include "base/hex.h"
#include "os/log.h"
#include "os/process.h"
#include "text/str.h"
#include "vconn/rconn.h"

enum { PATIENCE_MS = 10000 };

static struct os_loop *loop;

static size_t
from_hex(const char *text, uint8_t *bytes)
{
    size_t n = 0;
    for (const char *p = text; *p; p += *p == ' ') {
        if (*p != ' ') {
            bytes[n++] = (uint8_t)(hex_digit(p[0]) << 4 | hex_digit(p[1]));
            p += 2;
        }
        if (!*p) {
            break;
        }
    }
    return n;
}

static const struct {
    ofp_versions versions;
    const char *text;
} texts[] = {
    {0x02, "version 0x01"},
    {0x04, "version 0x02"},
    {0x06, "version 0x02 and earlier"},
    {0x12, "versions 0x01, 0x04"},
    {0x28, "versions 0x03, 0x05"},
    {0x7e, "version 0x06 and earlier"},
    {0xfffffffe, "version 0x1f and earlier"},
};

static void
test_versions_text(void **state)
{
    (void)state;
    for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
        char *text = ofp_versions_text(texts[i].versions);
        assert_string_equal(text, texts[i].text);
        os_free(text);
    }
}

/* -- Connections; the peer is a plain stream -- */

struct peer {
    struct listener *listener;
    struct stream *stream;
    struct str in;
    bool closed;
    unsigned int n_accepted;
};

static void
peer_received(void *aux, const char *p, size_t n)
{
    struct peer *peer = aux;
    str_put(&peer->in, p, n);
}

static void
peer_closed(void *aux, int code UNUSED)
{
    struct peer *peer = aux;
    peer->closed = true;
}

static const struct stream_events peer_events = {.received = peer_received, .closed = peer_closed};

static void
peer_accepted(void *aux, struct stream *stream)
{
    struct peer *peer = aux;
    stream_free(peer->stream);
    peer->stream = stream;
    peer->closed = false;
    peer->n_accepted++;
    str_clear(&peer->in);
    stream_set_events(stream, &peer_events, peer);
}

/* What the other side saw. */
struct side {
    struct vconn *vconn;
    struct rconn *rconn;
    unsigned int n_connected, n_closed, n_messages;
    struct str types; /* a letter for each message */
    int code;
    bool free_in_message, pause_in_message;
};

static void
side_connected(void *aux)
{
    struct side *s = aux;
    s->n_connected++;
}

static void
side_message(void *aux, const uint8_t *msg, size_t n)
{
    struct side *s = aux;
    s->n_messages++;
    assert_int_equal(get_be16(msg + 2), n);
    str_putc(&s->types, (char)('a' + msg[1]));
    if (s->free_in_message) {
        vconn_free(s->vconn);
        rconn_free(s->rconn);
        s->vconn = NULL;
        s->rconn = NULL;
    } else if (s->pause_in_message) {
        vconn_pause(s->vconn, true);
    }
}

static void
side_closed(void *aux, int code)
{
    struct side *s = aux;
    s->n_closed++;
    s->code = code;
}

static const struct vconn_events side_events = {
    .connected = side_connected, .message = side_message, .closed = side_closed};
static const struct rconn_events side_rconn_events = {
    .connected = side_connected, .message = side_message, .disconnected = side_closed};

static bool
is_true(void *aux)
{
    return *(bool *)aux;
}

static bool
is_nonzero(void *aux)
{
    return *(unsigned int *)aux;
}

static bool
has_stream(void *aux)
{
    return ((struct peer *)aux)->stream != NULL;
}

static bool
is_settled(void *aux)
{
    struct side *s = aux;
    return s->n_connected || s->n_closed;
}

#define run_until(DONE, ...) assert_true(os_loop_run(loop, DONE, __VA_ARGS__, PATIENCE_MS))

static char *
open_peer(struct peer *peer)
{
    struct err e;
    *peer = (struct peer){.in = STR_INIT};
    assert_int_equal(
        listener_open(loop, "ptcp:0:127.0.0.1", 0, peer_accepted, peer, &peer->listener, &e), 0);
    return xasprintf("tcp:127.0.0.1:%u", listener_port(peer->listener));
}

static void
open_both(struct peer *peer, struct side *side, ofp_versions allowed)
{
    struct err e;
    char *name = open_peer(peer);
    *side = (struct side){.types = STR_INIT};
    assert_int_equal(vconn_open(loop, name, allowed, &side_events, side, &side->vconn, &e), 0);
    os_free(name);
    run_until(has_stream, peer);
}

static void
close_both(struct peer *peer, struct side *side)
{
    vconn_free(side->vconn);
    rconn_free(side->rconn);
    str_fini(&side->types);
    stream_free(peer->stream);
    listener_close(peer->listener);
    str_fini(&peer->in);
}

static void
peer_says(struct peer *peer, const char *hex)
{
    uint8_t bytes[256];
    stream_send(peer->stream, bytes, from_hex(hex, bytes));
}

static const struct {
    ofp_versions allowed;
    const char *says;
    enum ofp_version version; /* 0: refused */
    const char *answer;       /* the text of the error */
} negotiations[] = {
    {0x02, "01000008 00000001", OFP_10, NULL},
    {0x12, "01000008 00000001", OFP_10, NULL},
    {0x12, "04000010 00000001 00010008 00000010", OFP_13, NULL},
    {0x7e, "04000010 00000001 00010008 00000012", OFP_13, NULL},
    {0x7e, "20000008 00000001", OFP_15, NULL},
    {0x12, "0400000c 00000001 00010001", OFP_13, NULL},
    {0x04, "01000008 00000001", 0,
     "We support version 0x02, you support version 0x01, no common versions."},
    {0x28, "01000008 00000001", 0,
     "We support versions 0x03, 0x05, you support version 0x01, no common versions."},
    {0x06, "04000010 00000001 00010008 00000010", 0,
     "We support version 0x02 and earlier, you support version 0x04, no common versions."},
    {0x12, "04020008 00000001", 0, NULL}, /* no hello */
    {0x12, "00000008 00000001", 0, NULL}, /* of no version */
    {0x12, "04000004 00000001", 0, NULL}, /* no length */
};

static void
test_negotiation(void **state)
{
    (void)state;
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    for (size_t i = 0; i < ARRAY_LEN(negotiations); i++) {
        struct peer peer;
        struct side side;
        open_both(&peer, &side, negotiations[i].allowed);
        peer_says(&peer, negotiations[i].says);
        run_until(is_settled, &side);
        assert_int_equal(vconn_version(side.vconn), negotiations[i].version);
        assert_int_equal(side.n_connected, negotiations[i].version != 0);
        if (!negotiations[i].version) {
            assert_int_equal(side.code, -E_PROTO);
            vconn_free(side.vconn);
            side.vconn = NULL;
            run_until(is_true, &peer.closed);
        }
        if (negotiations[i].answer) {
            /* A hello, then the error: of the peer's version, type 0, code 0, text. */
            size_t hello = get_be16(peer.in.s + 2), n = strlen(negotiations[i].answer);
            const char *error = peer.in.s + hello;
            assert_int_equal(peer.in.n, hello + 12 + n);
            assert_memory_equal(error + 1, "\1", 1);
            assert_memory_equal(error + 4, "\0\0\0\0\0\0\0\0", 8);
            assert_memory_equal(error + 12, negotiations[i].answer, n);
        }
        close_both(&peer, &side);
    }
}

static bool
is_complete(void *aux)
{
    struct side *s = aux;
    return s->types.n >= 5;
}

/* Messages are whole however the bytes come. */
static void
test_messages(void **state)
{
    (void)state;
    uint8_t bytes[256];
    size_t n = from_hex("04000008 00000001 04140008 00000002 0403000b 00000003 010203"
                        "04130010 00000004 0000000000000000 04060008 00000005 04070008 00000006",
                        bytes);
    for (size_t piece = 1; piece < n; piece += 7) {
        struct peer peer;
        struct side side;
        open_both(&peer, &side, 0x10);
        for (size_t at = 0; at < n; at += piece) {
            stream_send(peer.stream, bytes + at, MIN(piece, n - at));
            os_loop_turn(loop, 0);
        }
        run_until(is_complete, &side);
        assert_string_equal(str_text(&side.types), "udtgh");
        close_both(&peer, &side);
    }
}

static void
test_pause(void **state)
{
    (void)state;
    struct peer peer;
    struct side side;
    open_both(&peer, &side, 0x10);
    side.pause_in_message = true;
    peer_says(&peer, "04000008 00000001 04140008 00000002 04130008 00000003 04120008 00000003");
    run_until(is_nonzero, &side.n_messages);
    for (unsigned int i = 1; i <= 3; i++) {
        assert_int_equal(side.n_messages, i);
        os_loop_turn(loop, 0);
        assert_int_equal(side.n_messages, i);
        vconn_pause(side.vconn, false);
        os_loop_turn(loop, 0);
    }
    assert_string_equal(str_text(&side.types), "uts");
    close_both(&peer, &side);
}

/* After the hellos only messages of the version are taken, but for echoes and errors. */
static void
test_wrong_messages(void **state)
{
    (void)state;
    static const struct {
        const char *says;
        unsigned int n_messages;
    } rows[] = {
        {"04000008 00000001 01020008 00000001 04020007 00000001", 1},
        {"04000008 00000001 0101000c 00000001 00000000 01060008 00000001", 1},
        {"04000008 00000001 04060000 00000001", 0},
    };
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        struct peer peer;
        struct side side;
        open_both(&peer, &side, 0x10);
        peer_says(&peer, rows[i].says);
        run_until(is_nonzero, &side.n_closed);
        assert_int_equal(side.code, -E_PROTO);
        assert_int_equal(side.n_messages, rows[i].n_messages);
        close_both(&peer, &side);
    }
}

static void
test_free_in_callback(void **state)
{
    (void)state;
    struct peer peer;
    struct side side;
    open_both(&peer, &side, 0x10);
    side.free_in_message = true;
    peer_says(&peer, "04000008 00000001 04140008 00000002 04130008 00000003");
    run_until(is_true, &peer.closed);
    assert_int_equal(side.n_messages, 1);
    close_both(&peer, &side);
}

struct expected {
    const struct peer *peer;
    size_t n;
};

static bool
has_bytes(void *aux)
{
    const struct expected *x = aux;
    return x->peer->in.n >= x->n;
}

/* Many messages are gathered, in order, and what waits is known. */
static void
test_output(void **state)
{
    (void)state;
    enum { MESSAGES = 50000 };
    struct peer peer;
    struct side side;
    open_both(&peer, &side, 0x10);
    peer_says(&peer, "04000008 00000001");
    run_until(is_nonzero, &side.n_connected);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        uint8_t msg[16] = {4, 2, 0, sizeof msg};
        put_be32(msg + 4, i);
        vconn_send(side.vconn, msg, sizeof msg);
    }
    assert_true(vconn_backlog(side.vconn) > 0);
    struct expected all = {&peer, 16 + 16 * MESSAGES};
    run_until(has_bytes, &all);
    for (uint32_t i = 0; i < MESSAGES; i++) {
        assert_int_equal(get_be32(peer.in.s + 16 + 16 * (size_t)i + 4), i);
    }
    os_loop_turn(loop, 0);
    assert_int_equal(vconn_backlog(side.vconn), 0);
    /* What was sent before the connection is freed still goes out. */
    vconn_send(side.vconn, "\4\2\0\10\0\0\0\1", 8);
    vconn_free(side.vconn);
    side.vconn = NULL;
    run_until(is_true, &peer.closed);
    assert_int_equal(peer.in.n, all.n + 8);
    close_both(&peer, &side);
}

static void
test_no_such_name(void **state)
{
    (void)state;
    struct side side = {.types = STR_INIT};
    struct err e;
    assert_int_equal(vconn_open(loop, "udp:1", 0x10, &side_events, &side, &side.vconn, &e),
                     -E_AFNOSUPPORT);
    assert_int_equal(
        vconn_open(loop, "unix:no/such/socket", 0x10, &side_events, &side, &side.vconn, &e), 0);
    run_until(is_nonzero, &side.n_closed);
    assert_int_equal(side.code, -E_NOENT);
    vconn_free(side.vconn);
}

/* -- Connections that come back -- */

static void
test_rconn(void **state)
{
    (void)state;
    struct peer peer;
    struct side side = {.types = STR_INIT};
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    os_time_stop(loop);
    char *name = open_peer(&peer);
    side.rconn = rconn_new(loop, name, 0x10, &side_rconn_events, &side);
    os_free(name);
    run_until(has_stream, &peer);
    assert_null(rconn_connection(side.rconn));
    peer_says(&peer, "04000008 00000001");
    run_until(is_nonzero, &side.n_connected);
    assert_non_null(rconn_connection(side.rconn));

    /* It answers an echo request with the body that came. */
    peer_says(&peer, "0402000a 12345678 abcd");
    run_until(has_bytes, &(struct expected){&peer, 16 + 10});
    assert_memory_equal(peer.in.s + 16, "\4\3\0\12\x12\x34\x56\x78\xab\xcd", 10);
    assert_int_equal(side.n_messages, 0);

    /* A silent peer is probed; its answer keeps the connection and goes no further. */
    os_time_warp(loop, 5000, 1000, NULL, NULL);
    run_until(has_bytes, &(struct expected){&peer, 26 + 8});
    assert_memory_equal(peer.in.s + 26, "\4\2\0\10", 4);
    uint8_t answer[8] = {4, 3, 0, 8};
    memcpy(answer + 4, peer.in.s + 30, 4);
    stream_send(peer.stream, answer, 8);
    peer_says(&peer, "04140008 00000002");
    run_until(is_nonzero, &side.n_messages);
    assert_string_equal(str_text(&side.types), "u");

    /* Still silent: dropped, and made again. */
    os_time_warp(loop, 5000, 1000, NULL, NULL);
    run_until(has_bytes, &(struct expected){&peer, 34 + 8});
    os_time_warp(loop, 5000, 1000, NULL, NULL);
    run_until(is_nonzero, &side.n_closed);
    assert_null(rconn_connection(side.rconn));
    assert_true(rconn_is_alive(side.rconn));
    peer.n_accepted = 0;
    os_time_warp(loop, 1000, 1000, NULL, NULL);
    run_until(is_nonzero, &peer.n_accepted);
    side.n_connected = side.n_messages = 0;
    peer_says(&peer, "04000008 00000001 04140008 00000002");
    run_until(is_nonzero, &side.n_messages);
    assert_int_equal(side.n_connected, 1);

    side.free_in_message = true;
    peer_says(&peer, "04140008 00000002");
    run_until(is_true, &peer.closed);
    close_both(&peer, &side);
}

/* A peer that accepts and says nothing is left when the attempt has lasted long enough. */
static void
test_rconn_silent(void **state)
{
    (void)state;
    struct peer peer;
    struct side side = {.types = STR_INIT};
    log_set_level(NULL, LOG_CONSOLE, LOG_OFF);
    os_time_stop(loop);
    char *name = open_peer(&peer);
    side.rconn = rconn_new(loop, name, 0x10, &side_rconn_events, &side);
    os_free(name);
    run_until(has_stream, &peer);
    os_time_warp(loop, 1000, 1000, NULL, NULL);
    run_until(is_true, &peer.closed);
    assert_int_equal(side.n_closed, 0); /* it never was connected */
    peer.n_accepted = 0;
    os_time_warp(loop, 1000, 1000, NULL, NULL);
    run_until(is_nonzero, &peer.n_accepted);
    close_both(&peer, &side);
}

struct switch_side {
    struct side side;
    struct listener *listener;
};

static void
switch_accepted(void *aux, struct stream *stream)
{
    struct switch_side *s = aux;
    s->side.rconn = rconn_accept(loop, stream, 0x7e, &side_rconn_events, &s->side);
}

/* Both sides are ours. */
static void
test_accepted(void **state)
{
    (void)state;
    struct switch_side s = {.side = {.types = STR_INIT}};
    struct side client = {.types = STR_INIT};
    struct err e;
    char *listen = xasprintf("punix:test_vconn.%d.sock", os_pid());
    assert_int_equal(listener_open(loop, listen, VCONN_PORT, switch_accepted, &s, &s.listener, &e),
                     0);
    assert_int_equal(vconn_open(loop, listen + 1, 0x1e, &side_events, &client, &client.vconn, &e),
                     0);
    run_until(is_nonzero, &s.side.n_connected);
    run_until(is_nonzero, &client.n_connected);
    assert_int_equal(vconn_version(client.vconn), OFP_13);
    assert_int_equal(vconn_version(rconn_connection(s.side.rconn)), OFP_13);
    vconn_free(client.vconn);
    run_until(is_nonzero, &s.side.n_closed);
    assert_false(rconn_is_alive(s.side.rconn));
    rconn_free(s.side.rconn);
    listener_close(s.listener);
    os_free(listen);
}

static int
start(void **state UNUSED)
{
    loop = os_loop_new();
    return 0;
}

static int
stop(void **state UNUSED)
{
    os_loop_free(loop);
    return 0;
}

#define TEST(NAME) cmocka_unit_test_setup_teardown(NAME, start, stop)

int
main(void)
{
    char cwd[4096];
    size_t n = sizeof cwd;
    if (!getenv("OVS_RUNDIR") && !uv_cwd(cwd, &n)) {
        uv_os_setenv("OVS_RUNDIR", cwd);
    }
    const struct CMUnitTest tests[] = {
        TEST(test_versions_text),
        TEST(test_negotiation),
        TEST(test_messages),
        TEST(test_pause),
        TEST(test_wrong_messages),
        TEST(test_output),
        TEST(test_free_in_callback),
        TEST(test_no_such_name),
        TEST(test_rconn),
        TEST(test_rconn_silent),
        TEST(test_accepted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
