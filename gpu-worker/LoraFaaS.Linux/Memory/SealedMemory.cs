using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Memory;

/// <summary>
/// A memfd nobody can write, shrink or grow any more (memfd_create(2), fcntl(2) F_ADD_SEALS): what is mapped from it
/// stays what it was, whoever else holds the descriptor. The pages are charged once, however many processes map them.
/// </summary>
public sealed class SealedMemory : IDisposable
{
    internal const int AddSeals = 1033;
    internal const int GetSeals = 1034;
    internal const int LengthSeals = 0x0002 | 0x0004; // SHRINK, GROW
    internal const int WriteSeal = 0x0008;
    internal const int FutureWriteSeal = 0x0010;
    internal const int AllSeals = 0x0001 | 0x0002 | 0x0004 | 0x0008; // SEAL, SHRINK, GROW, WRITE

    internal SealedMemory(SafeFileHandle descriptor, long length)
    {
        Descriptor = descriptor;
        Length = length;
    }

    /// <summary>What is passed to another process; owned by this object.</summary>
    public SafeFileHandle Descriptor { get; }

    public long Length { get; }

    /// <summary>
    /// Takes over a descriptor received from another process. One without all four seals is refused, because its bytes could
    /// change, or vanish (SIGBUS), under a kernel that reads them.
    /// </summary>
    public static SealedMemory FromDescriptor(SafeFileHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);

        var seals = LibC.fcntl(descriptor, GetSeals, 0);

        if (seals < 0)
        {
            throw LinuxException.Last("fcntl(F_GET_SEALS)");
        }

        if ((seals & AllSeals) != AllSeals)
        {
            throw new InvalidDataException($"The descriptor carries seals 0x{seals:x}; 0x{AllSeals:x} are needed.");
        }

        return new SealedMemory(descriptor, RandomAccess.GetLength(descriptor));
    }

    public MappedMemory Map() => MappedMemory.OfFile(Descriptor, Length);

    /// <summary>Where the call filter of a confined process sees attempts to change it.</summary>
    public MappedMemory MapGuarded() => GuardedWindow.Map(Descriptor, Length);

    public void Dispose() => Descriptor.Dispose();
}
