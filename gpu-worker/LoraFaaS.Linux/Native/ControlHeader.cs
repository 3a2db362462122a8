using System.Runtime.InteropServices;

namespace LoraFaaS.Linux.Native;

/// <summary>struct cmsghdr of LP64 Linux; its data follows at once, 8-byte aligned.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ControlHeader
{
    internal nuint Length;
    internal int Level;
    internal int Type;
}
