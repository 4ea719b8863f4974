/* SPDX-License-Identifier: Apache-2.0 */
/* mod-port: how a port behaves. */
#include <string.h>

#include "cmd/ovs-ofctl/names.h"
#include "cmd/ovs-ofctl/talk.h"
#include "openflow/msg_port_mod.h"
#include "os/log.h"

static const struct {
    const char *name;
    uint32_t mask, config;
} port_actions[] = {
    {"up", OFP_PC_PORT_DOWN, 0},
    {"down", OFP_PC_PORT_DOWN, OFP_PC_PORT_DOWN},
    {"stp", OFP_PC_NO_STP, 0},
    {"no-stp", OFP_PC_NO_STP, OFP_PC_NO_STP},
    {"receive", OFP_PC_NO_RECV, 0},
    {"no-receive", OFP_PC_NO_RECV, OFP_PC_NO_RECV},
    {"receive-stp", OFP_PC_NO_RECV_STP, 0},
    {"no-receive-stp", OFP_PC_NO_RECV_STP, OFP_PC_NO_RECV_STP},
    {"flood", OFP_PC_NO_FLOOD, 0},
    {"no-flood", OFP_PC_NO_FLOOD, OFP_PC_NO_FLOOD},
    {"forward", OFP_PC_NO_FWD, 0},
    {"no-forward", OFP_PC_NO_FWD, OFP_PC_NO_FWD},
    {"packet-in", OFP_PC_NO_PACKET_IN, 0},
    {"no-packet-in", OFP_PC_NO_PACKET_IN, OFP_PC_NO_PACKET_IN},
};

void
cmd_mod_port(struct ofctl *c, int argc UNUSED, char *argv[])
{
    uint8_t msg[64];
    struct wr w = wr_make(msg, sizeof msg);
    const struct ofp_port_desc *port = names_describe_port(c, argv[0], argv[1]);
    size_t i = 0;
    while (i < ARRAY_LEN(port_actions) && strcasecmp(port_actions[i].name, argv[2]) != 0) {
        i++;
    }
    if (i == ARRAY_LEN(port_actions)) {
        log_fatal("unknown mod-port command '%s'", argv[2]);
    }
    struct ofp_port_mod mod = {
        .port = port->port, .config = port_actions[i].config, .mask = port_actions[i].mask};
    memcpy(mod.mac, port->mac, sizeof mod.mac);
    struct talk *t = talk_open(c, argv[0]);
    ofp_port_mod_put(&w, talk_version(t), vconn_new_xid(), &mod);
    talk_tell_message(t, msg, w.n);
    talk_close(t);
}
