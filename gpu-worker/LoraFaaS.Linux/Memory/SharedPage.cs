using LoraFaaS.Linux.Native;
using LoraFaaS.Linux.Synchronization;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Memory;

/// <summary>
/// One page that processes share, with words that are read and written whole. Its maker decides when nobody else may become a writer
/// any more (F_SEAL_FUTURE_WRITE, Linux 5.1): who has it mapped writable by then still writes, and who comes later can only read.
/// Its length is sealed from the start, so that no reader can be made to fault.
/// </summary>
public sealed unsafe class SharedPage : IDisposable
{
    public const int Bytes = 4_096;

    private const uint CloseOnExec = 0x1;
    private const uint AllowSealing = 0x2;
    private const int DuplicateCloseOnExec = 1030;
    private const int SealSeal = 0x0001;
    private const int SealLength = 0x0002 | 0x0004; // SHRINK, GROW

    private readonly MappedMemory _memory;

    private SharedPage(SafeFileHandle descriptor, MappedMemory memory) => (Descriptor, _memory) = (descriptor, memory);

    /// <summary>What is passed to another process; owned by this object.</summary>
    public SafeFileHandle Descriptor { get; }

    /// <summary>A zeroed page, writable here.</summary>
    public static SharedPage Create(string name)
    {
        var raw = LibC.memfd_create(name, CloseOnExec | AllowSealing);

        if (raw < 0)
        {
            throw LinuxException.Last("memfd_create");
        }

        var descriptor = new SafeFileHandle(raw, ownsHandle: true);

        try
        {
            if (LibC.ftruncate(descriptor, Bytes) != 0)
            {
                throw LinuxException.Last("ftruncate");
            }

            Seal(descriptor, SealLength);
            return new SharedPage(descriptor, MappedMemory.OfFile(descriptor, Bytes, MemoryAccess.Read | MemoryAccess.Write));
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }

    /// <summary>Takes over a descriptor received from another process. One whose length is not sealed is refused: it could be cut under us.</summary>
    public static SharedPage Open(SafeFileHandle descriptor, MemoryAccess access)
    {
        ArgumentNullException.ThrowIfNull(descriptor);

        var seals = LibC.fcntl(descriptor, SealedMemory.GetSeals, 0);

        if (seals < 0)
        {
            throw LinuxException.Last("fcntl(F_GET_SEALS)");
        }

        return (seals & SealLength) == SealLength && RandomAccess.GetLength(descriptor) >= Bytes
            ? new SharedPage(descriptor, MappedMemory.OfFile(descriptor, Bytes, access))
            : throw new InvalidDataException("The descriptor is no page of sealed length.");
    }

    /// <summary>From now on it can be mapped for reading only, whoever has its descriptor.</summary>
    public void CloseToWriters() => Seal(Descriptor, SealedMemory.FutureWriteSeal | SealSeal);

    /// <summary>Another descriptor of the same page, which outlives this object; the caller's to close.</summary>
    public SafeFileHandle Duplicate() => Duplicate(Descriptor);

    /// <summary>Another descriptor of the same file; the caller's to close.</summary>
    public static SafeFileHandle Duplicate(SafeFileHandle descriptor)
    {
        ArgumentNullException.ThrowIfNull(descriptor);
        var raw = LibC.fcntl(descriptor, DuplicateCloseOnExec, 0);
        return raw < 0 ? throw LinuxException.Last("fcntl(F_DUPFD_CLOEXEC)") : new SafeFileHandle(raw, ownsHandle: true);
    }

    public uint Read(int offset) => Volatile.Read(ref *AddressOf(offset));

    public ulong ReadLong(int offset) => Volatile.Read(ref *(ulong*)AddressOf(offset));

    /// <summary>A full fence: what is read after it is read after it.</summary>
    public void Write(int offset, uint value) => Interlocked.Exchange(ref *AddressOf(offset), value);

    /// <summary>A full fence, as <see cref="Write"/>.</summary>
    public void WriteLong(int offset, ulong value) => Interlocked.Exchange(ref *(ulong*)AddressOf(offset), value);

    /// <summary>Changes a word that only says that something else has changed, and wakes who waits for it.</summary>
    public void Ring(int offset)
    {
        Interlocked.Increment(ref *AddressOf(offset));
        Futex.Wake(this, offset);
    }

    public void Dispose()
    {
        _memory.Dispose();
        Descriptor.Dispose();
    }

    internal uint* AddressOf(int offset)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Bytes - sizeof(ulong));
        return (uint*)(_memory.Address + offset);
    }

    private static void Seal(SafeFileHandle descriptor, int seals)
    {
        if (LibC.fcntl(descriptor, SealedMemory.AddSeals, seals) != 0)
        {
            throw LinuxException.Last("fcntl(F_ADD_SEALS)");
        }
    }
}
