/* SPDX-License-Identifier: Apache-2.0 */
/* Errors that OpenFlow peers tell each other: one number here for what every version and vendor
 * numbers in its own way (errors.def). Decoders return one, 0 for none. Constant tables; any
 * context. */
#pragma once

#include "openflow/version.h"

enum ofp_error {
    OFP_OK,
#define OFERR(NAME, ...) NAME,
#include "openflow/errors.def"
#undef OFERR
    OFP_ERROR_COUNT
};

/* How an error travels. */
enum ofp_error_kind {
    OFP_ERR_NONE,         /* not in this version */
    OFP_ERR_STANDARD,     /* type, code */
    OFP_ERR_VENDOR,       /* Nicira's of 1.0 and 1.1: type 0xb0c2, then vendor, type, code */
    OFP_ERR_EXPERIMENTER, /* from 1.2 on: type 0xffff, then type and experimenter */
};

struct ofp_error_wire {
    uint8_t kind;        /* enum ofp_error_kind */
    uint32_t vendor;     /* of VENDOR, EXPERIMENTER */
    uint16_t type, code; /* EXPERIMENTER has a type only */
};

/* "OFPBMC_BAD_PREREQ", or NULL for a number that is none. */
const char *ofp_error_name(enum ofp_error);
/* The error NAME, or OFP_OK. */
enum ofp_error ofp_error_find_name(const char *name);
/* How ERROR travels in VERSION. */
struct ofp_error_wire ofp_error_wire(enum ofp_error, enum ofp_version);
/* The error that travels so in VERSION, or OFP_OK: unknown. */
enum ofp_error ofp_error_find(enum ofp_version, const struct ofp_error_wire *);
