/* SPDX-License-Identifier: Apache-2.0 */
/* Sets of fields as tables say which they can match and set: their text, and their headers. Any
 * thread. */
#pragma once

#include "base/cursor.h"
#include "openflow/fields.h"
#include "openflow/ofp_error.h"
#include "text/str.h"

bool of_field_set_is_empty(const struct of_field_set *);
/* Fields in the order of ovs-fields(7): the field at PLACE, which is below OF_FIELD_COUNT; and the
 * place of a field. */
enum of_field_id of_field_at(size_t place);
size_t of_field_place(enum of_field_id);

/* Appends them in that order with spaces between them; what begins alike is told once, and three
 * in a row by the first and the last: "tun_{id,metadata0...metadata3} eth_src". */
void of_field_set_put(struct str *, const struct of_field_set *);

/* Headers of NXM and OXM, all that R has, one for each field; unknown ones are passed over.
 * *MASKED are those whose header says that they can have a mask; NULL: none may. OFPBMC_BAD_LEN,
 * _BAD_MASK. */
enum ofp_error of_field_set_get(struct rd *r, struct of_field_set *set,
                                struct of_field_set *masked);
/* Appends the headers that VERSION has for SET, with room for a mask for those in MASKED (may be
 * NULL). */
void of_field_set_put_headers(struct wr *w, const struct of_field_set *set,
                              const struct of_field_set *masked, enum ofp_version version);
