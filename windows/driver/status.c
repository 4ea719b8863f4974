/* SPDX-License-Identifier: Apache-2.0 */
/* NTSTATUS for E_*, by a table. What is not in it is STATUS_UNSUCCESSFUL. */
#include "driver/status.h"

#include "base/err.h"

static const struct {
    int error;
    NTSTATUS status;
} rows[] = {
    {E_OK, STATUS_SUCCESS},
    {E_NOMEM, STATUS_INSUFFICIENT_RESOURCES},
    {E_INVAL, STATUS_INVALID_PARAMETER},
    {E_NOENT, STATUS_NOT_FOUND},
    {E_EXIST, STATUS_OBJECT_NAME_COLLISION},
    {E_NODEV, STATUS_NO_SUCH_DEVICE},
    {E_BUSY, STATUS_DEVICE_BUSY},
    {E_PERM, STATUS_ACCESS_DENIED},
    {E_NOTSUP, STATUS_NOT_SUPPORTED},
    {E_MSGSIZE, STATUS_BUFFER_TOO_SMALL},
    {E_OVERFLOW, STATUS_BUFFER_TOO_SMALL},
    {E_NOBUFS, STATUS_INSUFFICIENT_RESOURCES},
    {E_CANCELED, STATUS_CANCELLED},
};

_Use_decl_annotations_
NTSTATUS
status_from_error(int error)
{
    for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
        if (rows[i].error == -error) {
            return rows[i].status;
        }
    }
    return STATUS_UNSUCCESSFUL;
}
