using System.Runtime.InteropServices;

namespace LoraFaaS.Checkpoints.Files;

/// <summary>struct cachestat_range.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CacheRange
{
    public ulong Offset;
    public ulong Length;
}
