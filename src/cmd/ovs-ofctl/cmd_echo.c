/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that only ask a switch or controller whether, and how fast, it answers. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-ofctl/talk.h"
#include "os/log.h"
#include "os/random.h"

enum { PINGS = 10, DEFAULT_PAYLOAD = 64, MAX_PAYLOAD = OFP_MSG_MAX - OFP_HEADER_SIZE };

static size_t
payload_size(const char *text)
{
    long long n = text ? strtoll(text, NULL, 10) : DEFAULT_PAYLOAD;
    if (n < 0 || n > MAX_PAYLOAD) {
        log_fatal("payload must be between 0 and %d bytes", MAX_PAYLOAD);
    }
    return (size_t)n;
}

static double
milliseconds(uint64_t ns)
{
    return (double)ns / 1e6;
}

/* Begins an echo request with N bytes of room, which are given. */
static uint8_t *
begin_echo(struct talk *t, size_t n)
{
    return wr_take(talk_begin(t, OFPT_ECHO_REQUEST), n);
}

void
cmd_probe(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    struct ofp_msg m;
    size_t n;
    uint8_t request[OFP_HEADER_SIZE];
    struct wr w = wr_make(request, sizeof request);
    ofp_msg_end(&w, ofp_msg_begin(&w, OFPT_ECHO_REQUEST, talk_version(t), 0));
    talk_send(t, request, w.n);
    const uint8_t *reply = talk_receive(t, &n);
    if (ofp_msg_get(&m, reply, n) || m.id != OFPT_ECHO_REPLY || m.xid != 0 ||
        n != sizeof request) {
        log_fatal("reply does not match request");
    }
    talk_close(t);
}

void
cmd_ping(struct ofctl *c, int argc, char *argv[])
{
    size_t n_payload = payload_size(argc > 1 ? argv[1] : NULL);
    struct talk *t = talk_open(c, argv[0]);
    for (int i = 0; i < PINGS; i++) {
        size_t n;
        uint8_t *payload = begin_echo(t, n_payload), *sent = NULL;
        if (n_payload) {
            os_random_bytes(payload, n_payload);
            sent = xmemdup(payload, n_payload);
        }
        uint64_t start = os_real_ns();
        const uint8_t *reply = talk_call(t, &n);
        uint64_t took = os_real_ns() - start;
        struct ofp_msg m;
        bool is_reply = !ofp_msg_get(&m, reply, n) && m.id == OFPT_ECHO_REPLY;
        if (!is_reply || rd_left(&m.body) != n_payload ||
            (n_payload && memcmp(m.body.p, sent, n_payload) != 0)) {
            printf("Reply does not match request.  Reply:\n");
            print_message(stdout, c, NULL, reply, n);
        }
        printf("%zu bytes from %s: xid=%08x time=%.1f ms\n", n - OFP_HEADER_SIZE, argv[0],
               get_be32(reply + 4), milliseconds(took));
        os_free(sent);
    }
    talk_close(t);
}

void
cmd_benchmark(struct ofctl *c, int argc UNUSED, char *argv[])
{
    size_t n_payload = payload_size(argv[1]), n_message = OFP_HEADER_SIZE + n_payload;
    int count = atoi(argv[2]);
    printf("Sending %d packets * %zu bytes (with header) = %zu bytes total\n", count, n_message,
           (size_t)MAX(count, 0) * n_message);
    struct talk *t = talk_open(c, argv[0]);
    uint64_t start = os_real_ns();
    for (int i = 0; i < count; i++) {
        size_t n;
        uint8_t *payload = begin_echo(t, n_payload);
        if (n_payload) {
            memset(payload, 0, n_payload);
        }
        talk_call(t, &n);
    }
    double ms = milliseconds(os_real_ns() - start);
    talk_close(t);
    printf("Finished in %.1f ms (%.0f packets/s) (%.0f bytes/s)\n", ms, count / (ms / 1000.0),
           (double)count * (double)n_message / (ms / 1000.0));
}
