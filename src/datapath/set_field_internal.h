/* SPDX-License-Identifier: Apache-2.0 */
/* What set_field.c needs from its neighbours in this folder. */
#pragma once

#include "base/err.h"
#include "base/types.h"

/* SCTP's checksum over a packet of SIZE bytes (at least 12) at P, as if its checksum field were
 * 0, in the form to store with put_be32(). */
uint32_t sctp_crc(const uint8_t *p, uint32_t size);
