/* SPDX-License-Identifier: Apache-2.0 */
/* The control device of ndis.sys, and how simswitch.exe speaks to it: the request is a command,
 * the reply a character, '0' where it succeeded, and what it says. */
#pragma once

#define NDISSIM_DEVICE      L"\\Device\\NdisSim"
#define NDISSIM_LINK        L"\\??\\NdisSim"
#define NDISSIM_USER_DEVICE "\\\\.\\NdisSim"
/* CTL_CODE(FILE_DEVICE_UNKNOWN, 0x800, METHOD_BUFFERED, FILE_ANY_ACCESS) */
#define NDISSIM_COMMAND   0x00222000
#define NDISSIM_MAX_REPLY (256 * 1024)

/* Makes the device, and takes it away when the commands under way are done. */
void control_start(void);
void control_stop(void);
