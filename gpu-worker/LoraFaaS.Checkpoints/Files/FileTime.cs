using System.Runtime.InteropServices;

namespace LoraFaaS.Checkpoints.Files;

/// <summary>struct statx_timestamp.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct FileTime
{
    public long Seconds;
    public uint Nanoseconds;
    public int Reserved;
}
