using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Workers;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Bench.Contention;

/// <summary>One trust domain's callers at a worker's door: so many at once without pause, or calls at random instants. Keeps its calls.</summary>
internal sealed class DoorTenant(WorkerRun worker, Digest backbone, (Digest, long) adapter, string domain, int prompt, int tokens)
{
    /// <summary>Until a caller comes again who was refused and not told when.</summary>
    private static readonly TimeSpan NoWord = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly List<TimedCall> _calls = [];

    /// <summary>What its function promises from now on.</summary>
    public CallPromise Promise { get; set; }

    public IReadOnlyList<TimedCall> Calls => _calls;

    /// <summary>It came late, was refused, or failed.</summary>
    public bool IsBroken(TimedCall call) => call.Problem is not null || !(call.FirstTokenMs <= Promise.FirstToken?.TotalMilliseconds);

    public double FirstTokenMs(double quantile, double from) => Interleaved.Quantile(_calls.Where(call => call.Problem is null && call.SentAt >= from).Select(call => call.FirstTokenMs), quantile);

    public double BetweenTokensMs(double from) => Interleaved.Median(_calls.Where(call => call.TokensAt.Count > 1 && call.SentAt >= from).Select(call => call.GapsMs.Average()));

    public void Forget() => _calls.Clear();

    /// <summary>Keeps <paramref name="width"/> calls in flight, whose callers come one after the other over a while.</summary>
    public Task PressAsync(int width, TimeSpan over, CancellationToken stop) => Task.WhenAll(Enumerable.Range(0, width).Select(async i =>
    {
        await Task.Delay(over * i / width, TimeProvider.System, CancellationToken.None);

        while (!stop.IsCancellationRequested)
        {
            await CallAsync();
        }
    }));

    /// <summary>So many calls at one instant.</summary>
    public Task CallAtOnceAsync(int count) => Task.WhenAll(Enumerable.Range(0, count).Select(_ => CallAsync()));

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
            // Who is refused comes back when he was told to: sooner, and one who is refused ten times in a second would weigh as much as ten who are answered.
            await Task.Delay(call.RetryAfter ?? NoWord, TimeProvider.System, CancellationToken.None);
        }

        return call;
    }
}
