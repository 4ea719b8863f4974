/* SPDX-License-Identifier: Apache-2.0 */
/* Commands that print what a switch says of itself, its ports, tables and queues. */
#include <stdlib.h>
#include <string.h>

#include "cmd/ovs-ofctl/names.h"
#include "cmd/ovs-ofctl/talk.h"
#include "openflow/msg_queue_config.h"
#include "openflow/msg_config.h"
#include "openflow/msg_port.h"
#include "os/log.h"

#define ALL_QUEUES UINT32_MAX

/* Prints the reply to a request KIND that has no body. */
static void
dump(struct ofctl *c, const char *target, enum ofp_msg_id kind)
{
    struct talk *t = talk_open(c, target);
    talk_begin(t, kind);
    talk_dump(t);
    talk_close(t);
}

/* Ends the process unless the connection speaks VERSION or a later one. */
static void
need_version(const struct talk *t, const char *command, enum ofp_version version)
{
    if (talk_version(t) < version) {
        log_fatal("%s needs OpenFlow 1.%d or later ('-O %s')", command, version - OFP_10,
                  ofp_version_name(version));
    }
}

/* Prints the reply to the request under way, without names. */
static void
show_reply(struct ofctl *c, struct talk *t)
{
    struct ofp_msg m;
    bool more;
    talk_start(t);
    do {
        more = talk_next_part(t, &m);
        print_message(stdout, c, NULL, m.bytes, m.len);
    } while (more);
}

/* Features, with ports in versions that have them there, else ports apart; then configuration. */
void
cmd_show(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    talk_begin(t, OFPT_FEATURES_REQUEST);
    show_reply(c, t);
    if (talk_version(t) >= OFP_13) {
        put_port_desc_request(t, OFP_PORT_NONE);
        talk_dump(t);
    }
    talk_close(t);
    dump(c, argv[0], OFPT_GET_CONFIG_REQUEST);
}

void
cmd_dump_desc(struct ofctl *c, int argc UNUSED, char *argv[])
{
    dump(c, argv[0], OFPST_DESC_REQUEST);
}

void
cmd_dump_tables(struct ofctl *c, int argc UNUSED, char *argv[])
{
    dump(c, argv[0], OFPST_TABLE_REQUEST);
}

void
cmd_dump_table_desc(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    need_version(t, "dump-table-desc", OFP_14);
    talk_begin(t, OFPST_TABLE_DESC_REQUEST);
    talk_dump(t);
    talk_close(t);
}

/* -- Ports -- */

static uint32_t
port_argument(struct ofctl *c, int argc, char *argv[], int i)
{
    return argc > i ? names_find_port(c, argv[0], argv[i]) : OFP_PORT_NONE;
}

void
cmd_dump_ports(struct ofctl *c, int argc, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    uint32_t port = port_argument(c, argc, argv, 1);
    enum ofp_version version = talk_version(t);
    struct wr *w = talk_begin(t, OFPST_PORT_REQUEST);
    ofp_port_put(w, version, port);
    wr_zeros(w, version == OFP_10 ? 6 : 4);
    talk_dump(t);
    talk_close(t);
}

void
cmd_dump_ports_desc(struct ofctl *c, int argc, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    put_port_desc_request(t, port_argument(c, argc, argv, 1));
    talk_dump(t);
    talk_close(t);
}

/* -- Queues -- */

static uint32_t
queue_argument(int argc, char *argv[], int i)
{
    return argc > i && strcasecmp(argv[i], "ALL") != 0 ? (uint32_t)atoi(argv[i]) : ALL_QUEUES;
}

static uint32_t
queue_port(struct ofctl *c, int argc, char *argv[])
{
    bool is_all = argc < 2 || strcasecmp(argv[1], "ALL") == 0 || strcasecmp(argv[1], "ANY") == 0;
    return is_all ? OFP_PORT_NONE : names_find_port(c, argv[0], argv[1]);
}

void
cmd_queue_stats(struct ofctl *c, int argc, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    uint32_t port = queue_port(c, argc, argv);
    enum ofp_version version = talk_version(t);
    struct wr *w = talk_begin(t, OFPST_QUEUE_REQUEST);
    if (version == OFP_10) {
        wr_be16(w, (uint16_t)(port == OFP_PORT_NONE ? OFP_PORT_ALL : port));
        wr_zeros(w, 2);
    } else {
        ofp_port_put(w, version, port);
    }
    wr_be32(w, queue_argument(argc, argv, 2));
    talk_dump(t);
    talk_close(t);
}

/* Asks for the queues of PORT; before OpenFlow 1.4 for all of them. */
static void
dump_queue_config(struct talk *t, uint32_t port, uint32_t queue)
{
    ofp_queue_config_request_put(talk_make(t), talk_version(t), vconn_new_xid(), port, queue);
    talk_dump(t);
}

void
cmd_queue_get_config(struct ofctl *c, int argc, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    uint32_t port = queue_port(c, argc, argv), queue = queue_argument(argc, argv, 2);
    if (talk_version(t) > OFP_10 || port != OFP_PORT_NONE) {
        dump_queue_config(t, port, queue);
    } else { /* OpenFlow 1.0 has no "any port" */
        size_t n;
        const struct ofp_port_desc *ports = names_describe_ports(c, argv[0], &n);
        for (size_t i = 0; i < n; i++) {
            if (ports[i].port < OFP_PORT_MAX) {
                dump_queue_config(t, ports[i].port, queue);
            }
        }
    }
    talk_close(t);
}

/* -- Fragments -- */

static const char *const frags_names[] = {"normal", "drop", "reassemble", "nx-match"};

void
cmd_get_frags(struct ofctl *c, int argc UNUSED, char *argv[])
{
    struct talk *t = talk_open(c, argv[0]);
    puts(frags_names[talk_get_config(t).frags]);
    talk_close(t);
}

void
cmd_set_frags(struct ofctl *c, int argc UNUSED, char *argv[])
{
    size_t frags = 0;
    while (frags < ARRAY_LEN(frags_names) && strcmp(frags_names[frags], argv[1]) != 0) {
        frags++;
    }
    if (frags == ARRAY_LEN(frags_names)) {
        log_fatal("%s: unknown fragment handling mode", argv[1]);
    }
    struct talk *t = talk_open(c, argv[0]);
    struct ofp_switch_config config = talk_get_config(t);
    if (config.frags != frags) {
        uint8_t buffer[64];
        struct wr w = wr_make(buffer, sizeof buffer);
        config.frags = (enum ofp_frags)frags;
        ofp_switch_config_put(&w, OFPT_SET_CONFIG, talk_version(t), vconn_new_xid(), &config);
        talk_tell_message(t, buffer, w.n);
        if (talk_get_config(t).frags != frags) {
            log_fatal("%s: setting fragment handling mode failed (this switch probably doesn't "
                      "support mode \"%s\")",
                      argv[0], argv[1]);
        }
    }
    talk_close(t);
}
