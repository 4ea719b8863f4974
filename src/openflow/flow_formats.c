/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of flow formats, of their abbreviations, and of what only some of them can say. */
#include "openflow/flow_formats.h"

#include <string.h>

#include "os/err_format.h"
#include "text/str.h"

static const struct {
    const char *name;
    flow_formats formats;
    uint32_t versions; /* 0: an abbreviation */
} rows[] = {
    {"any", FORMAT_ANY, 0},
    {"OpenFlow10", FORMAT_OF10 | FORMAT_OF10_TID, 0},
    {"NXM", FORMAT_NXM | FORMAT_NXM_TID, 0},
    {"OXM", FORMAT_OXM12 | FORMAT_OXM13 | FORMAT_OXM14 | FORMAT_OXM15, 0},
    {"OpenFlow10-table_id", FORMAT_OF10, 1 << OFP_10},
    {"OpenFlow10+table_id", FORMAT_OF10_TID, 1 << OFP_10},
    {"NXM-table_id", FORMAT_NXM, 1 << OFP_10},
    {"NXM+table_id", FORMAT_NXM_TID, 1 << OFP_10},
    {"OpenFlow11", FORMAT_OF11, 1 << OFP_11},
    {"OXM-OpenFlow12", FORMAT_OXM12, 1 << OFP_12},
    {"OXM-OpenFlow13", FORMAT_OXM13, 1 << OFP_13},
    {"OXM-OpenFlow14", FORMAT_OXM14, 1 << OFP_14},
    {"OXM-OpenFlow15", FORMAT_OXM15, 1 << OFP_15},
};

int
flow_formats_parse(const char *text, flow_formats *formats, struct err *e)
{
    flow_formats all = 0;
    for (const char *p = text; *p;) {
        size_t n = strcspn(p, ",");
        size_t i = 0;
        while (i < ARRAY_LEN(rows) &&
               (strlen(rows[i].name) != n || strncasecmp(rows[i].name, p, n))) {
            i++;
        }
        if (n && i == ARRAY_LEN(rows)) {
            return err_fail(e, -E_INVAL, "%.*s: unknown flow protocol", (int)n, p);
        }
        all |= n ? rows[i].formats : 0;
        p += n + (p[n] == ',');
    }
    if (!all) {
        return err_fail(e, -E_INVAL, "%s: no flow protocol specified", text);
    }
    *formats = all;
    return 0;
}

char *
flow_formats_text(flow_formats formats)
{
    struct str s = STR_INIT;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if ((formats & rows[i].formats) == rows[i].formats) {
            str_putf(&s, "%s%s", s.n ? "," : "", rows[i].name);
            formats &= ~rows[i].formats;
        }
    }
    return str_take(&s);
}

flow_formats
flow_formats_of(uint32_t versions)
{
    flow_formats formats = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        formats |= versions & rows[i].versions ? rows[i].formats : 0;
    }
    return formats;
}

uint32_t
flow_formats_versions(flow_formats formats)
{
    uint32_t versions = 0;
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        versions |= formats & rows[i].formats ? rows[i].versions : 0;
    }
    return versions;
}

enum ofp_version
flow_format_version(flow_formats format)
{
    enum ofp_version v = OFP_10;
    while (!(flow_formats_versions(format) & 1u << v)) {
        v++;
    }
    return v;
}
