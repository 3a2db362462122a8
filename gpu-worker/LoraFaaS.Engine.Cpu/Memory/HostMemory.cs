using System.Runtime.InteropServices;
using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Engine.Cpu.Memory;

/// <summary>Zeroed host memory, page aligned. Large blocks come from fresh mappings, so bytes never touched cost nothing.</summary>
internal sealed unsafe class HostMemory : DeviceMemory
{
    private const int Alignment = 4096;

    private void* _block;

    public HostMemory(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(bytes);
        Bytes = bytes;
        _block = NativeMemory.AllocZeroed(checked((nuint)bytes + Alignment));
        Address = ((nint)_block + Alignment - 1) / Alignment * Alignment;
    }

    ~HostMemory() => Dispose(false);

    public override nint Address { get; }

    public override long Bytes { get; }

    public override void Clear(long offset, long bytes) => NativeMemory.Clear(At(offset, bytes), (nuint)bytes);

    public override void Write(long offset, ReadOnlySpan<byte> source) => source.CopyTo(new Span<byte>(At(offset, source.Length), source.Length));

    public override void Read(long offset, Span<byte> destination) => new Span<byte>(At(offset, destination.Length), destination.Length).CopyTo(destination);

    protected override void Dispose(bool disposing)
    {
        NativeMemory.Free(_block);
        _block = null;
    }

    private void* At(long offset, long bytes)
    {
        ObjectDisposedException.ThrowIf(_block is null, this);
        ArgumentOutOfRangeException.ThrowIfNegative(offset);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(offset, Bytes - bytes);
        return (byte*)Address + offset;
    }
}
