/* SPDX-License-Identifier: Apache-2.0 */
/* Filter drivers: what one registers with NDIS, what NDIS hands it when it attaches, pauses and
 * restarts a module of it, and the calls a module makes. */
#pragma once

typedef struct _NDIS_FILTER_ATTACH_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    NET_IFINDEX IfIndex;
    NET_LUID NetLuid;
    PNDIS_STRING FilterModuleGuidName;
    NET_IFINDEX BaseMiniportIfIndex;
    PNDIS_STRING BaseMiniportInstanceName;
    PNDIS_STRING BaseMiniportName;
    NDIS_MEDIA_CONNECT_STATE MediaConnectState;
    NET_IF_MEDIA_DUPLEX_STATE MediaDuplexState;
    ULONG64 XmitLinkSpeed;
    ULONG64 RcvLinkSpeed;
    NDIS_MEDIUM MiniportMediaType;
    NDIS_PHYSICAL_MEDIUM MiniportPhysicalMediaType;
    NDIS_HANDLE MiniportMediaSpecificAttributes;
    PVOID DefaultOffloadConfiguration;
    USHORT MacAddressLength;
    UCHAR CurrentMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    NET_LUID BaseMiniportNetLuid;
    NET_IFINDEX LowerIfIndex;
    NET_LUID LowerIfNetLuid;
    ULONG Flags;
    PVOID HDSplitCurrentConfig;
    PVOID ReceiveFilterCapabilities;
    PDEVICE_OBJECT MiniportPhysicalDeviceObject;
    PVOID NicSwitchCapabilities;
    BOOLEAN BaseMiniportIfConnectorPresent;
    PVOID SriovCapabilities;
    PVOID NicSwitchArray;
} NDIS_FILTER_ATTACH_PARAMETERS, *PNDIS_FILTER_ATTACH_PARAMETERS;

#define NDIS_FILTER_ATTACH_PARAMETERS_REVISION_4 4
#define NDIS_SIZEOF_FILTER_ATTACH_PARAMETERS_REVISION_4                                           \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_FILTER_ATTACH_PARAMETERS, NicSwitchArray)

typedef struct _NDIS_FILTER_ATTRIBUTES {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
} NDIS_FILTER_ATTRIBUTES, *PNDIS_FILTER_ATTRIBUTES;

#define NDIS_FILTER_ATTRIBUTES_REVISION_1 1
#define NDIS_SIZEOF_FILTER_ATTRIBUTES_REVISION_1                                                  \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_FILTER_ATTRIBUTES, Flags)

typedef struct _NDIS_FILTER_PAUSE_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    ULONG PauseReason;
} NDIS_FILTER_PAUSE_PARAMETERS, *PNDIS_FILTER_PAUSE_PARAMETERS;

#define NDIS_FILTER_PAUSE_PARAMETERS_REVISION_1 1
#define NDIS_SIZEOF_FILTER_PAUSE_PARAMETERS_REVISION_1                                            \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_FILTER_PAUSE_PARAMETERS, PauseReason)

typedef struct _NDIS_RESTART_ATTRIBUTES NDIS_RESTART_ATTRIBUTES, *PNDIS_RESTART_ATTRIBUTES;

struct _NDIS_RESTART_ATTRIBUTES {
    PNDIS_RESTART_ATTRIBUTES Next;
    NDIS_OID Oid;
    ULONG DataLength;
    DECLSPEC_ALIGN(MEMORY_ALLOCATION_ALIGNMENT) UCHAR Data[1];
};

typedef struct _NDIS_FILTER_RESTART_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    NDIS_MEDIUM MiniportMediaType;
    NDIS_PHYSICAL_MEDIUM MiniportPhysicalMediaType;
    PNDIS_RESTART_ATTRIBUTES RestartAttributes;
    NET_IFINDEX LowerIfIndex;
    NET_LUID LowerIfNetLuid;
    ULONG Flags;
} NDIS_FILTER_RESTART_PARAMETERS, *PNDIS_FILTER_RESTART_PARAMETERS;

#define NDIS_FILTER_RESTART_PARAMETERS_REVISION_1 1
#define NDIS_SIZEOF_FILTER_RESTART_PARAMETERS_REVISION_1                                          \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_FILTER_RESTART_PARAMETERS, Flags)

/* What a filter driver implements.  Of these, attach, detach, restart and pause must be there. */
typedef NDIS_STATUS(NTAPI SET_OPTIONS)(NDIS_HANDLE NdisDriverHandle, NDIS_HANDLE DriverContext);
typedef NDIS_STATUS(NTAPI FILTER_SET_FILTER_MODULE_OPTIONS)(NDIS_HANDLE FilterModuleContext);
typedef NDIS_STATUS(NTAPI FILTER_ATTACH)(NDIS_HANDLE NdisFilterHandle,
                                         NDIS_HANDLE FilterDriverContext,
                                         PNDIS_FILTER_ATTACH_PARAMETERS AttachParameters);
typedef VOID(NTAPI FILTER_DETACH)(NDIS_HANDLE FilterModuleContext);
typedef NDIS_STATUS(NTAPI FILTER_RESTART)(NDIS_HANDLE FilterModuleContext,
                                          PNDIS_FILTER_RESTART_PARAMETERS RestartParameters);
typedef NDIS_STATUS(NTAPI FILTER_PAUSE)(NDIS_HANDLE FilterModuleContext,
                                        PNDIS_FILTER_PAUSE_PARAMETERS PauseParameters);
typedef VOID(NTAPI FILTER_SEND_NET_BUFFER_LISTS)(NDIS_HANDLE FilterModuleContext,
                                                 PNET_BUFFER_LIST NetBufferLists,
                                                 NDIS_PORT_NUMBER PortNumber, ULONG SendFlags);
typedef VOID(NTAPI FILTER_SEND_NET_BUFFER_LISTS_COMPLETE)(NDIS_HANDLE FilterModuleContext,
                                                          PNET_BUFFER_LIST NetBufferLists,
                                                          ULONG SendCompleteFlags);
typedef VOID(NTAPI FILTER_CANCEL_SEND_NET_BUFFER_LISTS)(NDIS_HANDLE FilterModuleContext,
                                                        PVOID CancelId);
typedef VOID(NTAPI FILTER_RECEIVE_NET_BUFFER_LISTS)(NDIS_HANDLE FilterModuleContext,
                                                    PNET_BUFFER_LIST NetBufferLists,
                                                    NDIS_PORT_NUMBER PortNumber,
                                                    ULONG NumberOfNetBufferLists,
                                                    ULONG ReceiveFlags);
typedef VOID(NTAPI FILTER_RETURN_NET_BUFFER_LISTS)(NDIS_HANDLE FilterModuleContext,
                                                   PNET_BUFFER_LIST NetBufferLists,
                                                   ULONG ReturnFlags);
typedef NDIS_STATUS(NTAPI FILTER_OID_REQUEST)(NDIS_HANDLE FilterModuleContext,
                                              PNDIS_OID_REQUEST OidRequest);
typedef VOID(NTAPI FILTER_OID_REQUEST_COMPLETE)(NDIS_HANDLE FilterModuleContext,
                                                PNDIS_OID_REQUEST OidRequest, NDIS_STATUS Status);
typedef VOID(NTAPI FILTER_CANCEL_OID_REQUEST)(NDIS_HANDLE FilterModuleContext, PVOID RequestId);
typedef VOID(NTAPI FILTER_DEVICE_PNP_EVENT_NOTIFY)(NDIS_HANDLE FilterModuleContext,
                                                   PNET_DEVICE_PNP_EVENT NetDevicePnPEvent);
typedef NDIS_STATUS(NTAPI FILTER_NET_PNP_EVENT)(
    NDIS_HANDLE FilterModuleContext, PNET_PNP_EVENT_NOTIFICATION NetPnPEventNotification);
typedef VOID(NTAPI FILTER_STATUS)(NDIS_HANDLE FilterModuleContext,
                                  PNDIS_STATUS_INDICATION StatusIndication);

typedef struct _NDIS_FILTER_DRIVER_CHARACTERISTICS {
    NDIS_OBJECT_HEADER Header;
    UCHAR MajorNdisVersion;
    UCHAR MinorNdisVersion;
    UCHAR MajorDriverVersion;
    UCHAR MinorDriverVersion;
    ULONG Flags;
    NDIS_STRING FriendlyName;
    NDIS_STRING UniqueName;
    NDIS_STRING ServiceName;
    SET_OPTIONS *SetOptionsHandler;
    FILTER_SET_FILTER_MODULE_OPTIONS *SetFilterModuleOptionsHandler;
    FILTER_ATTACH *AttachHandler;
    FILTER_DETACH *DetachHandler;
    FILTER_RESTART *RestartHandler;
    FILTER_PAUSE *PauseHandler;
    FILTER_SEND_NET_BUFFER_LISTS *SendNetBufferListsHandler;
    FILTER_SEND_NET_BUFFER_LISTS_COMPLETE *SendNetBufferListsCompleteHandler;
    FILTER_CANCEL_SEND_NET_BUFFER_LISTS *CancelSendNetBufferListsHandler;
    FILTER_RECEIVE_NET_BUFFER_LISTS *ReceiveNetBufferListsHandler;
    FILTER_RETURN_NET_BUFFER_LISTS *ReturnNetBufferListsHandler;
    FILTER_OID_REQUEST *OidRequestHandler;
    FILTER_OID_REQUEST_COMPLETE *OidRequestCompleteHandler;
    FILTER_CANCEL_OID_REQUEST *CancelOidRequestHandler;
    FILTER_DEVICE_PNP_EVENT_NOTIFY *DevicePnPEventNotifyHandler;
    FILTER_NET_PNP_EVENT *NetPnPEventHandler;
    FILTER_STATUS *StatusHandler;
    FILTER_OID_REQUEST *DirectOidRequestHandler;
    FILTER_OID_REQUEST_COMPLETE *DirectOidRequestCompleteHandler;
    FILTER_CANCEL_OID_REQUEST *CancelDirectOidRequestHandler;
} NDIS_FILTER_DRIVER_CHARACTERISTICS, *PNDIS_FILTER_DRIVER_CHARACTERISTICS;

#define NDIS_FILTER_CHARACTERISTICS_REVISION_2 2
#define NDIS_SIZEOF_FILTER_DRIVER_CHARACTERISTICS_REVISION_2                                      \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_FILTER_DRIVER_CHARACTERISTICS, CancelDirectOidRequestHandler)

/* What a filter driver calls. */
NDISAPI NDIS_STATUS NTAPI
NdisFRegisterFilterDriver(PDRIVER_OBJECT DriverObject, NDIS_HANDLE FilterDriverContext,
                          PNDIS_FILTER_DRIVER_CHARACTERISTICS FilterDriverCharacteristics,
                          PNDIS_HANDLE NdisFilterDriverHandle);
NDISAPI VOID NTAPI NdisFDeregisterFilterDriver(NDIS_HANDLE NdisFilterDriverHandle);
NDISAPI NDIS_STATUS NTAPI NdisFSetAttributes(NDIS_HANDLE NdisFilterHandle,
                                             NDIS_HANDLE FilterModuleContext,
                                             PNDIS_FILTER_ATTRIBUTES FilterAttributes);
NDISAPI NDIS_STATUS NTAPI NdisFRestartFilter(NDIS_HANDLE NdisFilterHandle);
NDISAPI VOID NTAPI NdisFRestartComplete(NDIS_HANDLE NdisFilterHandle, NDIS_STATUS Status);
NDISAPI VOID NTAPI NdisFPauseComplete(NDIS_HANDLE NdisFilterHandle);
NDISAPI VOID NTAPI NdisFSendNetBufferLists(NDIS_HANDLE NdisFilterHandle,
                                           PNET_BUFFER_LIST NetBufferList,
                                           NDIS_PORT_NUMBER PortNumber, ULONG SendFlags);
NDISAPI VOID NTAPI NdisFSendNetBufferListsComplete(NDIS_HANDLE NdisFilterHandle,
                                                   PNET_BUFFER_LIST NetBufferLists,
                                                   ULONG SendCompleteFlags);
NDISAPI VOID NTAPI NdisFCancelSendNetBufferLists(NDIS_HANDLE NdisFilterHandle, PVOID CancelId);
NDISAPI VOID NTAPI NdisFIndicateReceiveNetBufferLists(NDIS_HANDLE NdisFilterHandle,
                                                      PNET_BUFFER_LIST NetBufferLists,
                                                      NDIS_PORT_NUMBER PortNumber,
                                                      ULONG NumberOfNetBufferLists,
                                                      ULONG ReceiveFlags);
NDISAPI VOID NTAPI NdisFReturnNetBufferLists(NDIS_HANDLE NdisFilterHandle,
                                             PNET_BUFFER_LIST NetBufferLists, ULONG ReturnFlags);
NDISAPI NDIS_STATUS NTAPI NdisFOidRequest(NDIS_HANDLE NdisFilterHandle,
                                          PNDIS_OID_REQUEST OidRequest);
NDISAPI VOID NTAPI NdisFOidRequestComplete(NDIS_HANDLE NdisFilterHandle,
                                           PNDIS_OID_REQUEST OidRequest, NDIS_STATUS Status);
NDISAPI VOID NTAPI NdisFCancelOidRequest(NDIS_HANDLE NdisFilterHandle, PVOID RequestId);
NDISAPI NDIS_STATUS NTAPI NdisAllocateCloneOidRequest(NDIS_HANDLE SourceHandle,
                                                      PNDIS_OID_REQUEST OidRequest, UINT PoolTag,
                                                      PNDIS_OID_REQUEST *ClonedOidRequest);
NDISAPI VOID NTAPI NdisFreeCloneOidRequest(NDIS_HANDLE SourceHandle, PNDIS_OID_REQUEST Request);
NDISAPI VOID NTAPI NdisFIndicateStatus(NDIS_HANDLE NdisFilterHandle,
                                       PNDIS_STATUS_INDICATION StatusIndication);
NDISAPI NDIS_STATUS NTAPI NdisFNetPnPEvent(NDIS_HANDLE NdisFilterHandle,
                                           PNET_PNP_EVENT_NOTIFICATION NetPnPEventNotification);
NDISAPI VOID NTAPI NdisFDevicePnPEventNotify(NDIS_HANDLE NdisFilterHandle,
                                             PNET_DEVICE_PNP_EVENT NetDevicePnPEvent);
