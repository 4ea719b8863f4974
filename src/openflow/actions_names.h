/* SPDX-License-Identifier: Apache-2.0 */
/* Values that actions show as words: the place of a word in its table is the value. Between the
 * files that write and that read actions as text. Constant tables; any thread. */
#pragma once

#include "base/types.h"

struct act_names {
    const char *const *names;
    size_t n;
};

extern const struct act_names act_hash_fields; /* enum of_hash_fields */
extern const struct act_names act_multipath_algorithms;
extern const struct act_names act_bundle_algorithms;
extern const struct act_names act_reasons; /* enum of_reason */

/* The word for VALUE, or NULL. */
const char *act_name_of(const struct act_names *, unsigned int value);
/* The value of the N characters at TEXT; false: none. */
bool act_name_find(const struct act_names *, const char *text, size_t n, unsigned int *value);
