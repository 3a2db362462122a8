using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Memory;

/// <summary>Memory that its maker still fills, mapped by a reader before it is whole. What is there already is told by other means.</summary>
public static class UnfinishedMemory
{
    /// <summary>
    /// Maps a descriptor received from another process, to be read. One that could become shorter under its reader, or that anybody but its maker could still write to, is refused; one that is
    /// finished is not.
    /// </summary>
    /// <exception cref="InvalidDataException">It lacks these seals.</exception>
    public static MappedMemory Map(SafeFileHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var seals = LibC.fcntl(descriptor, SealedMemory.GetSeals, 0);

        if (seals < 0)
        {
            throw LinuxException.Last("fcntl(F_GET_SEALS)");
        }

        return (seals & SealedMemory.LengthSeals) == SealedMemory.LengthSeals && (seals & (SealedMemory.FutureWriteSeal | SealedMemory.WriteSeal)) != 0
            ? MappedMemory.OfFile(descriptor, RandomAccess.GetLength(descriptor))
            : throw new InvalidDataException($"The descriptor carries seals 0x{seals:x}; its length, and it to writers, must be closed.");
    }
}
