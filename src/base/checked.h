/* SPDX-License-Identifier: Apache-2.0 */
/* Length arithmetic on outside data. Each gives false, and leaves *r alone, on overflow. */
#pragma once

#include "base/types.h"

static inline bool
size_add(size_t a, size_t b, size_t *r)
{
    size_t x;
    if (PORT_ADD_OVERFLOW(a, b, &x)) {
        return false;
    }
    *r = x;
    return true;
}

static inline bool
size_mul(size_t a, size_t b, size_t *r)
{
    size_t x;
    if (PORT_MUL_OVERFLOW(a, b, &x)) {
        return false;
    }
    *r = x;
    return true;
}
