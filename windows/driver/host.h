/* SPDX-License-Identifier: Apache-2.0 */
/* The driver as host of the core: what the datapath (dp_env) and its server (dp_server_host) ask
 * of it. */
#pragma once

#include "driver/driver.h"

/* Makes the datapath, its CPUs and its server. 0 or -E_NOMEM. */
_IRQL_requires_(PASSIVE_LEVEL)
_Must_inspect_result_ int host_start(_Inout_ struct driver *driver);
/* Ends them, if there are any, and defers what is left. Nothing comes in any more. */
_IRQL_requires_(PASSIVE_LEVEL)
void host_stop(_Inout_ struct driver *driver);
