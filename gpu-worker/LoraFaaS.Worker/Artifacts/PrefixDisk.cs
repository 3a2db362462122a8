using System.Globalization;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Policies.Offloading;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Offloading;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Artifacts;

/// <summary>
/// The disk tier of prompt prefixes, under a limit of its own: files of enciphered pieces, of which nobody can make anything once this is gone. The book of them is in memory alone. What a
/// process before this one left in the folder is removed at start. Who writes is one at a time (<see cref="PrefixWriter"/>); who reads may be many.
/// </summary>
internal sealed partial class PrefixDisk : IDisposable
{
    /// <summary>Pieces for which a load's thread is taken at once: 4 MiB, some milliseconds, then adapters have their turn.</summary>
    private const int Stretch = 16;

    /// <summary>Smaller where somebody waits, so that all threads have a part of what is left.</summary>
    private const int ReadStretch = 8;

    private readonly string _folder;
    private readonly ByteSize _limit;
    private readonly ByteSize _reserve;
    private readonly PrefixWorth _worth;
    private readonly LoadThreads _threads;
    private readonly ResidencyChanges _changes;
    private readonly ILogger<PrefixDisk> _logger;
    private readonly PrefixCipher _cipher = new();
    private readonly Lock _gate = new();
    private readonly LruBook<PrefixKey> _book = new();
    private readonly Dictionary<PrefixKey, (PrefixImage About, PrefixSeal Seal)> _files = [];
    private ulong _lastNumber;
    private PrefixKey? _writing;
    private bool _isUnwanted;

    public PrefixDisk(string folder, ByteSize limit, ByteSize reserve, PrefixWorth worth, LoadThreads threads, ResidencyChanges changes, ILogger<PrefixDisk> logger)
    {
        _folder = folder;
        _limit = limit;
        _reserve = reserve;
        _worth = worth;
        _threads = threads;
        _changes = changes;
        _logger = logger;
        Clear();
        Directory.CreateDirectory(folder);
    }

    public IReadOnlyList<PrefixImage> Inventory
    {
        get
        {
            lock (_gate)
            {
                return [.. _book.Entries.Select(entry => _files[entry.Key].About)];
            }
        }
    }

    /// <summary>Bytes of files.</summary>
    public ByteSize Used
    {
        get
        {
            lock (_gate)
            {
                return new ByteSize(_book.Bytes);
            }
        }
    }

    public ByteSize Limit => _limit;

    /// <summary>Null: there is none.</summary>
    public PrefixImage? Find(PrefixKey key)
    {
        lock (_gate)
        {
            return _book.Contains(key) ? _files[key].About : null;
        }
    }

    /// <summary>Writes an image down, where that is worth it and there is room; the least valuable make room. What is there is not written again.</summary>
    /// <param name="about">Whose it is.</param>
    /// <param name="image">Stays while this runs.</param>
    /// <param name="cancellationToken">The file is then removed.</param>
    public async Task WriteAsync(PrefixImage about, SealedMemory image, CancellationToken cancellationToken)
    {
        if (Find(about.Key) is not null || _limit.Bytes == 0)
        {
            return;
        }

        var bytes = PrefixCipher.FileBytes(image.Length);
        var decision = PrefixReturnPolicy.Decide(new PrefixDiskQuestion(bytes, _limit.Bytes, DiskFree(), _reserve.Bytes, _worth.CostsOf(about)));

        if (decision is not PrefixDiskDecision.Write)
        {
            if (decision is PrefixDiskDecision.NotWorthIt)
            {
                _worth.PassOver();
            }

            LogNotWritten(about.Key, decision);
            return;
        }

        if (!TryMakeRoom(bytes))
        {
            return;
        }

        await WriteFileAsync(about, image, bytes, cancellationToken);
    }

    /// <summary>Fills memory of the image's size. False: it is not there, or is not what was written and is removed. Nothing of it may be used then.</summary>
    /// <exception cref="OperationCanceledException">Given up; the file stays.</exception>
    public async Task<bool> TryReadAsync(PrefixKey key, UnsealedMemory into, CancellationToken cancellationToken)
    {
        PrefixSeal seal;

        lock (_gate)
        {
            if (!_book.TryUse(key))
            {
                return false;
            }

            seal = _files[key].Seal;
        }

        try
        {
            if (await TryReadFileAsync(seal, into, cancellationToken))
            {
                return true;
            }

            LogDamaged(key);
        }
        catch (IOException failure)
        {
            LogDiskFailure(failure, key);
        }
        finally
        {
            EndUse(key);
        }

        Drop(key);
        return false;
    }

    /// <summary>Lets one go, unless there is none; one that is being read goes with its last reader, one that is being written is not kept.</summary>
    public void Drop(PrefixKey key)
    {
        lock (_gate)
        {
            _isUnwanted |= _writing == key;

            if (_book.Leave(key) is true)
            {
                Remove(key);
            }
        }

        _changes.Ring();
    }

    /// <summary>The files go with their key.</summary>
    public void Dispose()
    {
        _cipher.Dispose();

        try
        {
            Clear();
        }
        catch (IOException failure)
        {
            // Noise from now on, and the next start removes it.
            LogNotCleared(failure, _folder);
        }
    }

    private async Task WriteFileAsync(PrefixImage about, SealedMemory image, long bytes, CancellationToken cancellationToken)
    {
        var seal = PrefixSeal.Of(++_lastNumber, about);

        lock (_gate)
        {
            (_writing, _isUnwanted) = (about.Key, false);
        }

        try
        {
            using (var memory = image.Map())
            using (var file = File.OpenHandle(PathOf(seal), FileMode.CreateNew, FileAccess.Write, FileShare.None, preallocationSize: bytes))
            {
                for (var piece = 0; piece < PrefixCipher.Pieces(memory.Length); piece += Stretch)
                {
                    var from = piece;
                    await _threads.RunAsync(() => { _cipher.Write(file, seal, memory, from, Stretch); return true; }, cancellationToken);
                }
            }

            Keep(about, seal, bytes);
        }
        catch (IOException failure)
        {
            // A full or failing disk is the operator's to mend; the prefix is computed again.
            LogDiskFailure(failure, about.Key);
        }
        finally
        {
            lock (_gate)
            {
                _writing = null;

                if (!_files.TryGetValue(about.Key, out var kept) || kept.Seal != seal)
                {
                    File.Delete(PathOf(seal));
                }
            }
        }
    }

    private void Keep(PrefixImage about, PrefixSeal seal, long bytes)
    {
        lock (_gate)
        {
            // Somebody let it go meanwhile: it is of a prompt that there is no more.
            if (_isUnwanted || !_files.TryAdd(about.Key, (about, seal)))
            {
                return;
            }

            _book.Add(about.Key, bytes);
        }

        LogWritten(about.Key, bytes);
        _changes.Ring();
    }

    /// <summary>The disk is asked for all of the file, and reads it while its first pieces are opened, on as many threads as there are.</summary>
    private async Task<bool> TryReadFileAsync(PrefixSeal seal, UnsealedMemory into, CancellationToken cancellationToken)
    {
        using var file = File.OpenHandle(PathOf(seal), FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        var (bytes, next, isWhole) = (into.Memory.Length, 0, true);

        async Task OpenPiecesAsync()
        {
            while (Volatile.Read(ref isWhole) && Interlocked.Add(ref next, ReadStretch) - ReadStretch is var from && from < PrefixCipher.Pieces(bytes))
            {
                if (!await _threads.RunAsync(() => _cipher.TryRead(file, seal, into.Descriptor, bytes, from, ReadStretch), cancellationToken))
                {
                    Volatile.Write(ref isWhole, false);
                }
            }
        }

        // All have ended when this does, also where one of them failed: the file and the memory stay open until then.
        await Task.WhenAll([_threads.RunAsync(() => { FileCache.Expect(file); return true; }, cancellationToken), .. Enumerable.Range(0, _threads.Count).Select(_ => OpenPiecesAsync())]);
        return isWhole;
    }

    private bool TryMakeRoom(long bytes)
    {
        lock (_gate)
        {
            while (_book.Bytes + bytes > _limit.Bytes)
            {
                if (!_book.TryEvict((key, size) => _worth.DensityOnDisk(_files[key].About, size), out var leaving))
                {
                    return false;
                }

                Remove(leaving);
            }
        }

        return true;
    }

    private void EndUse(PrefixKey key)
    {
        lock (_gate)
        {
            if (_book.EndUse(key))
            {
                Remove(key);
            }
        }
    }

    /// <summary>Within the lock. Who reads it still has it open.</summary>
    private void Remove(PrefixKey key)
    {
        _files.Remove(key, out var file);
        File.Delete(PathOf(file.Seal));
    }

    private long DiskFree()
    {
        try
        {
            return new DriveInfo(_folder).AvailableFreeSpace;
        }
        catch (IOException failure)
        {
            LogNoSpaceKnown(failure, _folder);
            return 0;
        }
    }

    private void Clear()
    {
        if (Directory.Exists(_folder))
        {
            Directory.Delete(_folder, recursive: true);
        }
    }

    /// <summary>A number: who looks at the disk does not learn whose they are either.</summary>
    private string PathOf(PrefixSeal seal) => Path.Combine(_folder, seal.Number.ToString(CultureInfo.InvariantCulture));
}
