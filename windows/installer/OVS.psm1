# SPDX-License-Identifier: Apache-2.0
#
# Cmdlets that tie virtual machines to ports of Open vSwitch. The extension knows a virtual machine's
# network adapter by the friendly name of its switch port, which Hyper-V keeps in the adapter's
# allocation settings as ElementName. Hyper-V's own cmdlets do not show it; these do, over CIM.
#
#   Import-Module .\OVS.psm1
#   Get-VMNetworkAdapter -VMName vm1 | Set-VMNetworkAdapterOVSPort -OVSPortName ovs-port-a
#   Get-VMNetworkAdapterOVSPort -VMName vm1
#   Get-VMNetworkAdapter -VMName vm1 | Clear-VMNetworkAdapterOVSPort

Set-StrictMode -Version 2

$Namespace = 'root\virtualization\v2'
$DefaultName = 'Dynamic Ethernet Switch Port'

# The allocation settings of the adapter: those whose identifier begins with the adapter's.
function Get-PortSetting {
    param([Parameter(Mandatory)] $Adapter)

    $setting = Get-CimInstance -Namespace $Namespace -ClassName Msvm_EthernetPortAllocationSettingData |
        Where-Object { $_.InstanceID.StartsWith($Adapter.Id + '\', 'OrdinalIgnoreCase') } |
        Select-Object -First 1
    if (-not $setting) {
        throw "adapter '$($Adapter.Name)' of '$($Adapter.VMName)' has no switch port; connect it first"
    }
    $setting
}

function Wait-HyperVJob {
    param([Parameter(Mandatory)] $Result)

    if ($Result.ReturnValue -eq 0) {
        return
    }
    if ($Result.ReturnValue -ne 4096) {
        throw "Hyper-V refused the change: error $($Result.ReturnValue)"
    }
    $job = Get-CimInstance -InputObject $Result.Job
    while ($job.JobState -in 2, 3, 4) { # new, starting, running
        Start-Sleep -Milliseconds 100
        $job = Get-CimInstance -InputObject $job
    }
    if ($job.JobState -ne 7) { # completed
        throw "Hyper-V could not make the change: $($job.ErrorDescription)"
    }
}

function Set-PortName {
    param([Parameter(Mandatory)] $Adapter, [Parameter(Mandatory)] [string] $Name)

    $setting = Get-PortSetting $Adapter
    $setting.ElementName = $Name
    $serializer = [Microsoft.Management.Infrastructure.Serialization.CimSerializer]::Create()
    $bytes = $serializer.Serialize($setting,
        [Microsoft.Management.Infrastructure.Serialization.InstanceSerializationOptions]::None)
    $service = Get-CimInstance -Namespace $Namespace -ClassName Msvm_VirtualSystemManagementService
    $result = Invoke-CimMethod -InputObject $service -MethodName ModifyResourceSettings -Arguments @{
        ResourceSettings = [string[]]@([System.Text.Encoding]::Unicode.GetString($bytes))
    }
    Wait-HyperVJob $result
}

<#
.SYNOPSIS
Names the switch port of a virtual machine's network adapter, as ovs-vsctl add-port will.
.EXAMPLE
Get-VMNetworkAdapter -VMName vm1 | Set-VMNetworkAdapterOVSPort -OVSPortName ovs-port-a
#>
function Set-VMNetworkAdapterOVSPort {
    [CmdletBinding(SupportsShouldProcess, DefaultParameterSetName = 'Adapter')]
    param(
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'Adapter', Position = 0)]
        [ValidateNotNull()]
        $VMNetworkAdapter,

        [Parameter(Mandatory, ParameterSetName = 'Machine')]
        [ValidateNotNullOrEmpty()]
        [string] $VMName,

        [Parameter(Mandatory, Position = 1)]
        [ValidateScript({ $_.Trim() -and [System.Text.Encoding]::UTF8.GetByteCount($_) -lt 256 })]
        [string] $OVSPortName
    )

    process {
        $adapters = @(if ($PSCmdlet.ParameterSetName -eq 'Machine') {
            Get-VMNetworkAdapter -VMName $VMName
        } else {
            $VMNetworkAdapter
        })
        if ($adapters.Count -ne 1) {
            throw "one adapter can have the name '$OVSPortName', not $($adapters.Count)"
        }
        $taken = Get-VMNetworkAdapterOVSPort -VMName * |
            Where-Object { $_.OVSPortName -eq $OVSPortName -and $_.Id -ne $adapters[0].Id }
        if ($taken) {
            throw "'$OVSPortName' is already the port of '$($taken[0].VMName)'"
        }
        if ($PSCmdlet.ShouldProcess("$($adapters[0].VMName)/$($adapters[0].Name)", "name it $OVSPortName")) {
            Set-PortName $adapters[0] $OVSPortName
        }
    }
}

<#
.SYNOPSIS
Shows the names of the switch ports of virtual machines' network adapters.
#>
function Get-VMNetworkAdapterOVSPort {
    [CmdletBinding(DefaultParameterSetName = 'Machine')]
    param(
        [Parameter(Mandatory, ValueFromPipeline, ParameterSetName = 'Adapter', Position = 0)]
        $VMNetworkAdapter,

        [Parameter(ParameterSetName = 'Machine')]
        [string] $VMName = '*'
    )

    process {
        $adapters = if ($PSCmdlet.ParameterSetName -eq 'Machine') {
            Get-VMNetworkAdapter -VMName $VMName
        } else {
            $VMNetworkAdapter
        }
        foreach ($adapter in @($adapters)) {
            if ($adapter -and $adapter.SwitchName) {
                [pscustomobject]@{
                    VMName      = $adapter.VMName
                    Name        = $adapter.Name
                    SwitchName  = $adapter.SwitchName
                    OVSPortName = (Get-PortSetting $adapter).ElementName
                    Id          = $adapter.Id
                }
            }
        }
    }
}

<#
.SYNOPSIS
Gives the switch port of a virtual machine's network adapter Hyper-V's own name again.
#>
function Clear-VMNetworkAdapterOVSPort {
    [CmdletBinding(SupportsShouldProcess)]
    param(
        [Parameter(Mandatory, ValueFromPipeline, Position = 0)]
        [ValidateNotNull()]
        $VMNetworkAdapter
    )

    process {
        if ($PSCmdlet.ShouldProcess("$($VMNetworkAdapter.VMName)/$($VMNetworkAdapter.Name)", 'clear its name')) {
            Set-PortName $VMNetworkAdapter $DefaultName
        }
    }
}

Export-ModuleMember -Function Set-VMNetworkAdapterOVSPort, Get-VMNetworkAdapterOVSPort,
    Clear-VMNetworkAdapterOVSPort
