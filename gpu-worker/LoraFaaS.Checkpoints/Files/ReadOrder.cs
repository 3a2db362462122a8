using System.Runtime.InteropServices;

namespace LoraFaaS.Checkpoints.Files;

/// <summary>The kernel's struct iocb (io_submit(2)), on a little-endian machine.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct ReadOrder
{
    /// <summary>IOCB_CMD_PREAD.</summary>
    internal const ushort PositionedRead = 0;

    public ulong Data;
    public uint Key;
    public uint Flags;
    public ushort Operation;
    public short Priority;
    public uint File;
    public ulong Buffer;
    public ulong Length;
    public long Position;
    public ulong Reserved;
    public uint EventFlags;
    public uint EventFile;
}
