namespace LoraFaaS.Policies.Costs;

/// <summary>What one function used over some span. Byte-seconds as metered; <c>UnsharedByteSeconds</c>: of backbones, had it held each alone.</summary>
public sealed record FunctionUse(
    long Invocations, double ComputeSeconds, double DeviceByteSeconds, double HostByteSeconds, double BackboneByteSeconds, double UnsharedByteSeconds);
