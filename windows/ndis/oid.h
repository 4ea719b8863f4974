/* SPDX-License-Identifier: Apache-2.0 */
/* OID requests, status indications, plug-and-play events: how NDIS speaks to a filter about
 * everything but packets. */
#pragma once

typedef enum _NDIS_REQUEST_TYPE {
    NdisRequestQueryInformation = 0,
    NdisRequestSetInformation = 1,
    NdisRequestQueryStatistics = 2,
    NdisRequestMethod = 12,
} NDIS_REQUEST_TYPE;

typedef struct _NDIS_OID_REQUEST {
    NDIS_OBJECT_HEADER Header;
    NDIS_REQUEST_TYPE RequestType;
    NDIS_PORT_NUMBER PortNumber;
    UINT Timeout;
    PVOID RequestId;
    NDIS_HANDLE RequestHandle;
    union {
        struct {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            UINT InformationBufferLength;
            UINT BytesWritten;
            UINT BytesNeeded;
        } QUERY_INFORMATION;
        struct {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            UINT InformationBufferLength;
            UINT BytesRead;
            UINT BytesNeeded;
        } SET_INFORMATION;
        struct {
            NDIS_OID Oid;
            PVOID InformationBuffer;
            ULONG InputBufferLength;
            ULONG OutputBufferLength;
            ULONG MethodId;
            UINT BytesWritten;
            UINT BytesRead;
            UINT BytesNeeded;
        } METHOD_INFORMATION;
    } DATA;
    UCHAR NdisReserved[16 * sizeof(PVOID)];
    UCHAR MiniportReserved[2 * sizeof(PVOID)];
    UCHAR SourceReserved[2 * sizeof(PVOID)];
    UCHAR SupportedRevision;
    UCHAR Reserved1;
    USHORT Reserved2;
    ULONG SwitchId; /* NDIS 6.50 from here on */
    ULONG VPortId;
    ULONG Flags;
} NDIS_OID_REQUEST, *PNDIS_OID_REQUEST;

#define NDIS_OID_REQUEST_REVISION_1        1
#define NDIS_SIZEOF_OID_REQUEST_REVISION_1 RTL_SIZEOF_THROUGH_FIELD(NDIS_OID_REQUEST, Reserved2)

/* The extensible switch's OIDs, and those others that its own stack hears most. */
#define OID_GEN_CURRENT_PACKET_FILTER 0x0001010e
#define OID_GEN_MAXIMUM_FRAME_SIZE    0x00010106
#define OID_GEN_STATISTICS            0x00020106

#define OID_SWITCH_PROPERTY_ADD              0x00010263 /* set */
#define OID_SWITCH_PROPERTY_UPDATE           0x00010264 /* set */
#define OID_SWITCH_PROPERTY_DELETE           0x00010265 /* set */
#define OID_SWITCH_PROPERTY_ENUM             0x00010266 /* method */
#define OID_SWITCH_FEATURE_STATUS_QUERY      0x00010267 /* method */
#define OID_SWITCH_NIC_REQUEST               0x00010270 /* method */
#define OID_SWITCH_PORT_PROPERTY_ADD         0x00010271 /* set */
#define OID_SWITCH_PORT_PROPERTY_UPDATE      0x00010272 /* set */
#define OID_SWITCH_PORT_PROPERTY_DELETE      0x00010273 /* set */
#define OID_SWITCH_PORT_PROPERTY_ENUM        0x00010274 /* method */
#define OID_SWITCH_PARAMETERS                0x00010275 /* query */
#define OID_SWITCH_PORT_ARRAY                0x00010276 /* query */
#define OID_SWITCH_NIC_ARRAY                 0x00010277 /* query */
#define OID_SWITCH_PORT_CREATE               0x00010278 /* set */
#define OID_SWITCH_PORT_DELETE               0x00010279 /* set */
#define OID_SWITCH_NIC_CREATE                0x0001027a /* set */
#define OID_SWITCH_NIC_CONNECT               0x0001027b /* set */
#define OID_SWITCH_NIC_DISCONNECT            0x0001027c /* set */
#define OID_SWITCH_NIC_DELETE                0x0001027d /* set */
#define OID_SWITCH_PORT_FEATURE_STATUS_QUERY 0x0001027e /* method */
#define OID_SWITCH_PORT_TEARDOWN             0x0001027f /* set */
#define OID_SWITCH_NIC_SAVE                  0x00010290 /* method */
#define OID_SWITCH_NIC_SAVE_COMPLETE         0x00010291 /* set */
#define OID_SWITCH_NIC_RESTORE               0x00010292 /* set */
#define OID_SWITCH_NIC_RESTORE_COMPLETE      0x00010293 /* set */
#define OID_SWITCH_NIC_UPDATED               0x00010294 /* set */
#define OID_SWITCH_PORT_UPDATED              0x00010295 /* set */

typedef struct _NDIS_STATUS_INDICATION {
    NDIS_OBJECT_HEADER Header;
    NDIS_HANDLE SourceHandle;
    NDIS_PORT_NUMBER PortNumber;
    NDIS_STATUS StatusCode;
    ULONG Flags;
    NDIS_HANDLE DestinationHandle;
    PVOID RequestId;
    PVOID StatusBuffer;
    ULONG StatusBufferSize;
    GUID Guid;
    PVOID NdisReserved[4];
} NDIS_STATUS_INDICATION, *PNDIS_STATUS_INDICATION;

#define NDIS_STATUS_INDICATION_REVISION_1 1
#define NDIS_SIZEOF_STATUS_INDICATION_REVISION_1                                                  \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_STATUS_INDICATION, NdisReserved)

/* netpnp.h's events; a switch that becomes active is one of them. */
typedef enum _NET_PNP_EVENT_CODE {
    NetEventSetPower = 0,
    NetEventQueryPower = 1,
    NetEventQueryRemoveDevice = 2,
    NetEventCancelRemoveDevice = 3,
    NetEventReconfigure = 4,
    NetEventBindList = 5,
    NetEventBindsComplete = 6,
    NetEventPnPCapabilities = 7,
    NetEventPause = 8,
    NetEventRestart = 9,
    NetEventFilterPreDetach = 15,
    NetEventSwitchActivate = 17,
} NET_PNP_EVENT_CODE;

typedef struct _NET_PNP_EVENT {
    NET_PNP_EVENT_CODE NetEvent;
    PVOID Buffer;
    ULONG BufferLength;
    ULONG_PTR NdisReserved[4];
    ULONG_PTR TransportReserved[4];
    ULONG_PTR TdiReserved[4];
    ULONG_PTR TdiClientReserved[4];
} NET_PNP_EVENT, *PNET_PNP_EVENT;

typedef struct _NET_PNP_EVENT_NOTIFICATION {
    NDIS_OBJECT_HEADER Header;
    NDIS_PORT_NUMBER PortNumber;
    NET_PNP_EVENT NetPnPEvent;
    ULONG Flags;
    ULONG SwitchId; /* NDIS 6.50 from here on */
    ULONG VPortId;
} NET_PNP_EVENT_NOTIFICATION, *PNET_PNP_EVENT_NOTIFICATION;

#define NET_PNP_EVENT_NOTIFICATION_REVISION_1 1
#define NDIS_SIZEOF_NET_PNP_EVENT_NOTIFICATION_REVISION_1                                         \
    RTL_SIZEOF_THROUGH_FIELD(NET_PNP_EVENT_NOTIFICATION, Flags)

typedef struct _NET_DEVICE_PNP_EVENT NET_DEVICE_PNP_EVENT, *PNET_DEVICE_PNP_EVENT;
