using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Sandbox;

namespace LoraFaaS.Worker.Memory;

/// <summary>The only book of device bytes (on a CPU worker: pages under <c>Worker:DeviceMemory</c>), leased to sandboxes in extents of 2 MiB.</summary>
internal sealed class DeviceLedger(ByteSize capacity) : MemoryLedger("device", capacity, Extent)
{
    /// <summary>A huge page of x86-64 and arm64, and the page P-LoRA manages on a GPU.</summary>
    internal static readonly ByteSize Extent = new(SandboxLease.ExtentBytes);
}
