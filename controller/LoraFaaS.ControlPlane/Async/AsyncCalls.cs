using System.Diagnostics.CodeAnalysis;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Functions;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.Policies.Retries;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.ControlPlane.Async;

/// <summary>
/// Asynchronous calls from their acceptance to their end. All that is remembered is in the store: this may die at any moment, and another
/// controller on the same store goes on.
/// </summary>
public sealed partial class AsyncCalls(
    IAsyncStore store, ICatalogueStore catalogue, CallNews news, AsyncMetrics metrics, IOptions<AsyncOptions> options, TimeProvider time,
    ILogger<AsyncCalls> logger)
{
    /// <summary>What the caller did not wait for: the error that a cancelled call ends with, by which it is known.</summary>
    public const string Cancelled = "cancelled";

    private readonly ILogger _logger = logger;

    public TimeSpan LeaseDuration => options.Value.Lease;

    /// <summary>When a call is forgotten; null: it is not over.</summary>
    public DateTimeOffset? ExpiryOf(AsyncProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        return progress.FinishedAt + (progress.Phase is CallPhase.Dead ? options.Value.DeadTtl : options.Value.ResultTtl);
    }

    /// <summary>Returns when it is durable.</summary>
    public async Task<EnqueueOutcome> EnqueueAsync(AsyncRequest request, CancellationToken cancellationToken)
    {
        var outcome = await store.EnqueueAsync(request, options.Value.Bounds, cancellationToken);

        if (outcome is EnqueueOutcome.Accepted)
        {
            metrics.Submitted(request.Function);
            news.Tell();
        }

        return outcome;
    }

    /// <summary>Waits for due calls, at most so long.</summary>
    public async Task<IReadOnlyList<AsyncCall>> LeaseAsync(int most, TimeSpan wait, CancellationToken cancellationToken)
    {
        var began = time.GetTimestamp();

        while (true)
        {
            var next = news.Next;
            var leased = await store.LeaseAsync(most, options.Value.Lease, cancellationToken);
            var alive = await RuleOutAsync(leased, cancellationToken);

            if (alive.Count > 0 || time.GetElapsedTime(began) >= wait)
            {
                return alive;
            }

            using var slept = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(next, Task.Delay(options.Value.PollInterval, time, slept.Token));
            await slept.CancelAsync();
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public Task<IReadOnlySet<CallId>> RenewAsync(IReadOnlyDictionary<CallId, string> leases, CancellationToken cancellationToken) =>
        store.RenewAsync(leases, options.Value.Lease, cancellationToken);

    /// <summary>Null: the lease has passed to somebody else.</summary>
    public async Task<CallSettlement?> SettleAsync(CallTry tried, CallOutcome outcome, CancellationToken cancellationToken)
    {
        var rule = outcome is CallOutcome.Executed ? await RuleOfAsync(tried.Function, cancellationToken) : options.Value.Retry;

        // Jitter wants no seed: two controllers must not agree.
        var settlement = CallRuling.Rule(tried, outcome, rule, options.Value.Callback, options.Value.Lease, new Random()) with { EndsExecution = outcome is CallOutcome.Executed };

        if (!await SettleAsync(tried, settlement, cancellationToken))
        {
            return null;
        }

        if (outcome is CallOutcome.Executed executed)
        {
            metrics.Processed(tried.Function, executed.Result.Status);
        }

        return settlement;
    }

    public Task<AsyncCall?> FindAsync(CallId id, CancellationToken cancellationToken) => store.FindAsync(id, cancellationToken);

    public Task<IReadOnlyList<AsyncCall>> ListDeadAsync(int most, CancellationToken cancellationToken) => store.ListDeadAsync(most, cancellationToken);

    public Task<QueueCounts> CountAsync(CancellationToken cancellationToken) => store.CountAsync(cancellationToken);

    public async Task<bool> ReplayAsync(CallId id, CancellationToken cancellationToken)
    {
        var isDead = await store.ReplayAsync(id, cancellationToken);
        news.Tell();
        return isDead;
    }

    /// <summary>Ends a call that is queued, running or being delivered. What runs is cut off when its lease is next renewed.</summary>
    public async Task<CallCancellation> CancelAsync(CallId id, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } call)
        {
            return CallCancellation.Unknown;
        }

        if (!await store.CancelAsync(id, Cancelled, cancellationToken))
        {
            return CallCancellation.Over;
        }

        LogCancelled(id, call.Request.Function);
        return CallCancellation.Done;
    }

    /// <summary>Calls that kill whoever executes them must not do so for ever.</summary>
    [SuppressMessage("Performance", "CA1859", Justification = "The store's list is handed through as it is where all are alive.")]
    private async Task<IReadOnlyList<AsyncCall>> RuleOutAsync(IReadOnlyList<AsyncCall> leased, CancellationToken cancellationToken)
    {
        var alive = new List<AsyncCall>(leased.Count);

        foreach (var call in leased)
        {
            var tried = TryOf(call);
            var few = Math.Min(options.Value.Attempts, options.Value.CallbackAttempts);

            // A first try is never too many: the catalogue is asked about the doubtful ones only.
            var rule = tried.Attempt > few || tried.Attempt > 1 ? await RuleOfAsync(tried.Function, cancellationToken) : options.Value.Retry;

            if (CallRuling.RuleOut(tried, rule, options.Value.Callback, options.Value.Lease) is not { } settlement)
            {
                alive.Add(call);
            }
            else
            {
                // What goes on to its callback is leased for that when this lease has run out: nobody holds it here.
                await SettleAsync(tried, settlement with { KeepsLease = false, Attempts = 0, DueIn = TimeSpan.Zero }, cancellationToken);
            }
        }

        return alive;
    }

    private async Task<bool> SettleAsync(CallTry tried, CallSettlement settlement, CancellationToken cancellationToken)
    {
        var settled = await store.SettleAsync(tried.Id, tried.Lease, settlement, cancellationToken);

        if (settled && settlement.Phase is CallPhase.Dead)
        {
            metrics.Died(tried.Function);
            LogDead(tried.Id, tried.Function, settlement.Error ?? "");
        }

        return settled;
    }

    private async Task<RetryRule> RuleOfAsync(FunctionId id, CancellationToken cancellationToken)
    {
        var platform = options.Value.Retry;

        return await catalogue.FindFunctionAsync(id, cancellationToken) is { } function
            && DeploymentReader.Read(function.Deployment) is DeploymentReading.Read { Settings.Retry: var own }
                ? own.Over(platform)
                : platform;
    }

    internal static CallTry TryOf(AsyncCall call) => new(
        call.Request.Id,
        call.Progress.Lease!,
        call.Request.Function,
        call.Progress.Phase,
        call.Progress.Attempts,
        call.Request.CallbackUrl is not null,
        call.Progress.GivenUp is not null,
        call.Progress.Error);

    [LoggerMessage(3702, LogLevel.Information, "Asynchronous call {CallId} of {Function} was cancelled")]
    private partial void LogCancelled(CallId callId, FunctionId function);

    [LoggerMessage(3701, LogLevel.Warning, "Asynchronous call {CallId} of {Function} is dead: {Error}")]
    private partial void LogDead(CallId callId, FunctionId function, string error);
}
