using System.Runtime.InteropServices;

namespace LoraFaaS.Linux.Native;

/// <summary>struct pollfd.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct PollDescriptor
{
    internal const short CanRead = 0x001;
    internal const short CanWrite = 0x004;

    internal int Descriptor;
    internal short Wanted;
    internal short Seen;
}
