/* SPDX-License-Identifier: Apache-2.0 */
/* Names of OpenFlow versions: the one that is written, and another that is read as well. */
#include "openflow/version.h"

#include <string.h>

static const struct {
    const char *name, *dotted;
} versions[] = {
    [OFP_10] = {"OpenFlow10", "OpenFlow1.0"}, [OFP_11] = {"OpenFlow11", "OpenFlow1.1"},
    [OFP_12] = {"OpenFlow12", "OpenFlow1.2"}, [OFP_13] = {"OpenFlow13", "OpenFlow1.3"},
    [OFP_14] = {"OpenFlow14", "OpenFlow1.4"}, [OFP_15] = {"OpenFlow15", "OpenFlow1.5"},
};
static_assert(ARRAY_LEN(versions) == OFP_VERSION_END, "a name for each");

const char *
ofp_version_name(enum ofp_version version)
{
    return version >= OFP_10 && version < OFP_VERSION_END ? versions[version].name : NULL;
}

enum ofp_version
ofp_version_find(const char *text)
{
    enum ofp_version v = OFP_10;
    while (v < OFP_VERSION_END && strcmp(text, versions[v].name) &&
           strcmp(text, versions[v].dotted)) {
        v++;
    }
    return v < OFP_VERSION_END ? v : 0;
}
