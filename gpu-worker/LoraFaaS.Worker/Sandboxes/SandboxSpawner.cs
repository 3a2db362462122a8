using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Backbones;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Isolation;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>Blank sandboxes: each has mapped the backbone that is expected next, and does not begin while cold starts wait for their first tokens.</summary>
internal sealed class SandboxSpawner : BlankSpawner<SandboxProcess>
{
    /// <summary>
    /// Longest the next blank waits for the first tokens of the cold starts that wait when it is wanted: longer than a long prompt takes. Those that come
    /// later it does not wait for, since where they never end the blanks are what helps them.
    /// </summary>
    private static readonly TimeSpan GiveWay = TimeSpan.FromSeconds(15);

    /// <summary>After those first tokens, for whoever passes them on and reads them on this machine: a process that starts takes a processor for milliseconds at once.</summary>
    private static readonly TimeSpan Aftermath = TimeSpan.FromMilliseconds(20);

    /// <summary>Longest a blank may take to read what it is to prepare; whoever wants one waits as long.</summary>
    private static readonly TimeSpan ReadLimit = TimeSpan.FromSeconds(5);

    private readonly ISandboxSource _source;
    private readonly NextBackbone _next;
    private readonly ColdInvocations _cold;
    private readonly WorkerOptions _options;
    private readonly TimeProvider _time;
    private long _longestLease;

    public SandboxSpawner(
        ISandboxSource source, NextBackbone next, ColdInvocations cold, IOptions<WorkerOptions> options, TimeProvider time, ILogger<SandboxSpawner> logger)
        : base("sandbox", options.Value.BlankSandboxes, options.Value.SandboxStart, time, logger)
    {
        _source = source;
        _next = next;
        _next.Serve(backbone => EndAsync(blank => blank.Prepared == backbone));
        _cold = cold;
        _options = options.Value;
        _time = time;
    }

    /// <summary>Completes when a blank is there. Not null: this worker keeps none.</summary>
    public async Task<Problem?> EnsureBlankAsync(CancellationToken cancellationToken)
    {
        if (_options.BlankSandboxes == 0)
        {
            return new Problem(ErrorCode.InvalidRequest, "This worker keeps no blank sandboxes (Worker:BlankSandboxes is 0).", "tier");
        }

        await WaitForBlankAsync(cancellationToken);
        return null;
    }

    protected override Task<SandboxProcess> StartAsync(string name, CancellationToken cancellationToken) =>
        _source.StartAsync(new SandboxId(name), cancellationToken);

    protected override Task ChangeAsync(CancellationToken cancellationToken) => _next.ChangeAsync(cancellationToken);

    protected override async Task GiveWayAsync(CancellationToken cancellationToken)
    {
        try
        {
            var tokens = _cold.PresentAsync();

            if (!tokens.IsCompleted)
            {
                await tokens.WaitAsync(GiveWay, _time, cancellationToken);
                await Task.Delay(Aftermath, _time, cancellationToken);
            }
        }
        catch (TimeoutException)
        {
            // A first token that takes this long is not the next blank's doing.
        }
    }

    /// <summary>A sandbox was opened with such a lease: the next blanks have memory for another like it.</summary>
    public void Expect(ByteSize lease)
    {
        for (var seen = Volatile.Read(ref _longestLease); lease.Bytes > seen; seen = Volatile.Read(ref _longestLease))
        {
            Interlocked.CompareExchange(ref _longestLease, lease.Bytes, seen);
        }
    }

    /// <summary>What a blank holds for whoever comes next, beside the budgets, as the reserve does and under the same limit: 0 keeps none.</summary>
    private ByteSize AtHand => new(Math.Min(_options.ReserveBytes.Bytes, Math.Max(_options.FirstLeaseBytes.Bytes, Volatile.Read(ref _longestLease))));

    /// <summary>Where another backbone is expected than it was prepared for.</summary>
    protected override async Task PrepareAsync(SandboxProcess blank, CancellationToken cancellationToken)
    {
        if (_next.Current is not { } backbone || blank.Prepared == backbone.Digest)
        {
            return;
        }

        using var limit = new CancellationTokenSource(ReadLimit, _time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, limit.Token);

        try
        {
            await blank.PrepareAsync(backbone, OpeningFrame.For(backbone.Digest, _options.FirstLeaseBytes, _options), AtHand, either.Token);
        }
        catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            await blank.DisposeAsync();
            throw new SandboxStartException($"Blank {blank.Id} read nothing for {ReadLimit}.");
        }
        catch
        {
            await blank.DisposeAsync();
            throw;
        }
    }
}
