using LoraFaaS.Linux.Native;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Linux.Memory;

/// <summary>A memfd being filled: writable through <see cref="Memory"/> until <see cref="Seal"/>.</summary>
public sealed class UnsealedMemory : IDisposable
{
    private const uint CloseOnExec = 0x1;
    private const uint AllowSealing = 0x2;

    private readonly SafeFileHandle _descriptor;
    private bool _sealed;

    private UnsealedMemory(SafeFileHandle descriptor, MappedMemory memory)
    {
        _descriptor = descriptor;
        Memory = memory;
    }

    /// <summary>The file itself, to be written to as one; its own until it is sealed.</summary>
    public SafeFileHandle Descriptor => _descriptor;

    /// <summary>Gone after <see cref="Seal"/>.</summary>
    public MappedMemory Memory { get; }

    /// <summary>Creates zeroed memory of this length. The name shows in /proc/PID/maps as <c>/memfd:name</c>.</summary>
    public static UnsealedMemory Create(string name, long length)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);

        var raw = LibC.memfd_create(name, CloseOnExec | AllowSealing);

        if (raw < 0)
        {
            throw LinuxException.Last("memfd_create");
        }

        var descriptor = new SafeFileHandle(raw, ownsHandle: true);

        try
        {
            if (LibC.ftruncate(descriptor, length) != 0)
            {
                throw LinuxException.Last("ftruncate");
            }

            return new UnsealedMemory(descriptor, MappedMemory.OfFile(descriptor, length, MemoryAccess.Read | MemoryAccess.Write));
        }
        catch
        {
            descriptor.Dispose();
            throw;
        }
    }


    /// <summary>Cuts it to its first bytes; the pages behind them are free. Before its length is sealed, and while nobody else has it.</summary>
    public void Shorten(long length)
    {
        Memory.Shorten(length);

        if (LibC.ftruncate(_descriptor, length) != 0)
        {
            throw LinuxException.Last("ftruncate");
        }
    }

    /// <summary>From now on it stays as long as it is, whoever has its descriptor: another process may be given it to write to.</summary>
    public void SealLength()
    {
        if (LibC.fcntl(_descriptor, SealedMemory.AddSeals, SealedMemory.LengthSeals) != 0)
        {
            throw LinuxException.Last("fcntl(F_ADD_SEALS)");
        }
    }

    /// <summary>
    /// From now on nobody becomes a writer any more (F_SEAL_FUTURE_WRITE, Linux 5.1): it is filled through <see cref="Memory"/> and no other way, so a reader may be let in before it is whole
    /// (<see cref="OpenReader"/>). Its length is sealed with it.
    /// </summary>
    public void CloseToWriters()
    {
        if (LibC.fcntl(_descriptor, SealedMemory.AddSeals, SealedMemory.LengthSeals | SealedMemory.FutureWriteSeal) != 0)
        {
            throw LinuxException.Last("fcntl(F_ADD_SEALS)");
        }
    }

    /// <summary>A descriptor of it that can only be read from, the caller's to close. What is mapped from it does not stand in the way of <see cref="Seal"/>, as a mapping from our own would.</summary>
    public SafeFileHandle OpenReader() =>
        File.OpenHandle($"/proc/self/fd/{_descriptor.DangerousGetHandle()}", FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);

    /// <summary>Unmaps first: the kernel answers EBUSY to F_SEAL_WRITE while a writable shared mapping exists.</summary>
    public SealedMemory Seal()
    {
        var length = Memory.Length;
        Memory.Dispose();

        if (LibC.fcntl(_descriptor, SealedMemory.AddSeals, SealedMemory.AllSeals) != 0)
        {
            throw LinuxException.Last("fcntl(F_ADD_SEALS)");
        }

        _sealed = true;
        return new SealedMemory(_descriptor, length);
    }

    /// <summary>After <see cref="Seal"/> the descriptor belongs to the sealed memory and stays open.</summary>
    public void Dispose()
    {
        Memory.Dispose();

        if (!_sealed)
        {
            _descriptor.Dispose();
        }
    }
}
