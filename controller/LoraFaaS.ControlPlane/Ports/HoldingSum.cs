using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// What a function held of workers' memory, in byte-seconds: its adapter on devices and in hosts' memory, its share of the backbones that it shared, and what
/// those would have been had it held each alone.
/// </summary>
public sealed record HoldingSum(
    FunctionId Function, double DeviceByteSeconds, double HostByteSeconds, double BackboneByteSeconds, double UnsharedByteSeconds)
{
    public static HoldingSum None(FunctionId function) => new(function, 0, 0, 0, 0);
}
