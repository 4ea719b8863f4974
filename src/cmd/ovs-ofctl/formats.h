/* SPDX-License-Identifier: Apache-2.0 */
/* Flow formats: the ways to say a flow in a message, each of one or two versions of OpenFlow
 * (ovs-ofctl(8), -F). Constant tables; any thread. */
#pragma once

#include "vconn/vconn.h"

/* In the order in which the reference prefers them where several would do. */
enum flow_format {
    FORMAT_OF10 = 1 << 0,     /* OpenFlow 1.0's match */
    FORMAT_OF10_TID = 1 << 1, /* with the table's number in the command */
    FORMAT_NXM = 1 << 2,      /* Nicira's match in OpenFlow 1.0 */
    FORMAT_NXM_TID = 1 << 3,
    FORMAT_OF11 = 1 << 4,
    FORMAT_OXM12 = 1 << 5,
    FORMAT_OXM13 = 1 << 6,
    FORMAT_OXM14 = 1 << 7,
    FORMAT_OXM15 = 1 << 8,
    FORMAT_ANY = (1 << 9) - 1
};
typedef unsigned int flow_formats;

/* The formats that TEXT, words with commas between them, names. -E_INVAL with the reference's
 * words. */
int flow_formats_parse(const char *text, flow_formats *, struct err *);
/* Names for exactly FORMATS, abbreviations first: "OpenFlow10,NXM"; the caller frees it. */
char *flow_formats_text(flow_formats);
/* The formats that some version has, and the versions that have some format. */
flow_formats flow_formats_of(ofp_versions);
ofp_versions flow_formats_versions(flow_formats);
