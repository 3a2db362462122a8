using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Engine;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Memory;

namespace LoraFaaS.Bench.Memory;

/// <summary>Ours: the worker's ledger leases extents to one sandbox a trust domain, each with the engine's page pool; the same rules as in the running product.</summary>
internal sealed class PagedStore : IReplayStore, IDisposable
{
    /// <summary>Asked for beyond what is short, as the sandbox does.</summary>
    private const int HeadroomDivisor = 8;

    private readonly DeviceLedger _ledger;
    private readonly List<PagedDomain> _domains;
    private readonly long _blockBytes;

    public PagedStore(NamedShape shape, ByteSize budget, int domains)
    {
        var pageBytes = new EngineOptions().PageBytes;
        _ledger = new DeviceLedger(budget);
        _domains = [.. Enumerable.Range(0, domains).Select(domain => new PagedDomain($"sandbox {domain}", _ledger, pageBytes))];
        PageBytes = pageBytes;

        // A block is 16 tokens through all layers, in whole pages.
        var block = 16L * shape.Layers * 2 * shape.KvHeads * shape.HeadDim * 2;
        _blockBytes = (block + pageBytes - 1) / pageBytes * pageBytes;
    }

    public string Name => "paged extents";

    public int PageBytes { get; }

    public long Leased => _ledger.Used.Bytes;

    public long Free => _ledger.Free.Bytes + _domains.Sum(domain => domain.WholeSlack);

    /// <summary>Any free page serves anybody: those of another's lease move together and leave as extents.</summary>
    public double ExternalFragmentation => 0;

    public long Copied => _domains.Sum(domain => domain.Copied);

    public long BytesOf(ReplayAdapter adapter) => (adapter.PackedBytes + PageBytes - 1) / PageBytes * PageBytes;

    public long BytesOf(int tokens) => (tokens + 15) / 16 * _blockBytes;

    public bool TryPlace(int domain, long id, long bytes)
    {
        var own = _domains[domain];

        if (own.TryPlace(id, bytes))
        {
            return true;
        }

        var missing = bytes - own.Slack;

        if (own.TryGrow(missing + (bytes / HeadroomDivisor)) || own.TryGrow(missing))
        {
            return own.TryPlace(id, bytes);
        }

        foreach (var other in _domains.Where(other => other != own).OrderByDescending(other => other.Slack))
        {
            other.Shrink(Math.Max(0, other.Leased - Math.Min(other.WholeSlack, SandboxLease.WholeExtents(missing - _ledger.Free.Bytes))));

            if (own.TryGrow(missing))
            {
                return own.TryPlace(id, bytes);
            }
        }

        return false;
    }

    public void Remove(int domain, long id) => _domains[domain].Remove(id);

    public void Tidy()
    {
        foreach (var domain in _domains)
        {
            domain.Trim();
        }
    }

    public void Dispose() => _domains.ForEach(domain => domain.Dispose());
}
