namespace LoraFaaS.ControlPlane.Ports;

/// <summary>What bringing artifacts nearer took a worker of late, in milliseconds; null: it has not measured that yet.</summary>
public sealed record StageCosts
{
    /// <summary>From the artifact store to its disk, for a mebibyte of an adapter.</summary>
    public double? RemoteToDiskMsPerMib { get; init; }

    public double? DiskToHostMsPerMib { get; init; }

    public double? HostToDeviceMsPerMib { get; init; }

    /// <summary>Start, mapping and kernels of a sandbox, with a blank where there was one.</summary>
    public double? SandboxMs { get; init; }

    /// <summary>Reading and packing, for a mebibyte of a backbone.</summary>
    public double? BackboneMsPerMib { get; init; }

    /// <summary>Computing a prompt prefix, for a mebibyte of its keys and values.</summary>
    public double? PrefixMsPerMib { get; init; }
}
