/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of OpenFlow, numbered as in the header of every message. Any context. */
#pragma once

#include "base/types.h"

enum ofp_version { OFP_10 = 1, OFP_11, OFP_12, OFP_13, OFP_14, OFP_15, OFP_VERSION_END };

/* "OpenFlow13"; NULL for a number that is no version. */
const char *ofp_version_name(enum ofp_version);
/* The version that TEXT names ("OpenFlow13", or "OpenFlow1.3" as ovsdb has it), or 0. */
enum ofp_version ofp_version_find(const char *text);
