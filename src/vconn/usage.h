/* SPDX-License-Identifier: Apache-2.0 */
/* What programs that speak OpenFlow print in --help. Main thread. */
#pragma once

#include "base/types.h"

/* The connection methods. */
void vconn_print_usage(bool passive_too);
/* The options that choose versions. */
void ofp_versions_print_usage(void);
