/* SPDX-License-Identifier: Apache-2.0 */
/* Meters: METER_MOD, and the configurations that OFPST_METER_CONFIG tells. OpenFlow 1.5.1 sections
 * 7.3.4.5 and 7.3.5.15; not before OpenFlow 1.3. Any thread; input may be anything. */
#pragma once

#include "openflow/ofp_msg.h"
#include "text/str.h"

enum ofp_meter_flag {
    OFP_METER_KBPS = 1 << 0,
    OFP_METER_PKTPS = 1 << 1,
    OFP_METER_BURST = 1 << 2,
    OFP_METER_STATS = 1 << 3,
};
enum ofp_meter_band_type { OFP_BAND_DROP = 1, OFP_BAND_DSCP_REMARK = 2 };
enum ofp_meter_command { OFP_METER_ADD, OFP_METER_MODIFY, OFP_METER_DELETE };

/* Meters' numbers that are no meter's of a person. */
#define OFP_METER_MAX        0xffff0000u
#define OFP_METER_SLOWPATH   0xfffffffdu
#define OFP_METER_CONTROLLER 0xfffffffeu
#define OFP_METER_ALL        0xffffffffu

struct ofp_meter_band {
    uint16_t type;             /* enum ofp_meter_band_type */
    uint8_t prec_level;        /* of OFP_BAND_DSCP_REMARK */
    uint32_t rate, burst_size; /* kilobits or packets */
};

/* Owns its bands: ofp_meter_fini(). */
struct ofp_meter {
    uint32_t id;
    uint16_t flags; /* enum ofp_meter_flag; unknown ones too */
    struct ofp_meter_band *bands;
    size_t n_bands, capacity;
};
#define OFP_METER_INIT                                                                            \
    {                                                                                             \
        0, 0, NULL, 0, 0                                                                          \
    }

void ofp_meter_fini(struct ofp_meter *);
/* Adds a band of zeros. */
struct ofp_meter_band *ofp_meter_add_band(struct ofp_meter *);

/* Both replace what METER had, and leave it to be freed whatever they give. */
/* OFPMMFC_BAD_COMMAND, _BAD_FLAGS, _BAD_BAND, OFPBRC_BAD_LEN. */
enum ofp_error ofp_meter_mod_get(const struct ofp_msg *m, enum ofp_meter_command *,
                                 struct ofp_meter *meter);
/* Takes the entry of a reply at R. */
enum ofp_error ofp_meter_config_get(struct rd *r, struct ofp_meter *meter);

void ofp_meter_mod_put(struct wr *w, enum ofp_version version, uint32_t xid,
                       enum ofp_meter_command, const struct ofp_meter *);
/* Appends an entry, for ofp_parts_put(). */
void ofp_meter_config_put(struct wr *w, const struct ofp_meter *);

/* The meter that OFPST_METER_REQUEST or OFPST_METER_CONFIG_REQUEST asks for. */
uint32_t ofp_meter_request_get(const struct ofp_msg *m);
void ofp_meter_request_put(struct wr *w, enum ofp_msg_id id, enum ofp_version version,
                           uint32_t xid, uint32_t meter);

/* -- Text -- */

/* Reads "meter=1,kbps,burst,band=type=drop,rate=5,burst_size=6" as add-meter takes it, or of
 * OFP_METER_DELETE "meter=1" as del-meters, dump-meters and meter-stats do. -E_INVAL with the
 * reference's words; METER is to be freed in any case. */
struct err;
int ofp_meter_parse(const char *text, enum ofp_meter_command, struct ofp_meter *, struct err *);
/* Appends "meter=1 kbps bands=" and a line for each band. */
void ofp_meter_format(struct str *, const struct ofp_meter *);
/* Appends SEPARATOR and the meter's number or word. */
void ofp_meter_put_id(struct str *, uint32_t id, char separator);
/* Appends the words of flags, each with a space after it. */
void ofp_meter_put_flags(struct str *, uint16_t flags);
