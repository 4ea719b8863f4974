/* SPDX-License-Identifier: Apache-2.0 */
/* GetLastError() values as error codes. Any thread. */
#include "os/err_format.h"

#include <windows.h>

static const struct {
    unsigned long win32;
    int code;
} codes[] = {
    {ERROR_FILE_NOT_FOUND, -E_NOENT},
    {ERROR_PATH_NOT_FOUND, -E_NOENT},
    {ERROR_ACCESS_DENIED, -E_ACCES},
    {ERROR_SHARING_VIOLATION, -E_AGAIN},
    {ERROR_LOCK_VIOLATION, -E_AGAIN},
    {ERROR_NOT_ENOUGH_MEMORY, -E_NOMEM},
    {ERROR_OUTOFMEMORY, -E_NOMEM},
    {ERROR_FILE_EXISTS, -E_EXIST},
    {ERROR_ALREADY_EXISTS, -E_EXIST},
    {ERROR_BROKEN_PIPE, -E_PIPE},
    {ERROR_PIPE_BUSY, -E_BUSY},
    {ERROR_BUSY, -E_BUSY},
    {ERROR_DISK_FULL, -E_NOSPC},
    {ERROR_INVALID_PARAMETER, -E_INVAL},
    {ERROR_INVALID_NAME, -E_INVAL},
    {ERROR_NOT_SUPPORTED, -E_NOTSUP},
    {ERROR_INVALID_FUNCTION, -E_NOTSUP},
    {ERROR_OPERATION_ABORTED, -E_CANCELED},
    {ERROR_SEM_TIMEOUT, -E_TIMEDOUT},
    {ERROR_NOT_READY, -E_NXIO},
    {ERROR_DEV_NOT_EXIST, -E_NODEV},
    {ERROR_BAD_UNIT, -E_NODEV},
    {ERROR_INSUFFICIENT_BUFFER, -E_MSGSIZE},
    {ERROR_MORE_DATA, -E_MSGSIZE},
    {ERROR_HANDLE_EOF, -E_EOF},
};

int
err_from_win32(unsigned long win32)
{
    if (win32 == ERROR_SUCCESS) {
        return 0;
    }
    for (size_t i = 0; i < ARRAY_LEN(codes); i++) {
        if (codes[i].win32 == win32) {
            return codes[i].code;
        }
    }
    return -E_UNKNOWN;
}
