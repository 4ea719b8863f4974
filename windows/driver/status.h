/* SPDX-License-Identifier: Apache-2.0 */
/* The system's status codes for the core's errors. Any IRQL; no state. */
#pragma once

#include "driver/kernel.h"

/* The status that says what ERROR (0 or a negative E_*) says. */
NTSTATUS status_from_error(_In_ int error);
