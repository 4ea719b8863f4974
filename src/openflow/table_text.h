/* SPDX-License-Identifier: Apache-2.0 */
/* Numbers and names of flow tables as text. Any thread. */
#pragma once

#include "openflow/flow_names.h"

/* Reads the N characters at TEXT: a decimal number up to 255, or a name that NAMES (NULL: none)
 * knows. False: neither; a number that is no table's is logged. */
bool of_table_parse(const char *text, size_t n, const struct ofp_table_names *names,
                    uint8_t *table);
/* Appends a table's name, in quotes where it is not plain, or else its number. */
void of_table_put(struct str *, uint8_t table, const struct ofp_table_names *names);
