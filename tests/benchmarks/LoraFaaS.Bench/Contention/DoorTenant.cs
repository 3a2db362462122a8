using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Workers;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Bench.Contention;

/// <summary>One trust domain's callers at a worker's door: so many at once without pause, or calls at random instants. Keeps its calls.</summary>
internal sealed class DoorTenant(WorkerRun worker, Digest backbone, (Digest, long) adapter, string domain, int prompt, int tokens)
{
    private readonly Lock _gate = new();
    private readonly List<TimedCall> _calls = [];

    /// <summary>What its function promises from now on.</summary>
    public CallPromise Promise { get; set; }

    public IReadOnlyList<TimedCall> Calls => _calls;

    /// <summary>Share of its calls that came late, were refused, or failed.</summary>
    public int Broken => _calls.Count(call => call.Problem is not null || !(call.FirstTokenMs <= Promise.FirstToken?.TotalMilliseconds));

    public double FirstTokenMs(double quantile) => Interleaved.Quantile(_calls.Where(call => call.Problem is null).Select(call => call.FirstTokenMs), quantile);

    public double BetweenTokensMs => Interleaved.Median(_calls.Where(call => call.TokensAt.Count > 1).Select(call => call.GapsMs.Average()));

    public void Forget() => _calls.Clear();

    /// <summary>Keeps <paramref name="width"/> calls in flight.</summary>
    public Task PressAsync(int width, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, width).Select(async _ =>
    {
        while (!stop.IsCancellationRequested)
        {
            await CallAsync();
        }
    }));

    /// <summary>Calls at the instants of a Poisson process, whatever became of the ones before.</summary>
    public async Task ComeAsync(double aSecond, int seed, CancellationToken stop)
    {
        var random = new Random(seed);
        var calls = new List<Task>();

        while (!stop.IsCancellationRequested)
        {
            await Task.Delay(TimeSpan.FromSeconds(-Math.Log(1 - random.NextDouble()) / aSecond), TimeProvider.System, CancellationToken.None);
            calls.Add(CallAsync());
        }

        await Task.WhenAll(calls);
    }

    public async Task<TimedCall> CallAsync()
    {
        var call = await worker.CallAsync(backbone, adapter, domain, "f", prompt, tokens, promise: Promise);

        lock (_gate)
        {
            _calls.Add(call);
        }

        if (call.Problem is not null)
        {
            // Who is refused comes back a little later; without the pause the refusals would be the load.
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System, CancellationToken.None);
        }

        return call;
    }
}
