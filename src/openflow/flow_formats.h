/* SPDX-License-Identifier: Apache-2.0 */
/* Flow formats: the ways to say a flow in a message, each of one version of OpenFlow, and which of
 * them can say what (ovs-ofctl(8), -F). Constant tables; any thread. */
#pragma once

#include "base/err.h"
#include "openflow/actions.h"
#include "openflow/match.h"
#include "openflow/version.h"

/* In the order in which they are preferred where several would do. */
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
    FORMAT_ANY = (1 << 9) - 1,

    FORMAT_10_ANY = FORMAT_OF10 | FORMAT_OF10_TID,
    FORMAT_NXM_ANY = FORMAT_NXM | FORMAT_NXM_TID,
    FORMAT_13_UP = FORMAT_OXM13 | FORMAT_OXM14 | FORMAT_OXM15,
    FORMAT_OXM_ANY = FORMAT_OXM12 | FORMAT_13_UP,
    FORMAT_11_UP = FORMAT_OF11 | FORMAT_OXM_ANY,
    FORMAT_NXM_OXM = FORMAT_NXM_ANY | FORMAT_OXM_ANY,
    FORMAT_NXM_11_UP = FORMAT_NXM_ANY | FORMAT_11_UP,
    FORMAT_VERSION_10 = FORMAT_10_ANY | FORMAT_NXM_ANY,
    FORMAT_TID = FORMAT_OF10_TID | FORMAT_NXM_TID | FORMAT_OF11 | FORMAT_OXM_ANY,
};
typedef unsigned int flow_formats;

/* The formats that TEXT, words with commas between them, names. -E_INVAL with the reference's
 * words. */
int flow_formats_parse(const char *text, flow_formats *, struct err *);
/* Names for exactly FORMATS, abbreviations first: "OpenFlow10,NXM"; the caller frees it. */
char *flow_formats_text(flow_formats);
/* The formats that some version has, and the versions that have some format; bit N of a set of
 * versions is the version that the header calls N. */
flow_formats flow_formats_of(uint32_t versions);
uint32_t flow_formats_versions(flow_formats);
/* The version of FORMAT, one of them. */
enum ofp_version flow_format_version(flow_formats format);

/* The formats that can say all that M matches. */
flow_formats flow_formats_of_match(const struct of_match *m);
/* Those that can say a field by the name ID, whatever becomes of it by what else is said. */
flow_formats flow_formats_of_word(enum of_field_id id, bool is_masked);
/* Those that can say all actions of LIST. */
flow_formats flow_formats_of_actions(const void *list, size_t size);
