using System.Runtime.InteropServices;

namespace LoraFaaS.Checkpoints.Files;

/// <summary>struct cachestat: pages of a range, by what the page cache has of them.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct CachedPages
{
    public ulong Cached;
    public ulong Dirty;
    public ulong Writeback;
    public ulong Evicted;
    public ulong RecentlyEvicted;
}
