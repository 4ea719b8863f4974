/* SPDX-License-Identifier: Apache-2.0 */
/* The driver in the native simulator, for tests that want more than the corpus: see corpus.h for
 * the rest of the host. */
#pragma once

#include "corpus.h"

/* Another transport to it; a dpif_transport_open_fn. */
int host_native_open(void *aux, struct os_loop *, struct dpif_transport **);
