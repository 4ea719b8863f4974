/* SPDX-License-Identifier: Apache-2.0 */
/* Between daemons and the service control manager. Main thread of the daemon. */
#pragma once

#include "os/daemon.h"

/* Does this process run as a service? */
bool service_is_running(void);
/* The service works. RESTART: let the manager start it again when it fails. */
void service_report_running(bool restart);
