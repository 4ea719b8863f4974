/* SPDX-License-Identifier: Apache-2.0 */
/* NDIS's basic types, the header that its versioned structures begin with, and status codes.
 * Included by ndis.h alone, which says where all of this comes from. */
#pragma once

/* Drivers import NDIS's functions; the simulated switch, which is NDIS, defines
 * NDIS_IMPLEMENTATION and has them. */
#if defined(NDIS_IMPLEMENTATION) && defined(_WIN32)
#define NDISAPI __declspec(dllexport)
#elif defined(NDIS_IMPLEMENTATION)
#define NDISAPI
#else
#define NDISAPI DECLSPEC_IMPORT
#endif

typedef unsigned int UINT, *PUINT;
typedef PVOID NDIS_HANDLE, *PNDIS_HANDLE;
typedef int NDIS_STATUS, *PNDIS_STATUS;
typedef ULONG NDIS_OID, *PNDIS_OID;
typedef ULONG NDIS_PORT_NUMBER, *PNDIS_PORT_NUMBER;
typedef UNICODE_STRING NDIS_STRING, *PNDIS_STRING;

#define NDIS_STRING_CONST(x)                                                                      \
    {                                                                                             \
        sizeof(L##x) - sizeof(WCHAR), sizeof(L##x), (PWSTR)L##x                                   \
    }

/* ifdef.h's types, which user space shares. */
#define IF_MAX_STRING_SIZE           256
#define NDIS_MAX_PHYS_ADDRESS_LENGTH 32

typedef ULONG NET_IFINDEX, *PNET_IFINDEX;

typedef union _NET_LUID_LH {
    ULONG64 Value;
    struct {
        ULONG64 Reserved : 24;
        ULONG64 NetLuidIndex : 24;
        ULONG64 IfType : 16;
    } Info;
} NET_LUID, *PNET_LUID;

typedef struct _IF_COUNTED_STRING_LH {
    USHORT Length; /* bytes, without an end */
    WCHAR String[IF_MAX_STRING_SIZE + 1];
} IF_COUNTED_STRING, *PIF_COUNTED_STRING;

typedef enum _NDIS_MEDIUM {
    NdisMedium802_3 = 0,
} NDIS_MEDIUM;

typedef enum _NDIS_PHYSICAL_MEDIUM {
    NdisPhysicalMediumUnspecified = 0,
    NdisPhysicalMedium802_3 = 14,
} NDIS_PHYSICAL_MEDIUM;

typedef enum _NET_IF_MEDIA_CONNECT_STATE {
    MediaConnectStateUnknown,
    MediaConnectStateConnected,
    MediaConnectStateDisconnected,
} NET_IF_MEDIA_CONNECT_STATE,
    NDIS_MEDIA_CONNECT_STATE;

typedef enum _NET_IF_MEDIA_DUPLEX_STATE {
    MediaDuplexStateUnknown = 0,
    MediaDuplexStateHalf = 1,
    MediaDuplexStateFull = 2,
} NET_IF_MEDIA_DUPLEX_STATE;

/* Every structure that may grow begins with this. */
typedef struct _NDIS_OBJECT_HEADER {
    UCHAR Type;
    UCHAR Revision;
    USHORT Size;
} NDIS_OBJECT_HEADER, *PNDIS_OBJECT_HEADER;

#define NDIS_OBJECT_TYPE_DEFAULT                        0x80
#define NDIS_OBJECT_TYPE_DEVICE_OBJECT_ATTRIBUTES       0x85
#define NDIS_OBJECT_TYPE_FILTER_DRIVER_CHARACTERISTICS  0x8b
#define NDIS_OBJECT_TYPE_FILTER_PARTIAL_CHARACTERISTICS 0x8c
#define NDIS_OBJECT_TYPE_FILTER_ATTRIBUTES              0x8d
#define NDIS_OBJECT_TYPE_OID_REQUEST                    0x96
#define NDIS_OBJECT_TYPE_TIMER_CHARACTERISTICS          0x97
#define NDIS_OBJECT_TYPE_STATUS_INDICATION              0x98
#define NDIS_OBJECT_TYPE_FILTER_ATTACH_PARAMETERS       0x99
#define NDIS_OBJECT_TYPE_FILTER_PAUSE_PARAMETERS        0x9a
#define NDIS_OBJECT_TYPE_FILTER_RESTART_PARAMETERS      0x9b
#define NDIS_OBJECT_TYPE_SWITCH_OPTIONAL_HANDLERS       0xb8

#define NDIS_OBJECT_REVISION_1 1

/* Where Microsoft has given a status of the system a second name, so do we. */
#define NDIS_STATUS_SUCCESS             ((NDIS_STATUS)0x00000000)
#define NDIS_STATUS_PENDING             ((NDIS_STATUS)0x00000103)
#define NDIS_STATUS_NOT_RECOGNIZED      ((NDIS_STATUS)0x00010001)
#define NDIS_STATUS_NOT_ACCEPTED        ((NDIS_STATUS)0x00010003)
#define NDIS_STATUS_FAILURE             ((NDIS_STATUS)0xc0000001)
#define NDIS_STATUS_INVALID_PARAMETER   ((NDIS_STATUS)0xc000000d)
#define NDIS_STATUS_RESOURCES           ((NDIS_STATUS)0xc000009a)
#define NDIS_STATUS_DATA_NOT_ACCEPTED   ((NDIS_STATUS)0xc000021b)
#define NDIS_STATUS_NOT_SUPPORTED       ((NDIS_STATUS)0xc00000bb)
#define NDIS_STATUS_CLOSING             ((NDIS_STATUS)0xc0010002)
#define NDIS_STATUS_BAD_VERSION         ((NDIS_STATUS)0xc0010004)
#define NDIS_STATUS_BAD_CHARACTERISTICS ((NDIS_STATUS)0xc0010005)
#define NDIS_STATUS_REQUEST_ABORTED     ((NDIS_STATUS)0xc001000c)
#define NDIS_STATUS_INVALID_PACKET      ((NDIS_STATUS)0xc001000f)
#define NDIS_STATUS_INVALID_LENGTH      ((NDIS_STATUS)0xc0010014)
#define NDIS_STATUS_INVALID_DATA        ((NDIS_STATUS)0xc0010015)
#define NDIS_STATUS_BUFFER_TOO_SHORT    ((NDIS_STATUS)0xc0010016)
#define NDIS_STATUS_INVALID_OID         ((NDIS_STATUS)0xc0010017)
#define NDIS_STATUS_SEND_ABORTED        ((NDIS_STATUS)0xc023000c)
#define NDIS_STATUS_PAUSED              ((NDIS_STATUS)0xc023002a)
#define NDIS_STATUS_INVALID_STATE       ((NDIS_STATUS)0xc0000184)

/* Indications (NDIS_STATUS_INDICATION.StatusCode). */
#define NDIS_STATUS_SWITCH_PORT_REMOVE_VF ((NDIS_STATUS)0xc0241001)
#define NDIS_STATUS_SWITCH_NIC_STATUS     ((NDIS_STATUS)0xc0241002)
