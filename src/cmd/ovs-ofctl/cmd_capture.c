/* SPDX-License-Identifier: Apache-2.0 */
/* ofp-parse-pcap: the OpenFlow in a capture. */
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/ovs-ofctl/pcap.h"
#include "cmd/ovs-ofctl/talk.h"
#include "cmd/ovs-ofctl/tcp_stream.h"
#include "cmd/packet_text.h"
#include "os/log.h"

enum { TCP_SYN = 2, TCP_FIN = 1, TCP_HEADER = 20, IPV4 = 0x0800, PROTO_TCP = 6 };

struct streams {
    struct tcp_stream *all;
    size_t n, size;
    const uint16_t *ports;
    size_t n_ports;
};

static struct tcp_stream *
stream_of(struct streams *streams, const struct tcp_ends *ends)
{
    for (size_t i = 0; i < streams->n; i++) {
        if (!memcmp(&streams->all[i].ends, ends, sizeof *ends)) {
            return &streams->all[i];
        }
    }
    if (streams->n == streams->size) {
        streams->all = xgrow(streams->all, &streams->size, sizeof *streams->all);
    }
    struct tcp_stream *s = &streams->all[streams->n++];
    *s = (struct tcp_stream){.ends = *ends};
    return s;
}

static void
stream_end(struct streams *streams, struct tcp_stream *s)
{
    tcp_stream_fini(s);
    *s = streams->all[--streams->n];
}

/* Prints the whole messages that S has, and forgets them. */
static void
print_messages(const struct ofctl *c, struct tcp_stream *s, uint64_t when)
{
    struct ofp_header h;
    size_t done = 0;
    while (ofp_header_get((const uint8_t *)str_text(&s->data) + done, s->data.n - done, &h) &&
           h.len >= OFP_HEADER_SIZE && h.len <= s->data.n - done) {
        const struct tcp_ends *e = &s->ends;
        static bool is_another;
        fputs(is_another ? "\n" : "", stdout);
        is_another = true;
        if (c->timestamp) {
            time_t seconds = (time_t)(when / 1000);
            char text[32];
            strftime(text, sizeof text, "%H:%M:%S", gmtime(&seconds));
            printf("%s.%03u ", text, (unsigned int)(when % 1000));
        }
        printf("%u.%u.%u.%u.%u > %u.%u.%u.%u.%u:\n", e->src[0], e->src[1], e->src[2], e->src[3],
               e->src_port, e->dst[0], e->dst[1], e->dst[2], e->dst[3], e->dst_port);
        print_message(stdout, c, NULL, (const uint8_t *)s->data.s + done, h.len);
        done += h.len;
    }
    str_drop(&s->data, done);
}

static bool
is_openflow(const struct streams *streams, const struct tcp_ends *e)
{
    for (size_t i = 0; i < streams->n_ports; i++) {
        if (streams->ports[i] == e->src_port || streams->ports[i] == e->dst_port) {
            return true;
        }
    }
    return false;
}

static void
take_frame(const struct ofctl *c, struct streams *streams, const struct str *frame, uint64_t when)
{
    struct flow_key key;
    struct pkt p;
    packet_parse(str_text(frame), frame->n, &p, &key);
    if (be16_host(key.eth_type) != IPV4 || key.nw_proto != PROTO_TCP || key.nw_frag ||
        p.l4 + (size_t)TCP_HEADER > frame->n) {
        return;
    }
    const uint8_t *ip = (const uint8_t *)frame->s + p.l3, *tcp = (uint8_t *)frame->s + p.l4;
    size_t head = (size_t)(tcp[12] >> 4) * 4, end = p.l3 + (size_t)get_be16(ip + 2);
    end = end > frame->n ? frame->n : end; /* without what pads the frame */
    struct tcp_ends ends = {.src_port = be16_host(key.tp_src), .dst_port = be16_host(key.tp_dst)};
    memcpy(ends.src, ip + 12, sizeof ends.src);
    memcpy(ends.dst, ip + 16, sizeof ends.dst);
    if (!is_openflow(streams, &ends) || head < TCP_HEADER || p.l4 + head > end) {
        return;
    }
    struct tcp_stream *s = stream_of(streams, &ends);
    tcp_stream_add(s, get_be32(tcp + 4), tcp[13] & TCP_SYN, tcp + head, end - p.l4 - head);
    print_messages(c, s, when);
    if (tcp[13] & TCP_FIN) {
        stream_end(streams, s);
    }
}

void
cmd_ofp_parse_pcap(struct ofctl *c, int argc, char *argv[])
{
    static const uint16_t usual[] = {6633, 6653};
    uint16_t *ports = xalloc((size_t)argc * sizeof *ports);
    struct streams streams = {.ports = argc > 1 ? ports : usual,
                              .n_ports = argc > 1 ? (size_t)argc - 1 : ARRAY_LEN(usual)};
    struct pcap pcap;
    struct str frame = STR_INIT;
    for (int i = 1; i < argc; i++) {
        ports[i - 1] = (uint16_t)atoi(argv[i]);
    }
    pcap_open(&pcap, argv[0]);
    for (uint64_t when; pcap_next(&pcap, &frame, &when);) {
        take_frame(c, &streams, &frame, when);
    }
    pcap_close(&pcap);
    while (streams.n) {
        stream_end(&streams, &streams.all[0]);
    }
    os_free(streams.all);
    os_free(ports);
    str_fini(&frame);
}
