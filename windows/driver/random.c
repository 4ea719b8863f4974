/* SPDX-License-Identifier: Apache-2.0 */
/* BCryptGenRandom, and, should it fail, the clocks: a basis that can be guessed makes crowded hash
 * chains possible, but nothing wrong. */
#include "driver/random.h"

#include "base/hash.h"

#ifdef WEFT_WDK
#include <bcrypt.h>
#else
#define BCRYPT_USE_SYSTEM_PREFERRED_RNG 2
NTSTATUS NTAPI BCryptGenRandom(PVOID algorithm, PUCHAR buffer, ULONG n, ULONG flags);
#endif

_Use_decl_annotations_
uint64_t
random_u64(void)
{
    uint64_t x = 0;
    if (!NT_SUCCESS(
            BCryptGenRandom(NULL, (PUCHAR)&x, sizeof x, BCRYPT_USE_SYSTEM_PREFERRED_RNG))) {
        x = hash_mix64((uint64_t)KeQueryPerformanceCounter(NULL).QuadPart,
                       (uint64_t)(uintptr_t)&x ^ 0x9e3779b97f4a7c15u);
    }
    return x;
}
