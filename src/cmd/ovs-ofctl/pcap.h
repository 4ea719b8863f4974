/* SPDX-License-Identifier: Apache-2.0 */
/* Reading captures: the PCAP format of tcpdump and Wireshark, in either byte order, with times in
 * microseconds or nanoseconds (pcap-savefile(5)). One thread. */
#pragma once

#include <stdio.h>

#include "text/str.h"

struct pcap {
    FILE *file;
    bool swapped, nanoseconds;
};

/* Opens PATH; a file that is no capture ends the process. */
void pcap_open(struct pcap *, const char *path);
void pcap_close(struct pcap *);
/* The next frame into FRAME, and when it was seen, in milliseconds since 1970. False at the end;
 * a file that ends within a frame is logged. */
bool pcap_next(struct pcap *, struct str *frame, uint64_t *when);
