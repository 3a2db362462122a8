using System.Diagnostics.Metrics;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Worker.Invocations;

namespace LoraFaaS.Worker.Metering;

/// <summary>What this worker counts of invocations.</summary>
internal sealed class WorkerMetrics
{
    private readonly Histogram<double> _ttft;
    private readonly Counter<long> _tokens;
    private readonly Counter<long> _invocations;
    private readonly Counter<long> _tiers;
    private readonly Counter<long> _prefixes;
    private int _running;

    public WorkerMetrics(IMeterFactory meters, Admission admission, ConcurrencyBound concurrency)
    {
        var meter = meters.Create(WorkerTelemetry.Name);
        meter.CreateObservableGauge("lorafaas.worker.running", () => Running, "{invocation}", "Invocations generating now.");
        meter.CreateObservableGauge("lorafaas.worker.queued", () => admission.Waiting, "{invocation}", "Invocations waiting for artifacts or a turn.");
        meter.CreateObservableGauge("lorafaas.worker.places.waiting", () => concurrency.Waiting, "{invocation}", "Invocations in line for a place of a function that bounds itself.");
        _ttft = meter.CreateHistogram<double>("lorafaas.worker.ttft", "s", "From arrival at the worker to the first token.");
        _tokens = meter.CreateCounter<long>("lorafaas.worker.tokens", "{token}", "Tokens by kind: prompt, completion.");
        _invocations = meter.CreateCounter<long>("lorafaas.worker.invocations", "{invocation}", "Invocations by outcome.");
        _tiers = meter.CreateCounter<long>("lorafaas.worker.adapter.found", "{invocation}", "Invocations by the tier their adapter was found in.");
        _prefixes = meter.CreateCounter<long>("lorafaas.worker.prefix.found", "{invocation}", "Invocations whose prompt's beginning was put back for them, by the tier it came from.");
    }

    public int Running => Volatile.Read(ref _running);

    /// <summary>Counts one running invocation until disposed.</summary>
    public IDisposable Run()
    {
        Interlocked.Increment(ref _running);
        return new AdmissionTicket(() => Interlocked.Decrement(ref _running));
    }

    public void Count(Invocation invocation, string outcome)
    {
        _invocations.Add(1, new KeyValuePair<string, object?>("outcome", outcome));
        _tokens.Add(invocation.PromptTokens, new KeyValuePair<string, object?>("kind", "prompt"));
        _tokens.Add(invocation.CompletionTokens, new KeyValuePair<string, object?>("kind", "completion"));

        if (invocation.PrefixWasRestored)
        {
            _prefixes.Add(1, new KeyValuePair<string, object?>("tier", TierName(invocation.PrefixTier)));
        }

        if (invocation.Ttft is { } ttft)
        {
            var tier = new KeyValuePair<string, object?>("tier", TierName(invocation.AdapterTier));
            _ttft.Record(ttft.TotalSeconds, tier);
            _tiers.Add(1, tier);
        }
    }

    public static string TierName(StorageTier tier) => tier switch
    {
        StorageTier.Remote => "remote",
        StorageTier.Disk => "disk",
        StorageTier.Host => "host",
        StorageTier.Device => "device",
        _ => throw new System.Diagnostics.UnreachableException(),
    };
}
