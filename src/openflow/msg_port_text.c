/* SPDX-License-Identifier: Apache-2.0 */
/* Ports as text, in several lines each. */
#include "openflow/msg_port.h"
#include "openflow/ofp_printers.h"
#include "text/network.h"

static const struct ofp_bit_name config_names[] = {
    {OFP_PC_PORT_DOWN, "PORT_DOWN"},       {OFP_PC_NO_STP, "NO_STP"},
    {OFP_PC_NO_RECV, "NO_RECV"},           {OFP_PC_NO_RECV_STP, "NO_RECV_STP"},
    {OFP_PC_NO_FLOOD, "NO_FLOOD"},         {OFP_PC_NO_FWD, "NO_FWD"},
    {OFP_PC_NO_PACKET_IN, "NO_PACKET_IN"},
};

static const struct ofp_bit_name feature_names[] = {
    {OFP_PF_10MB_HD, "10MB-HD"},   {OFP_PF_10MB_FD, "10MB-FD"},
    {OFP_PF_100MB_HD, "100MB-HD"}, {OFP_PF_100MB_FD, "100MB-FD"},
    {OFP_PF_1GB_HD, "1GB-HD"},     {OFP_PF_1GB_FD, "1GB-FD"},
    {OFP_PF_10GB_FD, "10GB-FD"},   {OFP_PF_40GB_FD, "40GB-FD"},
    {OFP_PF_100GB_FD, "100GB-FD"}, {OFP_PF_1TB_FD, "1TB-FD"},
    {OFP_PF_OTHER, "OTHER"},       {OFP_PF_COPPER, "COPPER"},
    {OFP_PF_FIBER, "FIBER"},       {OFP_PF_AUTONEG, "AUTO_NEG"},
    {OFP_PF_PAUSE, "AUTO_PAUSE"},  {OFP_PF_PAUSE_ASYM, "AUTO_PAUSE_ASYM"},
};

static const struct ofp_bit_name state_names[] = {
    {OFP_PS_LINK_DOWN, "LINK_DOWN"}, {OFP_PS_BLOCKED, "BLOCKED"}, {OFP_PS_LIVE, "LIVE"}};

void
ofp_port_features_put(struct str *s, uint32_t features)
{
    ofp_put_bits(s, features, feature_names, ARRAY_LEN(feature_names), ' ');
}

void
ofp_port_config_put(struct str *s, uint32_t config)
{
    ofp_put_bits(s, config, config_names, ARRAY_LEN(config_names), ' ');
}

/* The state of OpenFlow 1.0: what spanning tree says, and then, without a gap, the link. */
static void
put_state(struct str *s, uint32_t state)
{
    static const char *const stp[] = {"", "STP_LEARN", "STP_FORWARD", "STP_BLOCK"};
    uint32_t rest = state & ~(uint32_t)OFP_PS_STP_MASK;
    str_puts(s, stp[(state & OFP_PS_STP_MASK) >> 8]);
    if (rest || !state) {
        ofp_put_bits(s, rest, state_names, ARRAY_LEN(state_names), ' ');
    }
}

static void
put_features(struct str *s, const char *name, uint32_t features)
{
    if (features) {
        str_putf(s, "     %-12s", name);
        ofp_port_features_put(s, features);
        str_putc(s, '\n');
    }
}

void
ofp_port_desc_format(struct str *s, const struct ofp_port_desc *d,
                     const struct of_port_names *names)
{
    of_port_put(s, d->port, names);
    str_putf(s, "(%s): addr:", d->name);
    str_put_mac(s, d->mac);
    str_puts(s, "\n     config:     ");
    ofp_port_config_put(s, d->config);
    str_puts(s, "\n     state:      ");
    put_state(s, d->state);
    str_putc(s, '\n');
    put_features(s, "current:", d->current);
    put_features(s, "advertised:", d->advertised);
    put_features(s, "supported:", d->supported);
    put_features(s, "peer:", d->peer);
    str_putf(s, "     speed: %u Mbps now, %u Mbps max", d->current_kbps / 1000,
             d->max_kbps / 1000);
}

/* Puts PORTS[N] where it belongs among those before it, which are in order. */
static void
sort_in(struct ofp_port_desc *ports, size_t n)
{
    struct ofp_port_desc last = ports[n];
    size_t at = n;
    for (; at && ports[at - 1].port > last.port; at--) {
        ports[at] = ports[at - 1];
    }
    ports[at] = last;
}

enum ofp_error
ofp_port_descs_format(struct str *s, struct rd *r, uint8_t version,
                      const struct of_port_names *names)
{
    struct ofp_port_desc *ports = NULL;
    size_t n = 0, capacity = 0;
    enum ofp_error error = OFP_OK;
    while (!error && rd_left(r)) {
        if (n == capacity) {
            ports = xgrow(ports, &capacity, sizeof *ports);
        }
        error = ofp_port_desc_get(r, version, &ports[n]);
        if (!error) {
            sort_in(ports, n++);
        }
    }
    for (size_t i = 0; i < n; i++) {
        str_putc(s, ' ');
        ofp_port_desc_format(s, &ports[i], names);
        str_putc(s, '\n');
    }
    os_free(ports);
    return error;
}

enum ofp_error
ofp_print_port_status(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    static const char *const reasons[] = {"ADD", "DEL", "MOD"};
    enum ofp_port_reason reason;
    struct ofp_port_desc d;
    enum ofp_error error = ofp_port_status_get(m, &reason, &d);
    if (!error) {
        str_putf(s, " %s: ", reasons[reason]);
        ofp_port_desc_format(s, &d, how->ports);
    }
    return error;
}
