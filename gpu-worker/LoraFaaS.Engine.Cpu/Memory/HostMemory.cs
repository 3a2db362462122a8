using System.Runtime.InteropServices;
using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Cpu.Memory;

/// <summary>Zeroed host memory, page aligned. Large blocks come from fresh mappings, so bytes never touched cost nothing.</summary>
internal sealed unsafe class HostMemory : DeviceMemory
{
    private const int Alignment = 4096;

    /// <summary>From here on a block is a mapping of its own, and what its alignment skips is never touched.</summary>
    private const long LargeBytes = 16 << 20;

    private void* _block;
    private nint _address;

    public HostMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Bytes = bytes;
        var alignment = bytes >= LargeBytes ? HostPages.HugeBytes : Alignment;
        _block = NativeMemory.AllocZeroed(checked((nuint)(bytes + alignment)));
        _address = ((nint)_block + alignment - 1) / alignment * alignment;
    }

    ~HostMemory() => Dispose(false);

    /// <summary>0 after disposal.</summary>
    public override nint Address => _address;

    public override long Bytes { get; }

    public override bool IsHost => true;

    public override void Clear(long offset, long bytes) => NativeMemory.Clear(At(offset, bytes), (nuint)bytes);

    public override void Write(long offset, ReadOnlySpan<byte> source) => source.CopyTo(new Span<byte>(At(offset, source.Length), source.Length));

    public override void Read(long offset, Span<byte> destination) => new Span<byte>(At(offset, destination.Length), destination.Length).CopyTo(destination);

    public override void Copy(long from, long to, int bytes) => NativeMemory.Copy(At(from, bytes), At(to, bytes), (nuint)bytes);

    /// <summary>The kernel takes the whole pages of the range back and shows zeros in their place.</summary>
    public override void Discard(long offset, long bytes)
    {
        var range = At(offset, bytes);

        if (bytes == 0)
        {
            return;
        }

        if (((nint)range | (nint)bytes) % Alignment != 0 || !HostPages.TryDiscard((nint)range, (nuint)bytes))
        {
            NativeMemory.Clear(range, (nuint)bytes);
        }
    }

    /// <summary>Huge pages: a fault for each two megabytes instead of each four kilobytes, and fewer translations to look up.</summary>
    public override void ExpectDense()
    {
        if (Bytes >= LargeBytes)
        {
            HostPages.PreferHuge(_address, (nuint)(Bytes / HostPages.HugeBytes * HostPages.HugeBytes));
        }
    }

    /// <summary>A kernel that does not know the advice leaves the faults to whoever writes first.</summary>
    public override void Touch(long offset, long bytes)
    {
        // The whole pages around it: they are this block's own, but for what the allocator keeps before and behind it, which is written to anyway.
        var first = (nint)At(offset, bytes) / Alignment * Alignment;
        var end = ((nint)At(offset, bytes) + (nint)bytes + Alignment - 1) / Alignment * Alignment;

        if (end > first)
        {
            HostPages.Populate(first, (nuint)(end - first));
        }
    }

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_block);
        _block = null;
        _address = 0;
    }

    private void* At(long offset, long bytes)
    {
        ObjectDisposedException.ThrowIf(_block is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Bytes - bytes);
        return (byte*)Address + offset;
    }
}
