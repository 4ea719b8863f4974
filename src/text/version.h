/* SPDX-License-Identifier: Apache-2.0 */
/* What --version and the version command say. Clients parse the first line, which names the
 * level of Open vSwitch that Weft speaks for; the second is Weft's own. Any thread. */
#pragma once

#include "base/types.h"

/* "PROGRAM (Open vSwitch) LEVEL\nWeft VERSION\n", the caller's to free. PROGRAM NULL: this one. */
char *version_text(const char *program);
/* The same on standard output. */
void version_print(void);
/* "4.0.0" and "0.1.0". */
const char *version_level(void);
const char *version_weft(void);
