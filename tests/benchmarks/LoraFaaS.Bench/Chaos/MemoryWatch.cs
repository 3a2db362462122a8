using System.Diagnostics;
using LoraFaaS.TestKit.Cluster;

namespace LoraFaaS.Bench.Chaos;

/// <summary>The platform's memory over a run, looked at every few seconds: what was restarted meanwhile is less for a while, so the trend says more than the ends.</summary>
internal sealed class MemoryWatch(Func<IEnumerable<ClusterHost>> hosts)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    private readonly List<(double Minutes, double Megabytes)> _looks = [];

    public double Highest => _looks.Select(look => look.Megabytes).DefaultIfEmpty().Max();

    /// <summary>Megabytes a minute, by least squares over all looks.</summary>
    public double Trend
    {
        get
        {
            if (_looks.Count < 2)
            {
                return 0;
            }

            var (time, held) = (_looks.Average(look => look.Minutes), _looks.Average(look => look.Megabytes));
            return _looks.Sum(look => (look.Minutes - time) * (look.Megabytes - held)) / _looks.Sum(look => (look.Minutes - time) * (look.Minutes - time));
        }
    }

    public async Task RunAsync(CancellationToken stopping)
    {
        var begun = Stopwatch.GetTimestamp();

        while (!stopping.IsCancellationRequested)
        {
            _looks.Add((Stopwatch.GetElapsedTime(begun).TotalMinutes, MemoryHeld.Megabytes(hosts())));
            await Task.Delay(Interval, TimeProvider.System, stopping).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
