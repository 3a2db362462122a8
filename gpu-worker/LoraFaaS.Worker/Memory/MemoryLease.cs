using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Worker.Memory;

/// <summary>Bytes of a ledger in one owner's hands, given back when disposed, once.</summary>
internal sealed class MemoryLease(MemoryLedger ledger, string owner, ByteSize size) : IDisposable
{
    private int _returned;

    public string Owner { get; } = owner;

    /// <summary>What the ledger counts: whole extents, so at least what was asked for.</summary>
    public ByteSize Size { get; } = size;

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _returned, 1) == 0)
        {
            ledger.Return(this);
        }
    }
}
