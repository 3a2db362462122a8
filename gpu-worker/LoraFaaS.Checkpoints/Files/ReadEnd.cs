using System.Runtime.InteropServices;

namespace LoraFaaS.Checkpoints.Files;

/// <summary>The kernel's struct io_event (io_getevents(2)).</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ReadEnd
{
    public ulong Data;
    public ulong Order;

    /// <summary>Bytes read, or the negative of an error's number.</summary>
    public long Result;
    public long Second;
}
