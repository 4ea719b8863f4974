/* SPDX-License-Identifier: Apache-2.0 */
/* Microsoft's source annotations (SAL), which its compiler and Static Driver Verifier check, as
 * nothing for compilers that do not know them. A WDK build includes Microsoft's own. */
#pragma once

#ifdef WEFT_WDK
#include <sal.h>
#else
#ifndef _In_
#define _In_
#endif
#ifndef _In_opt_
#define _In_opt_
#endif
#ifndef _Out_
#define _Out_
#endif
#ifndef _Out_opt_
#define _Out_opt_
#endif
#ifndef _Inout_
#define _Inout_
#endif
#ifndef _Inout_opt_
#define _Inout_opt_
#endif
#ifndef _In_reads_bytes_
#define _In_reads_bytes_(n)
#endif
#ifndef _In_reads_
#define _In_reads_(n)
#endif
#ifndef _Out_writes_bytes_
#define _Out_writes_bytes_(n)
#endif
#ifndef _Out_writes_z_
#define _Out_writes_z_(n)
#endif
#ifndef _In_z_
#define _In_z_
#endif
#ifndef _Must_inspect_result_
#define _Must_inspect_result_
#endif
#ifndef _Ret_maybenull_
#define _Ret_maybenull_
#endif
#ifndef _IRQL_requires_max_
#define _IRQL_requires_max_(level)
#endif
#ifndef _IRQL_requires_
#define _IRQL_requires_(level)
#endif
#ifndef _IRQL_raises_
#define _IRQL_raises_(level)
#endif
#ifndef _Use_decl_annotations_
#define _Use_decl_annotations_
#endif
#endif
