using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Worker.Artifacts;
using LoraFaaS.Worker.Concurrency;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Memory;
using LoraFaaS.Worker.Offloading;
using LoraFaaS.Worker.Outcomes;
using LoraFaaS.Worker.Turns;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>
/// One opened sandbox: its process, its connection, its lease of device memory, and the book of adapters and prefixes in its pages. What leaves
/// when pages are needed is decided elsewhere (<see cref="DeviceRoom"/>).
/// </summary>
internal sealed class ResidentSandbox : IServingProcess<SandboxKey>
{
    private readonly SandboxProcess _process;
    private readonly SandboxChannel _channel;
    private readonly SandboxLeaseBook _lease;
    private readonly Task _wishing;
    private readonly long _pageBytes;
    private readonly SandboxSurroundings _around;
    private readonly TimeProvider _time;
    private readonly CancellationTokenSource _lifetime = new();
    private readonly CancellationToken _ending;
    private readonly Lock _gate = new();
    private readonly SandboxAdapters _adapters;
    private readonly SandboxPrefixes _prefixes;
    private readonly Task _pulse;
    private Task? _end;

    public ResidentSandbox(
        SandboxKey key, SandboxProcess process, SandboxChannel channel, MemoryLease lease, SandboxMemoryLimit limit, long pageBytes, SandboxTimes times,
        SandboxPulse pulse, SandboxSurroundings around)
    {
        Key = key;
        Times = times;
        _process = process;
        _channel = channel;
        _lease = new SandboxLeaseBook(channel, lease, limit.TryFollow, around.Time);
        _pageBytes = pageBytes;
        _around = around;
        _time = around.Time;
        Uses = new UseBook(() => channel.IsClosed, _time);
        _ending = _lifetime.Token;
        _adapters = new SandboxAdapters(this, channel, around, _ending);
        _prefixes = new SandboxPrefixes(this, channel, around, _ending);
        _wishing = Task.Run(GrantWishesAsync);
        _pulse = pulse.RunAsync(_ending);
    }

    public SandboxKey Key { get; }

    public SandboxId Id => _process.Id;

    public int ProcessId => _process.ProcessId;

    public SandboxTimes Times { get; }

    /// <summary>Waiting for the backbone to be packed, before the sandbox could be opened.</summary>
    public TimeSpan PackTime { get; set; }

    /// <summary>Where the backbone was when the sandbox was asked for.</summary>
    public StorageTier BackboneTier { get; set; } = StorageTier.Host;

    /// <summary>Bytes of the backbone it runs, packed.</summary>
    public long BackboneBytes { get; init; }

    /// <summary>Device bytes in its hands.</summary>
    public ByteSize Leased => _lease.Size;

    /// <summary>Leased bytes in no page's use, by the sandbox's last word.</summary>
    public ByteSize Slack => new(Math.Max(0, _lease.Size.Bytes - (Load.PagesUsed * _pageBytes)));

    /// <summary>Completes when nothing will be heard from it any more.</summary>
    public Task Closed => _channel.Closed;

    public Load Load => _channel.Load;

    /// <summary>What it would need to keep all that it has, cached prefixes included.</summary>
    public ByteSize Needed => new((Load.PagesUsed + Load.PagesKept) * _pageBytes);

    /// <summary>Null: it takes no turns.</summary>
    public TurnMember? Turns => _channel.Turns;

    public IReadOnlyList<(Digest Digest, ByteSize Size)> Adapters => _adapters.All;

    /// <summary>Those that no sequence uses, with the time since one did.</summary>
    public IReadOnlyList<(Digest Digest, ByteSize Size, TimeSpan Idle)> IdleAdapters => _adapters.Idle;

    public IReadOnlyList<KeptPrefix> Prefixes => _prefixes.All;

    public UseBook Uses { get; }

    public bool IsOver => Uses.IsRetired || _channel.IsClosed;

    /// <summary>Brings an adapter into this sandbox's pages, from wherever it is.</summary>
    public Task<Loading<AdapterUse>> UseAdapterAsync(Digest adapter, long maxBytes, CancellationToken cancellationToken, Urgency urgency = Urgency.Live) =>
        _adapters.UseAsync(adapter, maxBytes, cancellationToken, urgency);

    /// <summary>Hands over an adapter that is still being packed, as <see cref="SandboxAdapters.UseArrivingAsync"/> says.</summary>
    public Task<Loading<AdapterUse>> UseArrivingAsync(Digest adapter, long maxBytes, AdapterDraft draft, CancellationToken cancellationToken) =>
        _adapters.UseArrivingAsync(adapter, maxBytes, draft, cancellationToken);

    /// <summary>Computes and keeps what every prompt of the revision begins with. Its adapter must be here and in use. Null: done.</summary>
    public Task<Problem?> PreparePrefixAsync(FunctionId function, RevisionRef revision, CancellationToken cancellationToken) =>
        _prefixes.PrepareAsync(function, revision, cancellationToken);

    /// <summary>Puts a prefix back that was computed before and is not here any more. Null: there is nothing to put back.</summary>
    public Task<bool>? RestorePrefixAsync(FunctionId function, RevisionRef revision, CancellationToken cancellationToken) =>
        _prefixes.RestoreAsync(function, revision, cancellationToken);

    /// <summary>False when there is none. Sequences that began on it keep its pages.</summary>
    public Task<bool> TryDropPrefixAsync(FunctionId function, int revision, CancellationToken cancellationToken) =>
        _prefixes.TryDropAsync(function, revision, cancellationToken);

    /// <summary>So many bytes from now on. False: the ledger has not so many. For those who make room.</summary>
    internal async Task<bool> TryGrowAsync(ByteSize size, CancellationToken cancellationToken)
    {
        var hasGrown = await _lease.TryGrowAsync(size, cancellationToken);
        _around.Changes.Ring();
        return hasGrown;
    }

    /// <summary>Asks the sandbox to make do with so many bytes. Answers what it gave back, which may be nothing. For those who make room.</summary>
    internal async Task<ByteSize> ShrinkAsync(ByteSize size, CancellationToken cancellationToken)
    {
        var freed = await _lease.ShrinkAsync(size, cancellationToken);
        _around.Changes.Ring();
        return freed;
    }

    /// <summary>False when it is not here, or a sequence uses it.</summary>
    public async Task<bool> TryOffloadAsync(Digest adapter, CancellationToken cancellationToken)
    {
        if (!_adapters.TryRemove(adapter))
        {
            return false;
        }

        _prefixes.RemoveOf(adapter);
        await _channel.UnloadAdapterAsync(adapter, cancellationToken);
        _around.Changes.Ring();
        return true;
    }

    public Task<SandboxSequence> GenerateAsync(GenerateRequest request, int credits, CancellationToken cancellationToken) =>
        _channel.GenerateAsync(request, credits, cancellationToken);

    public ValueTask DrainAsync(CancellationToken cancellationToken) => _channel.DrainAsync(cancellationToken);

    /// <summary>Ends the process if it still runs; its device bytes are free when this returns. Its watcher and whoever stops it may both call.</summary>
    public async ValueTask DisposeAsync()
    {
        Task end;

        lock (_gate)
        {
            end = _end ??= Task.Run(EndAsync);
        }

        await end;
    }

    private async Task EndAsync()
    {
        await _lifetime.CancelAsync();
        await _pulse;
        await _channel.DisposeAsync();
        await _process.DisposeAsync();
        await _wishing;
        await _lease.DisposeAsync();
        _lifetime.Dispose();
    }

    /// <summary>More device memory where there is some, or room within what there is.</summary>
    internal async Task<bool> TryMakeRoomAsync(long bytes, CancellationToken cancellationToken)
    {
        var need = new ByteSize(bytes + DeviceLedger.Extent.Bytes);
        var before = _lease.Size;

        // Loads that ran short together ask for the same size: what one of them was given, the others find when they try again.
        return await _around.Room.GrowAsync(this, before + need, cancellationToken)
            || _lease.Size > before
            || await _around.Room.MakeRoomWithinAsync(this, new ByteSize(bytes), cancellationToken);
    }

    /// <summary>Answers the sandbox's asking for memory, one wish after the other, until it is gone.</summary>
    private async Task GrantWishesAsync()
    {
        try
        {
            // Behind the call that opened it, which need not wait for the kernel.
            await _lease.HoldAsync(_ending);

            await foreach (var wish in _channel.Wishes.ReadAllAsync(_ending))
            {
                // Granted or not, it hears where it stands: sequences wait for the answer.
                if (!await _around.Room.GrowAsync(this, new ByteSize(wish), _ending))
                {
                    await _lease.TellAsync(_ending);
                }
            }
        }
        catch (OperationCanceledException) when (_ending.IsCancellationRequested)
        {
            // Its end: nobody waits for an answer.
        }
    }
}
