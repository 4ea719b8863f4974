/* SPDX-License-Identifier: Apache-2.0 */
/* The version texts of all programs, from what the build was configured with. */
#include "text/version.h"

#include <stdio.h>

#include "config.h"
#include "os/log.h"
#include "os/mem.h"

char *
version_text(const char *program)
{
    return xasprintf("%s (Open vSwitch) %s\nWeft %s\n", program ? program : log_program_name(),
                     OVS_LEVEL, WEFT_VERSION);
}

void
version_print(void)
{
    char *text = version_text(NULL);
    fputs(text, stdout);
    os_free(text);
}

const char *
version_level(void)
{
    return OVS_LEVEL;
}

const char *
version_weft(void)
{
    return WEFT_VERSION;
}
