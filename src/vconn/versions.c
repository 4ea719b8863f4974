/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of versions as text, in Open vSwitch's words. */
#include "text/str.h"
#include "vconn/vconn.h"

char *
ofp_versions_text(ofp_versions versions)
{
    struct str s = STR_INIT;
    bool several = versions & (versions - 1);
    if (several && !((versions + 2) & versions)) { /* all from the first on */
        str_putf(&s, "version 0x%02x and earlier", ofp_versions_newest(versions));
        return str_take(&s);
    }
    str_puts(&s, several ? "versions" : "version");
    const char *gap = " ";
    for (unsigned int v = 0; v < 32; v++) {
        if (versions & (1u << v)) {
            str_putf(&s, "%s0x%02x", gap, v);
            gap = ", ";
        }
    }
    return str_take(&s);
}
