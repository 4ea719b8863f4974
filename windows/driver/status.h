/* SPDX-License-Identifier: Apache-2.0 */
/* The system's status codes for the core's errors and back. Any IRQL; no state. */
#pragma once

#include "driver/kernel.h"

/* The status that says what ERROR (0 or a negative E_*) says. */
NTSTATUS status_from_error(_In_ int error);
/* 0 for a success or a pending status, else the nearest negative E_*. */
int status_to_error(_In_ NTSTATUS status);
