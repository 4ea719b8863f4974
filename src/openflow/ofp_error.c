/* SPDX-License-Identifier: Apache-2.0 */
/* The table of errors, walked both ways. Errors are rare: no index. */
#include "openflow/ofp_error.h"

#include <string.h>

enum { NICIRA = 0x00002320, ONF_ID = 0x4f4e4600 };

#define S(TYPE, CODE)                                                                             \
    {                                                                                             \
        OFP_ERR_STANDARD, 0, TYPE, CODE                                                           \
    }
#define NX(TYPE, CODE)                                                                            \
    {                                                                                             \
        OFP_ERR_VENDOR, NICIRA, TYPE, CODE                                                        \
    }
#define NXE(TYPE)                                                                                 \
    {                                                                                             \
        OFP_ERR_EXPERIMENTER, NICIRA, TYPE, 0                                                     \
    }
#define ONF(TYPE)                                                                                 \
    {                                                                                             \
        OFP_ERR_EXPERIMENTER, ONF_ID, TYPE, 0                                                     \
    }
#define NO                                                                                        \
    {                                                                                             \
        OFP_ERR_NONE, 0, 0, 0                                                                     \
    }

static const struct {
    const char *name;
    struct ofp_error_wire wire[OFP_VERSION_END - OFP_10];
} errors[OFP_ERROR_COUNT] = {
#define OFERR(NAME, ...) [NAME] = {#NAME, {__VA_ARGS__}},
#include "openflow/errors.def"
#undef OFERR
};

const char *
ofp_error_name(enum ofp_error e)
{
    return e > OFP_OK && e < OFP_ERROR_COUNT ? errors[e].name : NULL;
}

enum ofp_error
ofp_error_find_name(const char *name)
{
    for (enum ofp_error e = OFP_OK + 1; e < OFP_ERROR_COUNT; e++) {
        if (!strcmp(errors[e].name, name)) {
            return e;
        }
    }
    return OFP_OK;
}

struct ofp_error_wire
ofp_error_wire(enum ofp_error e, enum ofp_version version)
{
    return errors[e].wire[version - OFP_10];
}

enum ofp_error
ofp_error_find(enum ofp_version version, const struct ofp_error_wire *w)
{
    for (enum ofp_error e = OFP_OK + 1; e < OFP_ERROR_COUNT; e++) {
        const struct ofp_error_wire *have = &errors[e].wire[version - OFP_10];
        if (have->kind == w->kind && have->vendor == w->vendor && have->type == w->type &&
            have->code == w->code && have->kind != OFP_ERR_NONE) {
            return e;
        }
    }
    return OFP_OK;
}
