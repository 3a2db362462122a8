using LoraFaaS.Contracts.Units;

namespace LoraFaaS.ControlPlane.Ports;

/// <summary>
/// Of invocations, those that found what their prompts begin with already computed: on the device, or put back from the host's memory or the disk, and the bytes that were put back. All others
/// computed it, or had none.
/// </summary>
public readonly record struct ServedPrefixes(long Device, long Host, long Disk, long Bytes)
{
    public static ServedPrefixes Of(StorageTier? tier, long bytes) => tier switch
    {
        StorageTier.Device => new ServedPrefixes(1, 0, 0, 0),
        StorageTier.Host => new ServedPrefixes(0, 1, 0, bytes),
        StorageTier.Disk => new ServedPrefixes(0, 0, 1, bytes),
        _ => default,
    };

    public ServedPrefixes Negated() => new(-Device, -Host, -Disk, -Bytes);

    public static ServedPrefixes operator +(ServedPrefixes left, ServedPrefixes right) =>
        new(left.Device + right.Device, left.Host + right.Host, left.Disk + right.Disk, left.Bytes + right.Bytes);
}
