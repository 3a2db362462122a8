namespace LoraFaaS.Bench.Workers;

/// <summary>Stretches of one kind, on the clock that calls are timed with.</summary>
internal sealed class LoadPhase
{
    private readonly List<(double From, double To)> _stretches = [];

    /// <summary>Methods that the worker compiled in them.</summary>
    public double Compiled { get; set; }

    public double Seconds => _stretches.Sum(stretch => stretch.To - stretch.From);

    public Task WaitAsync(TimeSpan time) => PlayAsync(() => Task.Delay(time, TimeProvider.System));

    public async Task PlayAsync(Func<Task> play)
    {
        var from = WorkerRun.Now;
        await play();
        _stretches.Add((from, WorkerRun.Now));
    }

    /// <summary>Milliseconds between tokens that both came in one of the stretches.</summary>
    public List<double> Gaps(IEnumerable<TimedCall> calls) =>
    [
        .. calls.SelectMany(call => call.TokensAt.Zip(call.TokensAt.Skip(1)))
            .Where(pair => _stretches.Exists(stretch => pair.First >= stretch.From && pair.Second <= stretch.To))
            .Select(pair => 1_000 * (pair.Second - pair.First)),
    ];
}
