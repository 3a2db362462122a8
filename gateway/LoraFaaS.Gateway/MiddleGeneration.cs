using LoraFaaS.ServiceDefaults.Hosting;

namespace LoraFaaS.Gateway;

/// <summary>
/// Has the collector empty its middle generation now and then. What survives a collection goes there, until it holds a tenth of what is allocated between two; from then on the collector leaves survivors
/// among the youngest and moves them again each time, and since nothing more comes to the middle one, it is never collected either. Connections and what belongs to them, half a megabyte for 32
/// callers, doubled every pause of a door that had been open for half a minute.
/// </summary>
internal sealed class MiddleGeneration(TimeProvider time) : StartedService, IDisposable
{
    /// <summary>Of the youngest. A call leaves little behind: the middle one is full after some ninety.</summary>
    internal const int MostSince = 32;

    private static readonly TimeSpan Period = TimeSpan.FromSeconds(2);

    private ITimer? _timer;
    private int _seen;

    public override Task StartedAsync(CancellationToken cancellationToken)
    {
        _timer = time.CreateTimer(_ => Look(), null, Period, Period);
        return Task.CompletedTask;
    }

    public void Dispose() => _timer?.Dispose();

    /// <param name="youngest">Collections of the youngest generation until now, which are all collections.</param>
    /// <param name="seen">The same when the middle one was last collected.</param>
    internal static bool IsDue(int youngest, int seen) => youngest - seen >= MostSince;

    private void Look()
    {
        var youngest = GC.CollectionCount(0);

        if (IsDue(youngest, _seen))
        {
            // As long as one of the youngest takes: what is in the middle one is mostly garbage by now.
            GC.Collect(1, GCCollectionMode.Forced, blocking: true);
            _seen = GC.CollectionCount(0);
        }
    }
}
