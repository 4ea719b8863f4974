/* SPDX-License-Identifier: Apache-2.0 */
/* The Hyper-V extensible switch (NDIS 6.30): its ports and network adapters as OIDs describe
 * them, the forwarding detail that a packet carries, and the functions that NDIS gives an
 * extension to work on it.  Properties and saved state are in switch_property.h. */
#pragma once

typedef UINT32 NDIS_SWITCH_PORT_ID, *PNDIS_SWITCH_PORT_ID;
typedef USHORT NDIS_SWITCH_NIC_INDEX, *PNDIS_SWITCH_NIC_INDEX;
typedef NDIS_HANDLE NDIS_SWITCH_CONTEXT, *PNDIS_SWITCH_CONTEXT;

#define NDIS_SWITCH_DEFAULT_PORT_ID   0
#define NDIS_SWITCH_DEFAULT_NIC_INDEX 0

typedef IF_COUNTED_STRING NDIS_SWITCH_NAME, *PNDIS_SWITCH_NAME;
typedef IF_COUNTED_STRING NDIS_SWITCH_FRIENDLYNAME, *PNDIS_SWITCH_FRIENDLYNAME;
typedef IF_COUNTED_STRING NDIS_SWITCH_PORT_NAME, *PNDIS_SWITCH_PORT_NAME;
typedef IF_COUNTED_STRING NDIS_SWITCH_PORT_FRIENDLYNAME, *PNDIS_SWITCH_PORT_FRIENDLYNAME;
typedef IF_COUNTED_STRING NDIS_SWITCH_NIC_NAME, *PNDIS_SWITCH_NIC_NAME;
typedef IF_COUNTED_STRING NDIS_SWITCH_NIC_FRIENDLYNAME, *PNDIS_SWITCH_NIC_FRIENDLYNAME;
typedef IF_COUNTED_STRING NDIS_SWITCH_EXTENSION_FRIENDLYNAME;
typedef IF_COUNTED_STRING NDIS_VM_NAME, *PNDIS_VM_NAME;
typedef IF_COUNTED_STRING NDIS_VM_FRIENDLYNAME, *PNDIS_VM_FRIENDLYNAME;

/* OID_SWITCH_PARAMETERS. */
typedef struct _NDIS_SWITCH_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    NDIS_SWITCH_NAME SwitchName;
    NDIS_SWITCH_FRIENDLYNAME SwitchFriendlyName;
    UINT32 NumSwitchPorts;
    BOOLEAN IsActive;
} NDIS_SWITCH_PARAMETERS, *PNDIS_SWITCH_PARAMETERS;

#define NDIS_SWITCH_PARAMETERS_REVISION_1 1
#define NDIS_SIZEOF_NDIS_SWITCH_PARAMETERS_REVISION_1                                             \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_SWITCH_PARAMETERS, IsActive)

typedef enum _NDIS_SWITCH_PORT_TYPE {
    NdisSwitchPortTypeGeneric = 0,
    NdisSwitchPortTypeExternal = 1,
    NdisSwitchPortTypeSynthetic = 2,
    NdisSwitchPortTypeEmulated = 3,
    NdisSwitchPortTypeInternal = 4,
} NDIS_SWITCH_PORT_TYPE;

typedef enum _NDIS_SWITCH_PORT_STATE {
    NdisSwitchPortStateUnknown = 0,
    NdisSwitchPortStateCreated = 1,
    NdisSwitchPortStateTeardown = 2,
    NdisSwitchPortStateDeleted = 3,
} NDIS_SWITCH_PORT_STATE;

/* OID_SWITCH_PORT_CREATE, _UPDATED, _TEARDOWN and _DELETE, and an element of the array. */
typedef struct _NDIS_SWITCH_PORT_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    NDIS_SWITCH_PORT_ID PortId;
    NDIS_SWITCH_PORT_NAME PortName;
    NDIS_SWITCH_PORT_FRIENDLYNAME PortFriendlyName;
    NDIS_SWITCH_PORT_TYPE PortType;
    BOOLEAN IsValidationPort;
    NDIS_SWITCH_PORT_STATE PortState;
} NDIS_SWITCH_PORT_PARAMETERS, *PNDIS_SWITCH_PORT_PARAMETERS;

#define NDIS_SWITCH_PORT_PARAMETERS_REVISION_1 1
#define NDIS_SIZEOF_NDIS_SWITCH_PORT_PARAMETERS_REVISION_1                                        \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_SWITCH_PORT_PARAMETERS, PortState)

/* OID_SWITCH_PORT_ARRAY: elements follow at FirstElementOffset, ElementSize apart. */
typedef struct _NDIS_SWITCH_PORT_ARRAY {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    USHORT FirstElementOffset;
    ULONG NumElements;
    ULONG ElementSize;
} NDIS_SWITCH_PORT_ARRAY, *PNDIS_SWITCH_PORT_ARRAY;

#define NDIS_SWITCH_PORT_ARRAY_REVISION_1 1
#define NDIS_SIZEOF_NDIS_SWITCH_PORT_ARRAY_REVISION_1                                             \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_SWITCH_PORT_ARRAY, ElementSize)
#define NDIS_SWITCH_PORT_AT_ARRAY_INDEX(array, i)                                                 \
    ((PNDIS_SWITCH_PORT_PARAMETERS)(PVOID)((PUCHAR)(array) + (array)->FirstElementOffset +        \
                                           (SIZE_T)(array)->ElementSize * (i)))

typedef enum _NDIS_SWITCH_NIC_TYPE {
    NdisSwitchNicTypeExternal = 0,
    NdisSwitchNicTypeSynthetic = 1,
    NdisSwitchNicTypeEmulated = 2,
    NdisSwitchNicTypeInternal = 3,
} NDIS_SWITCH_NIC_TYPE;

typedef enum _NDIS_SWITCH_NIC_STATE {
    NdisSwitchNicStateUnknown = 0,
    NdisSwitchNicStateCreated = 1,
    NdisSwitchNicStateConnected = 2,
    NdisSwitchNicStateDisconnected = 3,
    NdisSwitchNicStateDeleted = 4,
} NDIS_SWITCH_NIC_STATE;

/* OID_SWITCH_NIC_CREATE, _CONNECT, _UPDATED, _DISCONNECT and _DELETE, and an element of the
 * array. */
typedef struct _NDIS_SWITCH_NIC_PARAMETERS {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    NDIS_SWITCH_NIC_NAME NicName;
    NDIS_SWITCH_NIC_FRIENDLYNAME NicFriendlyName;
    NDIS_SWITCH_PORT_ID PortId;
    NDIS_SWITCH_NIC_INDEX NicIndex;
    NDIS_SWITCH_NIC_TYPE NicType;
    NDIS_SWITCH_NIC_STATE NicState;
    NDIS_VM_NAME VmName;
    NDIS_VM_FRIENDLYNAME VmFriendlyName;
    GUID NetCfgInstanceId;
    ULONG MTU;
    USHORT NumaNodeId;
    UCHAR PermanentMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    UCHAR VMMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    UCHAR CurrentMacAddress[NDIS_MAX_PHYS_ADDRESS_LENGTH];
    BOOLEAN VFAssigned;
    ULONG64 NdisReserved[2]; /* NDIS 6.40 */
} NDIS_SWITCH_NIC_PARAMETERS, *PNDIS_SWITCH_NIC_PARAMETERS;

#define NDIS_SWITCH_NIC_PARAMETERS_REVISION_1 1
#define NDIS_SIZEOF_NDIS_SWITCH_NIC_PARAMETERS_REVISION_1                                         \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_SWITCH_NIC_PARAMETERS, VFAssigned)

/* OID_SWITCH_NIC_ARRAY. */
typedef struct _NDIS_SWITCH_NIC_ARRAY {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    USHORT FirstElementOffset;
    ULONG NumElements;
    ULONG ElementSize;
} NDIS_SWITCH_NIC_ARRAY, *PNDIS_SWITCH_NIC_ARRAY;

#define NDIS_SWITCH_NIC_ARRAY_REVISION_1 1
#define NDIS_SIZEOF_NDIS_SWITCH_NIC_ARRAY_REVISION_1                                              \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_SWITCH_NIC_ARRAY, ElementSize)
#define NDIS_SWITCH_NIC_AT_ARRAY_INDEX(array, i)                                                  \
    ((PNDIS_SWITCH_NIC_PARAMETERS)(PVOID)((PUCHAR)(array) + (array)->FirstElementOffset +         \
                                          (SIZE_T)(array)->ElementSize * (i)))

/* OID_SWITCH_NIC_REQUEST: an OID of or for a physical adapter, in an envelope. */
typedef struct _NDIS_SWITCH_NIC_OID_REQUEST {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    NDIS_SWITCH_PORT_ID SourcePortId;
    NDIS_SWITCH_NIC_INDEX SourceNicIndex;
    NDIS_SWITCH_PORT_ID DestinationPortId;
    NDIS_SWITCH_NIC_INDEX DestinationNicIndex;
    PNDIS_OID_REQUEST OidRequest;
} NDIS_SWITCH_NIC_OID_REQUEST, *PNDIS_SWITCH_NIC_OID_REQUEST;

#define NDIS_SWITCH_NIC_OID_REQUEST_REVISION_1 1
#define NDIS_SIZEOF_NDIS_SWITCH_NIC_OID_REQUEST_REVISION_1                                        \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_SWITCH_NIC_OID_REQUEST, OidRequest)

/* NDIS_STATUS_SWITCH_NIC_STATUS: a status indication of a physical adapter, in an envelope. */
typedef struct _NDIS_SWITCH_NIC_STATUS_INDICATION {
    NDIS_OBJECT_HEADER Header;
    ULONG Flags;
    NDIS_SWITCH_PORT_ID SourcePortId;
    NDIS_SWITCH_NIC_INDEX SourceNicIndex;
    NDIS_SWITCH_PORT_ID DestinationPortId;
    NDIS_SWITCH_NIC_INDEX DestinationNicIndex;
    PNDIS_STATUS_INDICATION StatusIndication;
} NDIS_SWITCH_NIC_STATUS_INDICATION, *PNDIS_SWITCH_NIC_STATUS_INDICATION;

#define NDIS_SWITCH_NIC_STATUS_INDICATION_REVISION_1 1
#define NDIS_SIZEOF_NDIS_SWITCH_NIC_STATUS_REVISION_1                                             \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_SWITCH_NIC_STATUS_INDICATION, StatusIndication)

/* Net buffer list info SwitchForwardingDetail, held in place. */
typedef union _NDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO {
    UINT64 AsUINT64;
    struct {
        UINT32 NumAvailableDestinations : 16;
        UINT32 SourcePortId : 16;
        UINT32 SourceNicIndex : 8;
        UINT32 NativeForwardingRequired : 1;
        UINT32 Reserved1 : 1;
        UINT32 IsPacketDataSafe : 1;
        UINT32 SafePacketDataSize : 12;
        UINT32 IsPacketDataUncached : 1;
        UINT32 IsSafePacketDataUncached : 1;
        UINT32 Reserved2 : 7;
    };
} NDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO,
    *PNDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO;

#define NET_BUFFER_LIST_SWITCH_FORWARDING_DETAIL(nbl)                                             \
    ((PNDIS_SWITCH_FORWARDING_DETAIL_NET_BUFFER_LIST_INFO)(PVOID)&NET_BUFFER_LIST_INFO(           \
        nbl, SwitchForwardingDetail))

typedef struct _NDIS_SWITCH_PORT_DESTINATION {
    NDIS_SWITCH_PORT_ID PortId;
    NDIS_SWITCH_NIC_INDEX NicIndex;
    struct {
        UINT16 IsExcluded : 1;
        UINT16 PreserveVLAN : 1;
        UINT16 PreservePriority : 1;
        UINT16 Reserved : 13;
    };
} NDIS_SWITCH_PORT_DESTINATION, *PNDIS_SWITCH_PORT_DESTINATION;

typedef struct _NDIS_SWITCH_FORWARDING_DESTINATION_ARRAY {
    NDIS_OBJECT_HEADER Header;
    ULONG ElementSize;
    ULONG NumElements;
    ULONG NumDestinations;
    PVOID FirstElement;
} NDIS_SWITCH_FORWARDING_DESTINATION_ARRAY, *PNDIS_SWITCH_FORWARDING_DESTINATION_ARRAY;

#define NDIS_SWITCH_FORWARDING_DESTINATION_ARRAY_REVISION_1 1
#define NDIS_SIZEOF_NDIS_SWITCH_FORWARDING_DESTINATION_ARRAY_REVISION_1                           \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_SWITCH_FORWARDING_DESTINATION_ARRAY, FirstElement)
#define NDIS_SWITCH_PORT_DESTINATION_AT_ARRAY_INDEX(array, i)                                     \
    ((PNDIS_SWITCH_PORT_DESTINATION)(PVOID)((PUCHAR)(array)->FirstElement +                       \
                                            (SIZE_T)(array)->ElementSize * (i)))

#define NDIS_SWITCH_COPY_NBL_INFO_FLAGS_PRESERVE_DESTINATIONS 0x00000001
#define NDIS_SWITCH_REPORT_FILTERED_NBL_FLAGS_IS_INCOMING     0x00000001

/* NDIS's functions for extensions; each begins with the context of the module's switch. */
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_ALLOCATE_NET_BUFFER_LIST_FORWARDING_CONTEXT)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST NetBufferList);
typedef VOID(NTAPI NDIS_SWITCH_FREE_NET_BUFFER_LIST_FORWARDING_CONTEXT)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST NetBufferList);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_SET_NET_BUFFER_LIST_SOURCE)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST NetBufferList,
    NDIS_SWITCH_PORT_ID PortId, NDIS_SWITCH_NIC_INDEX NicIndex);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_ADD_NET_BUFFER_LIST_DESTINATION)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST NetBufferList,
    PNDIS_SWITCH_PORT_DESTINATION Destination);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_GROW_NET_BUFFER_LIST_DESTINATIONS)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST NetBufferList,
    UINT32 NumberOfNewDestinations, PNDIS_SWITCH_FORWARDING_DESTINATION_ARRAY *Destinations);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_GET_NET_BUFFER_LIST_DESTINATIONS)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST NetBufferList,
    PNDIS_SWITCH_FORWARDING_DESTINATION_ARRAY *Destinations);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_UPDATE_NET_BUFFER_LIST_DESTINATIONS)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST NetBufferList,
    UINT32 NumberOfNewDestinations, PNDIS_SWITCH_FORWARDING_DESTINATION_ARRAY Destinations);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_COPY_NET_BUFFER_LIST_INFO)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST DestNetBufferList,
    PNET_BUFFER_LIST SrcNetBufferList, UINT32 Flags);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_REFERENCE_SWITCH_NIC)(NDIS_SWITCH_CONTEXT NdisSwitchContext,
                                                            NDIS_SWITCH_PORT_ID SwitchPortId,
                                                            NDIS_SWITCH_NIC_INDEX SwitchNicIndex);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_DEREFERENCE_SWITCH_NIC)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, NDIS_SWITCH_PORT_ID SwitchPortId,
    NDIS_SWITCH_NIC_INDEX SwitchNicIndex);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_REFERENCE_SWITCH_PORT)(NDIS_SWITCH_CONTEXT NdisSwitchContext,
                                                             NDIS_SWITCH_PORT_ID SwitchPortId);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_DEREFERENCE_SWITCH_PORT)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, NDIS_SWITCH_PORT_ID SwitchPortId);
typedef VOID(NTAPI NDIS_SWITCH_REPORT_FILTERED_NET_BUFFER_LISTS)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNDIS_STRING ExtensionGuid,
    PNDIS_STRING ExtensionFriendlyName, NDIS_SWITCH_PORT_ID PortId, UINT32 Flags,
    ULONG NumberOfNetBufferLists, PNET_BUFFER_LIST NetBufferLists, PNDIS_STRING FilterReason);
typedef NDIS_STATUS(NTAPI NDIS_SWITCH_SET_NET_BUFFER_LIST_SWITCH_CONTEXT)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST NetBufferList, PVOID ContextType,
    PVOID Context);
typedef PVOID(NTAPI NDIS_SWITCH_GET_NET_BUFFER_LIST_SWITCH_CONTEXT)(
    NDIS_SWITCH_CONTEXT NdisSwitchContext, PNET_BUFFER_LIST NetBufferList, PVOID ContextType);

typedef struct _NDIS_SWITCH_OPTIONAL_HANDLERS {
    NDIS_OBJECT_HEADER Header;
    NDIS_SWITCH_ALLOCATE_NET_BUFFER_LIST_FORWARDING_CONTEXT
    *AllocateNetBufferListForwardingContext;
    NDIS_SWITCH_FREE_NET_BUFFER_LIST_FORWARDING_CONTEXT *FreeNetBufferListForwardingContext;
    NDIS_SWITCH_SET_NET_BUFFER_LIST_SOURCE *SetNetBufferListSource;
    NDIS_SWITCH_ADD_NET_BUFFER_LIST_DESTINATION *AddNetBufferListDestination;
    NDIS_SWITCH_GROW_NET_BUFFER_LIST_DESTINATIONS *GrowNetBufferListDestinations;
    NDIS_SWITCH_GET_NET_BUFFER_LIST_DESTINATIONS *GetNetBufferListDestinations;
    NDIS_SWITCH_UPDATE_NET_BUFFER_LIST_DESTINATIONS *UpdateNetBufferListDestinations;
    NDIS_SWITCH_COPY_NET_BUFFER_LIST_INFO *CopyNetBufferListInfo;
    NDIS_SWITCH_REFERENCE_SWITCH_NIC *ReferenceSwitchNic;
    NDIS_SWITCH_DEREFERENCE_SWITCH_NIC *DereferenceSwitchNic;
    NDIS_SWITCH_REFERENCE_SWITCH_PORT *ReferenceSwitchPort;
    NDIS_SWITCH_DEREFERENCE_SWITCH_PORT *DereferenceSwitchPort;
    NDIS_SWITCH_REPORT_FILTERED_NET_BUFFER_LISTS *ReportFilteredNetBufferLists;
    /* NDIS 6.40, revision 2. */
    NDIS_SWITCH_SET_NET_BUFFER_LIST_SWITCH_CONTEXT *SetNetBufferListSwitchContext;
    NDIS_SWITCH_GET_NET_BUFFER_LIST_SWITCH_CONTEXT *GetNetBufferListSwitchContext;
} NDIS_SWITCH_OPTIONAL_HANDLERS, *PNDIS_SWITCH_OPTIONAL_HANDLERS;

#define NDIS_SWITCH_OPTIONAL_HANDLERS_REVISION_1 1
#define NDIS_SIZEOF_SWITCH_OPTIONAL_HANDLERS_REVISION_1                                           \
    RTL_SIZEOF_THROUGH_FIELD(NDIS_SWITCH_OPTIONAL_HANDLERS, ReportFilteredNetBufferLists)

NDISAPI NDIS_STATUS NTAPI NdisFGetOptionalSwitchHandlers(
    NDIS_HANDLE NdisFilterHandle, PNDIS_SWITCH_CONTEXT NdisSwitchContext,
    PNDIS_SWITCH_OPTIONAL_HANDLERS NdisSwitchHandlers);
