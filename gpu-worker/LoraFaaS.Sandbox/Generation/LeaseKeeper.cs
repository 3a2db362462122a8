using LoraFaaS.Engine;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Connection;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// This sandbox's side of its lease: asks for more when sequences wait for pages, uses what it is given, and gives back what the worker takes, moving
/// pages down so that the end of the arena is free. Owned by the engine loop.
/// </summary>
internal sealed class LeaseKeeper(InferenceEngine engine, SequenceTable table, PrefixKeeper prefixes, Outbox outbox, TimeProvider time)
{
    /// <summary>After an answer that gave nothing, sequences make do with what there is before the worker is asked again.</summary>
    private static readonly TimeSpan AskAgainAfter = TimeSpan.FromMilliseconds(250);

    /// <summary>Asked for beyond what is short, so that growing sequences do not ask at every block.</summary>
    private const int HeadroomDivisor = 8;

    private long? _refusedAt;

    /// <summary>The worker was asked and has not answered yet.</summary>
    public bool IsAsking { get; private set; }

    /// <summary>True when more is on its way, or the worker has just been asked: nobody need lose pages before it has answered.</summary>
    /// <param name="pagesShort">Pages that sequences lack.</param>
    public bool TryAsk(int pagesShort)
    {
        var pool = engine.Pages;

        if (IsAsking)
        {
            return true;
        }

        if (pool.Total >= pool.Limit || (_refusedAt is { } refused && time.GetElapsedTime(refused) < AskAgainAfter))
        {
            return false;
        }

        var wanted = (pool.Used + pagesShort + (pagesShort / HeadroomDivisor)) * (long)pool.PageBytes;
        wanted = Math.Max(wanted, ((long)pool.Total * pool.PageBytes) + SandboxLease.ExtentBytes);
        outbox.Post(new FromSandbox { LeaseWanted = new LeaseWanted { DeviceBytes = SandboxLease.WholeExtents(wanted) } });
        IsAsking = true;
        return true;
    }

    public void Change(long bytes)
    {
        var pool = engine.Pages;
        var before = (long)pool.Total * pool.PageBytes;
        var wanted = Math.Min(bytes, (long)pool.Limit * pool.PageBytes);

        if (wanted >= before)
        {
            pool.Grow((int)(wanted / pool.PageBytes));
            _refusedAt = wanted > before ? null : time.GetTimestamp();
            IsAsking = false;
        }
        else
        {
            Shrink(wanted);
        }

        outbox.Post(new FromSandbox { Leased = new Leased { DeviceBytes = (long)pool.Total * pool.PageBytes } });
    }

    /// <summary>The pool ends where a whole extent does: less than that the worker cannot give to anybody else.</summary>
    private void Shrink(long bytes)
    {
        List<KvSequence> sequences = [.. table.All.Select(sequence => sequence.Kv).OfType<KvSequence>(), .. prefixes.Held];
        var left = engine.Shrink(bytes, sequences);
        engine.Pages.Grow((int)Math.Min(SandboxLease.WholeExtents(left) / engine.Pages.PageBytes, engine.Pages.Limit));
    }
}
