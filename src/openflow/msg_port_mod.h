/* SPDX-License-Identifier: Apache-2.0 */
/* Changing a port. OpenFlow 1.0.2 section 5.3.3, 1.5.1 section 7.3.4.3. Any thread. */
#pragma once

#include "openflow/msg_port.h"

struct ofp_port_mod {
    uint32_t port;
    uint8_t mac[6];        /* the port's, to be sure that it is the one that is meant */
    uint32_t config, mask; /* enum ofp_port_config; only bits of MASK are set in CONFIG */
    uint32_t advertise;    /* enum ofp_port_feature; 0: as it is */
};

/* OFPBAC_BAD_OUT_PORT, OFPBPC_*. */
enum ofp_error ofp_port_mod_get(const struct ofp_msg *m, struct ofp_port_mod *);
void ofp_port_mod_put(struct wr *w, enum ofp_version version, uint32_t xid,
                      const struct ofp_port_mod *);
