using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace LoraFaaS.Checkpoints.Files;

/// <summary>
/// A file that is read once from end to end, in large pieces, by many threads: what the page cache holds is copied from it, and what it does
/// not comes from the disk past it (open(2), O_DIRECT). Where the file system has no direct reads, or the kernel does not say what it holds,
/// all comes through the cache. See decisions/0004-weights-past-the-page-cache.md.
/// </summary>
public sealed unsafe class LargeFile : IDisposable
{
    /// <summary>What positions, lengths and buffers of direct reads are multiples of.</summary>
    public const int Alignment = 4_096;

    private const int CloseOnExec = 0x80000;

    private readonly SafeFileHandle _file;
    private readonly SafeFileHandle? _direct;

    private LargeFile(string path, SafeFileHandle file, SafeFileHandle? direct)
    {
        Path = path;
        _file = file;
        _direct = direct;
        Length = RandomAccess.GetLength(file);
    }

    public string Path { get; }

    public long Length { get; }

    /// <summary>Null: the file system has no direct reads. Of use as long as this is open.</summary>
    internal int? DirectDescriptor => _direct is null ? null : (int)_direct.DangerousGetHandle();

    private static int Direct => RuntimeInformation.ProcessArchitecture is Architecture.Arm64 ? 0x10000 : 0x4000;

    /// <exception cref="IOException">It is not there, or cannot be opened.</exception>
    public static LargeFile Open(string path)
    {
        var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var direct = LibC.open(path, Direct | CloseOnExec, 0);
        return new LargeFile(path, file, direct < 0 ? null : new SafeFileHandle(direct, ownsHandle: true));
    }

    /// <summary>Whether a piece is to be read through the page cache: all is, or it holds all of it.</summary>
    public bool IsCached(long position, int bytes)
    {
        if (_direct is null)
        {
            return true;
        }

        var range = new CacheRange { Offset = (ulong)position, Length = (ulong)Math.Min(bytes, Length - position) };
        CachedPages pages;
        return LibC.syscall_cachestat(LibC.CacheStat, _file, &range, &pages, 0) != 0
            || (long)pages.Cached * Environment.SystemPageSize >= (long)range.Length;
    }

    /// <summary>Copies a piece through the page cache, as much of it as the file has.</summary>
    /// <exception cref="IOException">The file was cut short, or the disk fails.</exception>
    public void ReadCached(long position, nint buffer, int bytes) => ReadCached(position, buffer, (int)Math.Min(bytes, Length - position), 0);

    /// <summary>Reads a piece from the disk, as much of it as the file has. All three are multiples of <see cref="Alignment"/>.</summary>
    /// <param name="have">Bytes of it that are there already.</param>
    /// <exception cref="IOException">The file was cut short, or the disk fails.</exception>
    public void ReadDirect(long position, nint buffer, int bytes, int have = 0)
    {
        var wanted = (int)Math.Min(bytes, Length - position);
        var done = Settled(have, wanted);

        while (_direct is not null && done < wanted)
        {
            var read = (int)LibC.pread(_direct, (byte*)buffer + done, (nuint)(bytes - done), position + done);
            var next = Settled(done + read, wanted);

            if (next <= done)
            {
                break;
            }

            done = next;
        }

        ReadCached(position, buffer, wanted, done);
    }

    public void Dispose()
    {
        _direct?.Dispose();
        _file.Dispose();
    }

    /// <summary>What ends between two sectors goes on at the beginning of the second.</summary>
    private static int Settled(int done, int wanted) => done >= wanted ? wanted : done / Alignment * Alignment;

    private void ReadCached(long position, nint buffer, int wanted, int done)
    {
        while (done < wanted)
        {
            var read = RandomAccess.Read(_file, new Span<byte>((byte*)buffer + done, wanted - done), position + done);
            done += read > 0 ? read : throw new EndOfStreamException($"{System.IO.Path.GetFileName(Path)} was cut short while it was read.");
        }
    }
}
