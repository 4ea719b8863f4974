/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that make a packet of a flow, and say which flow a packet is of. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-ofctl/ofctl.h"
#include "cmd/ovs-ofctl/pcap.h"
#include "cmd/packet_text.h"
#include "dpif/flow_compose.h"
#include "ofproto/of_view.h"
#include "openflow/match_text.h"
#include "openflow/words.h"
#include "os/log.h"
#include "os/process.h"
#include "text/hex_dump.h"

/* -- A packet of a flow -- */

enum { TAGGED = 0x8100, PACKET_MAX = 65535 };

/* Sets a field that the packet so far can have to one value. */
static void
set_field(struct of_match *m, const struct word *w, const char *all)
{
    bool known;
    struct err e;
    struct of_match before = *m;
    enum of_field_id id = of_field_find(w->name, w->n_name);
    if (id != OF_FIELD_COUNT && w->n && memchr(w->value, '/', w->n)) {
        log_fatal("%s: bad value for %.*s (%.*s: wildcards not allowed here)", all, (int)w->n_name,
                  w->name, (int)w->n, w->value);
    }
    int code = memchr(w->name, '[', w->n_name)
                   ? 0
                   : of_match_parse_word(m, w->name, w->n_name, w->value, w->n, NULL, &known, &e);
    if (code) {
        log_fatal("%s: bad value for %.*s (%s)", all, (int)w->n_name, w->name, e.text);
    }
    if (memchr(w->name, '[', w->n_name) || !known) {
        log_fatal("%s: unknown field %.*s", all, (int)w->n_name, w->name);
    }
    if (id != OF_FIELD_COUNT && !of_prereq_holds((enum of_prereq)of_fields[id].prereq, &before)) {
        log_fatal("%s: prerequisites not met for setting %.*s", all, (int)w->n_name, w->name);
    }
}

/* The flow that TEXT describes. */
static struct flow_key
read_flow(const char *text)
{
    const char *p = text, *end = p + strlen(p);
    struct of_match m;
    struct flow_key key = {.eth_type = be16_from(0)};
    of_match_init(&m);
    for (struct word w; word_next(&p, end, &w);) {
        set_field(&m, &w, text);
    }
    of_view_apply(&m.key, &key);
    key.vlan_tpid0 = be16_from(of_match_has(&m, OF_VLAN_TCI) ? TAGGED : 0);
    return key;
}

/* Says so if the packet is not of the flow that was asked for. */
static void
compare_flows(struct ofctl *c, const struct flow_key *asked, const struct pkt *packet)
{
    struct flow_key got;
    packet_key(packet->data, packet->len, &got);
    if (memcmp(asked, &got, sizeof got) == 0) {
        return;
    }
    struct str text = STR_INIT;
    str_puts(&text, "specified and extracted flows differ:\nspecified: ");
    packet_flow_put(&text, asked);
    str_puts(&text, "\nextracted: ");
    packet_flow_put(&text, &got);
    fputs(str_text(&text), stderr);
    str_fini(&text);
    c->exit_code = EXIT_FAILURE;
}

/* With a second argument, the packet's payload. */
void
cmd_compose_packet(struct ofctl *c, int argc, char *argv[])
{
    struct flow_key key = read_flow(argv[0]);
    struct pkt *packet;
    struct str text = STR_INIT, payload = STR_INIT;
    if (argc > 1 && !input_try_hex(argv[1], &payload)) {
        log_fatal("%s: trailing garbage in packet data", argv[1]);
    }
    int code = argc > 1 ? flow_compose_payload(&key, payload.s, payload.n, &packet)
                        : flow_compose(&key, 0, &packet);
    if (code) {
        log_fatal("%s: no packet can be like this", argv[0]);
    }
    str_put_hex_bytes(&text, packet->data, packet->len);
    str_chomp(&text, "-\n");
    puts(str_text(&text));
    compare_flows(c, &key, packet);
    str_fini(&text);
    str_fini(&payload);
    pkt_free(packet);
}

/* -- The flow of a packet -- */

/* Standard input is a packet. */
void
cmd_parse_packet(struct ofctl *c UNUSED, int argc UNUSED, char *argv[] UNUSED)
{
    static uint8_t packet[PACKET_MAX];
    struct str text = STR_INIT;
    os_binary_input();
    size_t n = fread(packet, 1, sizeof packet, stdin);
    packet_text_put(NULL, &text, 0, packet, n);
    puts(str_text(&text));
    str_fini(&text);
}

/* Each argument is a capture. */
void
cmd_parse_pcap(struct ofctl *c UNUSED, int argc, char *argv[])
{
    struct str frame = STR_INIT, text = STR_INIT;
    for (int i = 0; i < argc; i++) {
        struct pcap pcap;
        pcap_open(&pcap, argv[i]);
        for (uint64_t when; pcap_next(&pcap, &frame, &when);) {
            struct flow_key key;
            packet_key(str_text(&frame), frame.n, &key);
            str_clear(&text);
            packet_flow_put(&text, &key);
            puts(text.s);
        }
        pcap_close(&pcap);
    }
    str_fini(&frame);
    str_fini(&text);
}
