/* SPDX-License-Identifier: Apache-2.0 */
/* The simulator's host in Wine: our ndis.sys, loaded in place of Wine's by whatever driver imports
 * it.  There is no IRQL here, and nobody to tell of a broken rule but whoever sends the next
 * command and the file C:\ndissim.log, which is all that is left when the driver has been
 * unloaded. */
#include "simswitch/sim_internal.h"
#include "simswitch/host_wine.h"

#include <stdarg.h>

#define TAG 'mSiN'

int _vsnprintf(char *buffer, size_t size, const char *format, va_list args);

static char failure[256];

void *
host_alloc(size_t size)
{
    void *p = ExAllocatePoolWithTag(NonPagedPool, size ? size : 1, TAG);
    if (!p) {
        KeBugCheckEx(0x7c, size, 0, 0, 0);
    }
    memset(p, 0, size);
    return p;
}

void
host_free(void *p)
{
    if (p) {
        ExFreePoolWithTag(p, TAG);
    }
}

int
host_format(char *buffer, size_t size, const char *format, va_list args)
{
    int n = _vsnprintf(buffer, size, format, args);
    if (n < 0 || (size_t)n >= size) {
        buffer[size - 1] = '\0';
        n = (int)size - 1;
    }
    return n;
}

/* Appends MESSAGE, a line, to the log. */
static void
write_log(const char *message)
{
    static WCHAR path[] = L"\\??\\C:\\ndissim.log";
    UNICODE_STRING name = {sizeof path - sizeof path[0], sizeof path, path};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK status;
    HANDLE file;
    ULONG n = 0;
    InitializeObjectAttributes(&attributes, &name, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE, NULL,
                               NULL);
    while (message[n]) {
        n++;
    }
    if (NT_SUCCESS(ZwCreateFile(&file, FILE_APPEND_DATA | SYNCHRONIZE, &attributes, &status, NULL,
                                FILE_ATTRIBUTE_NORMAL, FILE_SHARE_READ | FILE_SHARE_WRITE,
                                FILE_OPEN_IF, FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0))) {
        ZwWriteFile(file, NULL, NULL, NULL, &status, (PVOID)(ULONG_PTR)message, n, NULL, NULL);
        ZwWriteFile(file, NULL, NULL, NULL, &status, (PVOID) "\n", 1, NULL, NULL);
        ZwClose(file);
    }
}

void
host_fail(const char *message)
{
    write_log(message);
    for (size_t i = 0; !failure[0] && i < 1; i++) {
        size_t n = 0;
        for (; message[n] && n + 1 < sizeof failure; n++) {
            failure[n] = message[n];
        }
    }
}

const char *
host_failure(void)
{
    return failure[0] ? failure : NULL;
}

KIRQL
host_irql(void)
{
    return PASSIVE_LEVEL;
}

KIRQL
host_raise(void)
{
    return PASSIVE_LEVEL;
}

void
host_lower(KIRQL irql)
{
    (void)irql;
}

void
host_poison(void *p, size_t size)
{
    (void)p, (void)size;
}

void
host_unpoison(void *p, size_t size)
{
    (void)p, (void)size;
}

void
host_yield(void)
{
    LARGE_INTEGER at_once = {.QuadPart = 0};
    KeDelayExecutionThread(KernelMode, FALSE, &at_once);
}

ULONGLONG
host_ticks(void)
{
    LARGE_INTEGER frequency, now = KeQueryPerformanceCounter(&frequency);
    return (ULONGLONG)now.QuadPart * (10000000 / (ULONGLONG)frequency.QuadPart);
}

void
host_started(void)
{
    control_start();
}

void
host_stopping(void)
{
    control_stop();
    sim_edge_finish();
    sim.started = false;
}
