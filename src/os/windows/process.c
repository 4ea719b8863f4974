/* SPDX-License-Identifier: Apache-2.0 */
/* Process facts on Windows: there is no limit of descriptors to raise. Any thread. */
#include "os/process.h"

void
os_raise_fd_limit(void)
{
}
