/* SPDX-License-Identifier: Apache-2.0 */
/* Texts of the error table. */
#include "base/err.h"

static const char *const texts[E_COUNT] = {
    [E_OK] = "Success",
#define ERR(NAME, TEXT, ERRNO) [E_##NAME] = TEXT,
#include "base/err.def"
#undef ERR
};

const char *
err_text(int code)
{
    unsigned int index = code < 0 ? 0u - (unsigned int)code : (unsigned int)code;
    return index < E_COUNT ? texts[index] : texts[E_UNKNOWN];
}
