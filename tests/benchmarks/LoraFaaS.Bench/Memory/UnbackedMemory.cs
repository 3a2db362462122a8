using LoraFaaS.Engine.Compute;

namespace LoraFaaS.Bench.Memory;

/// <summary>An arena of addresses without bytes: the real pool keeps its real books over it, and a day of clearing pages is left out.</summary>
internal sealed class UnbackedMemory(long bytes) : DeviceMemory
{
    public override nint Address => 1 << 20;

    public override long Bytes { get; } = bytes;

    /// <summary>Bytes that moving pages together has copied.</summary>
    public long Copied { get; private set; }

    public override void Clear(long offset, long bytes)
    {
    }

    public override void Write(long offset, ReadOnlySpan<byte> source)
    {
    }

    public override void Read(long offset, Span<byte> destination)
    {
    }

    public override void Copy(long from, long to, int bytes) => Copied += bytes;

    public override void Discard(long offset, long bytes)
    {
    }

    protected override void Dispose(bool disposing)
    {
    }
}
