/* SPDX-License-Identifier: Apache-2.0 */
/* The table of NXM and OXM headers, found by header through a direct map and by field through a
 * search, since its rows are in the order of the fields. */
#include <string.h>

#include "openflow/fields.h"
#include "openflow/words.h"

enum row {
#define OXM(FIELD, CLASS, NUMBER, NAME, SINCE) ROW_##FIELD##_##CLASS,
#include "openflow/oxm.def"
#undef OXM
    ROW_COUNT
};

static const struct of_oxm rows[ROW_COUNT] = {
#define OXM(FIELD, CLASS, NUMBER, NAME, SINCE) {OF_##FIELD, OXM_##CLASS, NUMBER, NAME, SINCE},
#include "openflow/oxm.def"
#undef OXM
};

/* Row plus one, by class and number. */
static const uint8_t by_header[OXM_CLASS_COUNT][128] = {
#define OXM(FIELD, CLASS, NUMBER, NAME, SINCE)                                                    \
    [OXM_##CLASS][NUMBER] = (uint8_t)(ROW_##FIELD##_##CLASS + 1),
#include "openflow/oxm.def"
#undef OXM
};
static_assert(ROW_COUNT < UINT8_MAX, "a row fits in a byte");

const struct of_oxm_class_info of_oxm_classes[OXM_CLASS_COUNT] = {
    [OXM_NXM_OF] = {0x0000, 0},          [OXM_NXM_NX] = {0x0001, 0},
    [OXM_ERICSSON] = {0x1000, 0},        [OXM_OXM_OF] = {0x8000, 0},
    [OXM_PKT_REG] = {0x8001, 0},         [OXM_ONF_ET] = {0xffff, 0x4f4e4600},
    [OXM_NX_NSH] = {0xffff, 0x005ad650}, [OXM_NX_ET] = {0xffff, 0x00002320},
};

const struct of_oxm *
of_oxm_of(enum of_field_id field, enum ofp_version version)
{
    size_t low = 0, high = ROW_COUNT;
    while (low < high) {
        size_t middle = (low + high) / 2;
        if (rows[middle].field < field) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    const struct of_oxm *found = NULL;
    for (; low < ROW_COUNT && rows[low].field == field; low++) {
        found = rows[low].since <= version ? &rows[low] : found;
    }
    return found;
}

const struct of_oxm *
of_oxm_for(enum of_field_id field, enum ofp_version version)
{
    const struct of_oxm *oxm = of_oxm_of(field, version);
    return oxm ? oxm : of_oxm_of(field, OFP_15);
}

const struct of_oxm *
of_oxm_find(uint16_t oxm_class, uint8_t number, uint32_t experimenter)
{
    enum of_oxm_class c = 0;
    while (c < OXM_CLASS_COUNT && (of_oxm_classes[c].number != oxm_class ||
                                   of_oxm_classes[c].experimenter != experimenter)) {
        c++;
    }
    uint8_t row =
        c < OXM_CLASS_COUNT && number < ARRAY_LEN(by_header[c]) ? by_header[c][number] : 0;
    return row ? &rows[row - 1] : NULL;
}

const struct of_oxm *
of_oxm_find_name(const char *name, size_t n)
{
    for (size_t i = 0; i < ROW_COUNT; i++) {
        if (text_is(rows[i].name, name, n)) {
            return &rows[i];
        }
    }
    return NULL;
}
