/* SPDX-License-Identifier: Apache-2.0 */
/* Matches as messages have them, written with the names of their fields and bytes in hexadecimal:
 * "NXM_OF_ETH_TYPE(0800), NXM_NX_REG0_W(00000005/000000ff)"; as ovs-ofctl's parse-nxm and
 * parse-oxm take and show them. Any thread. */
#pragma once

#include "base/cursor.h"
#include "base/err.h"
#include "text/str.h"

/* Appends the fields at R, "<any>" for none. */
void of_oxm_text_put(struct str *, struct rd r);
/* Appends the fields that TEXT says. A name may be the header itself, eight hexadecimal digits.
 * -E_INVAL with the reference's words; W is bad where it has no room. */
int of_oxm_text_parse(const char *text, struct wr *w, struct err *e);
