using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Memory;

/// <summary>Bytes of a ledger in one owner's hands, given back when disposed, once. May be made larger or smaller meanwhile.</summary>
internal sealed class MemoryLease(MemoryLedger ledger, string owner, ByteSize size) : IDisposable
{
    private long _bytes = size.Bytes;

    public string Owner { get; } = owner;

    /// <summary>What the ledger counts: whole extents, so at least what was asked for.</summary>
    public ByteSize Size => new(Volatile.Read(ref _bytes));

    /// <summary>So many bytes in all, whole extents. Refused: nothing has changed, and there is a reason. Fewer always succeed.</summary>
    public LeaseOutcome TryResize(ByteSize size) => ledger.TryResize(this, size);

    public void Dispose() => ledger.Return(this);

    /// <summary>By the ledger, under its lock.</summary>
    internal void Become(long bytes) => Volatile.Write(ref _bytes, bytes);
}
