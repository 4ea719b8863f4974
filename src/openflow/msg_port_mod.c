/* SPDX-License-Identifier: Apache-2.0 */
#include "openflow/msg_port_mod.h"

#include "openflow/ofp_printers.h"
#include "openflow/ofp_prop.h"
#include "text/network.h"

enum { PROP_ETHERNET = 0 };

static enum ofp_error
get_props(struct rd *r, struct ofp_port_mod *pm)
{
    while (rd_left(r)) {
        struct ofp_prop p;
        enum ofp_error error = ofp_prop_get(r, &p);
        if (error) {
            return error;
        }
        if (p.type == PROP_ETHERNET) {
            pm->advertise = ofp_port_features_from_wire(OFP_14, rd_be32(&p.body));
            if (p.body.bad || rd_left(&p.body)) {
                return OFPBPC_BAD_LEN;
            }
        }
    }
    return OFP_OK;
}

enum ofp_error
ofp_port_mod_get(const struct ofp_msg *m, struct ofp_port_mod *pm)
{
    struct rd r = m->body;
    uint8_t version = m->version;
    memset(pm, 0, sizeof *pm);
    enum ofp_error error = ofp_port_get(&r, version, &pm->port);
    rd_skip(&r, version >= OFP_11 ? 4 : 0);
    rd_copy(&r, pm->mac, sizeof pm->mac);
    rd_skip(&r, version >= OFP_11 ? 2 : 0);
    uint32_t config = rd_be32(&r) & ofp_port_config_known(version);
    pm->mask = rd_be32(&r) & ofp_port_config_known(version);
    pm->config = config & pm->mask;
    if (error || version >= OFP_14) {
        return error ? error : get_props(&r, pm);
    }
    pm->advertise = ofp_port_features_from_wire(version, rd_be32(&r));
    return OFP_OK;
}

void
ofp_port_mod_put(struct wr *w, enum ofp_version version, uint32_t xid,
                 const struct ofp_port_mod *pm)
{
    size_t begin = ofp_msg_begin(w, OFPT_PORT_MOD, version, xid);
    uint32_t advertise = ofp_port_features_to_wire(version, pm->advertise);
    ofp_port_put(w, version, pm->port);
    wr_zeros(w, version >= OFP_11 ? 4 : 0);
    wr_bytes(w, pm->mac, sizeof pm->mac);
    wr_zeros(w, version >= OFP_11 ? 2 : 0);
    wr_be32(w, pm->config & ofp_port_config_known((uint8_t)version));
    wr_be32(w, pm->mask & ofp_port_config_known((uint8_t)version));
    if (version < OFP_14) {
        wr_be32(w, advertise);
        wr_zeros(w, 4);
    } else if (advertise) {
        size_t at = ofp_prop_begin(w, PROP_ETHERNET);
        wr_be32(w, advertise);
        ofp_prop_end(w, at);
    }
    ofp_msg_end(w, begin);
}

enum ofp_error
ofp_print_port_mod(struct str *s, const struct ofp_msg *m, const struct ofp_print *how)
{
    struct ofp_port_mod pm;
    enum ofp_error error = ofp_port_mod_get(m, &pm);
    if (error) {
        return error;
    }
    str_puts(s, " port: ");
    of_port_put(s, pm.port, how->ports);
    str_puts(s, ": addr:");
    str_put_mac(s, pm.mac);
    str_puts(s, "\n     config: ");
    ofp_port_config_put(s, pm.config);
    str_puts(s, "\n     mask:   ");
    ofp_port_config_put(s, pm.mask);
    str_puts(s, "\n     advertise: ");
    if (pm.advertise) {
        ofp_port_features_put(s, pm.advertise);
    } else {
        str_puts(s, "UNCHANGED");
    }
    return OFP_OK;
}
