/* SPDX-License-Identifier: Apache-2.0 */
/* Fields that are sets of flags, as text: `syn|ack`, where all bits are meant, or `+trk-new`,
 * where those named are. Any thread. */
#pragma once

#include "openflow/value_text.h"

/* Both by the field's form: TCP, connection tracking or tunnel flags. Values in host order. */
int of_flags_parse(enum of_field_id, const char *text, size_t n, uint32_t *value, uint32_t *mask,
                   struct err *);
void of_flags_put(struct str *, enum of_field_id, uint32_t value, uint32_t mask);
