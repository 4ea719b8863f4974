/* SPDX-License-Identifier: Apache-2.0 */
/* Memory descriptor lists, and the kernel's counted strings. */
#include "native/kernel_internal.h"

#define PAGE ((uintptr_t)4096)

PMDL
IoAllocateMdl(PVOID address, ULONG length, BOOLEAN secondary, BOOLEAN quota, PIRP irp)
{
    (void)secondary, (void)quota, (void)irp;
    native_require_irql(DISPATCH_LEVEL, __func__);
    PMDL mdl = native_alloc(sizeof *mdl);
    mdl->Size = sizeof *mdl;
    mdl->ByteOffset = (ULONG)((uintptr_t)address % PAGE);
    mdl->StartVa = (PCHAR)address - mdl->ByteOffset;
    mdl->ByteCount = length;
    return mdl;
}

VOID
IoFreeMdl(PMDL mdl)
{
    memset(mdl, 0xdd, sizeof *mdl);
    native_free(mdl);
}

VOID
MmBuildMdlForNonPagedPool(PMDL mdl)
{
    mdl->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
    mdl->MappedSystemVa = MmGetMdlVirtualAddress(mdl);
}

PVOID
MmGetSystemAddressForMdlSafe(PMDL mdl, ULONG priority)
{
    (void)priority;
    if (!(mdl->MdlFlags & (MDL_SOURCE_IS_NONPAGED_POOL | MDL_MAPPED_TO_SYSTEM_VA))) {
        mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
        mdl->MappedSystemVa = MmGetMdlVirtualAddress(mdl);
    }
    return mdl->MappedSystemVa;
}

VOID
RtlInitUnicodeString(PUNICODE_STRING to, PCWSTR from)
{
    size_t n = 0;
    while (from && from[n]) {
        n++;
    }
    *to = (UNICODE_STRING){.Length = (USHORT)(n * sizeof(WCHAR)),
                           .MaximumLength = from ? (USHORT)((n + 1) * sizeof(WCHAR)) : 0,
                           .Buffer = (PWSTR)(uintptr_t)from};
}

static WCHAR
lower(WCHAR c)
{
    return c >= L'A' && c <= L'Z' ? c + (L'a' - L'A') : c;
}

LONG
RtlCompareUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case)
{
    size_t na = a->Length / sizeof(WCHAR), nb = b->Length / sizeof(WCHAR);
    for (size_t i = 0; i < na && i < nb; i++) {
        WCHAR ca = ignore_case ? lower(a->Buffer[i]) : a->Buffer[i];
        WCHAR cb = ignore_case ? lower(b->Buffer[i]) : b->Buffer[i];
        if (ca != cb) {
            return (LONG)ca - (LONG)cb;
        }
    }
    return (LONG)na - (LONG)nb;
}

BOOLEAN
RtlEqualUnicodeString(PCUNICODE_STRING a, PCUNICODE_STRING b, BOOLEAN ignore_case)
{
    return RtlCompareUnicodeString(a, b, ignore_case) == 0;
}

VOID
RtlCopyUnicodeString(PUNICODE_STRING to, PCUNICODE_STRING from)
{
    to->Length = from->Length < to->MaximumLength ? from->Length : to->MaximumLength;
    memcpy(to->Buffer, from->Buffer, to->Length);
}

const char *
native_ascii(PCUNICODE_STRING s, char *buffer, size_t size)
{
    size_t n = 0;
    for (; n < s->Length / sizeof(WCHAR) && n + 1 < size; n++) {
        buffer[n] = s->Buffer[n] < 0x80 ? (char)s->Buffer[n] : '?';
    }
    buffer[n] = '\0';
    return buffer;
}
