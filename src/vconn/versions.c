/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of versions as text, in Open vSwitch's words. */
#include "vconn/vconn.h"

#include <string.h>

#include "os/err_format.h"
#include "text/str.h"

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

int
ofp_versions_parse(const char *text, ofp_versions *versions, struct err *e)
{
    static const char gaps[] = " ,\r\n\t";
    ofp_versions all = 0;
    for (const char *p = text + strspn(text, gaps); *p; p += strspn(p, gaps)) {
        size_t n = strcspn(p, gaps);
        enum ofp_version v = OFP_10;
        while (v < OFP_VERSION_END &&
               (strlen(ofp_version_name(v)) != n || strncasecmp(ofp_version_name(v), p, n))) {
            v++;
        }
        if (v == OFP_VERSION_END) {
            return err_fail(e, -E_INVAL, "Unknown OpenFlow version: \"%.*s\"", (int)n, p);
        }
        all |= 1u << v;
        p += n;
    }
    *versions = all;
    return 0;
}
