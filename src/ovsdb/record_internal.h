/* SPDX-License-Identifier: Apache-2.0 */
/* What the writers of records share. */
#pragma once

#include "ovsdb/record.h"

/* Appends `"uuid":{columns}` of ROW: all that is kept and not the default. With BEFORE, which is
 * ROW's in a transaction, as it was before that. */
void record_put_row(struct str *out, const struct row *row, const struct txn_row *before);
void record_put_comment(struct str *out, const char *comment, size_t n);
