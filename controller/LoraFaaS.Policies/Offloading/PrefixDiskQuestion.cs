namespace LoraFaaS.Policies.Offloading;

/// <summary>A prompt prefix that could be kept on disk, and the disk.</summary>
/// <param name="Bytes">Of its file.</param>
/// <param name="Limit">Bytes that all files of prefixes may have.</param>
/// <param name="DiskFree">Bytes that the disk has free now.</param>
/// <param name="Reserve">Bytes that are to stay free for everything else.</param>
/// <param name="Costs">Of its ways back.</param>
public readonly record struct PrefixDiskQuestion(long Bytes, long Limit, long DiskFree, long Reserve, PrefixCosts Costs);
