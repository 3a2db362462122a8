using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Policies.Offloading;

namespace LoraFaaS.Bench.Memory;

/// <summary>
/// One day in virtual time: calls come, adapters are loaded where they are not there, keys and values grow and go, and the offloading policy makes room
/// by the same rates and the same high-water mark as in the worker. Every store sees the same calls.
/// </summary>
internal sealed class MemoryReplay(IReplayStore store, IReadOnlyList<ReplayAdapter> adapters, TraceDay day, NamedShape shape, long budget, int domains)
{
    private const double PrefillSeconds = 0.001;
    private const double TokenSeconds = 0.02;
    private const int MaxPrompt = 1_024;
    private const int MaxAnswer = 512;
    private const double LoadBytesPerSecond = 1e9;

    private static readonly TimeSpan HalfLife = TimeSpan.FromMinutes(10);

    private readonly PriorityQueue<(long Id, int Function, int Tokens), double> _ends = new();
    private readonly DecayingRate[] _rates = new DecayingRate[adapters.Count];
    private readonly int[] _users = new int[adapters.Count];
    private readonly double[] _lastUse = new double[adapters.Count];
    private readonly HashSet<int> _resident = [];
    private readonly List<double> _utilisation = [];
    private readonly List<double> _fragmentation = [];
    private readonly long _tokenBytes = 2L * shape.Layers * 2 * shape.KvHeads * shape.HeadDim;
    private long _live;
    private long _nextId = 1_000_000;
    private double _now;

    public int Calls { get; private set; }

    public int Loads { get; private set; }

    /// <summary>Calls that found no room although nothing but what ran was there.</summary>
    public int Refused { get; private set; }

    /// <summary>Placements that failed while there were free bytes enough.</summary>
    public int Blocked { get; private set; }

    public double MeanUtilisation => _utilisation.Average();

    public double WorstUtilisation => _utilisation.Min();

    public double LowUtilisation => Reports.Interleaved.Quantile(_utilisation, 0.05);

    public double MeanFragmentation => _fragmentation.Average();

    public void Run()
    {
        var second = 0;

        foreach (var (at, function) in day.Arrivals())
        {
            for (; second < at; second++)
            {
                Pass(second);
            }

            _now = at;
            EndUntil(at);
            Call(function);
        }
    }

    private void Pass(int second)
    {
        _now = second;
        EndUntil(second);
        store.Tidy();
        KeepBelow();

        // Not before the device has filled up for the first time.
        if (second % 60 == 0 && store.Leased > budget / 2)
        {
            _utilisation.Add((double)_live / store.Leased);
            _fragmentation.Add(store.ExternalFragmentation);
        }
    }

    private void Call(int function)
    {
        Calls++;
        _rates[function] = _rates[function].Observe(TimeSpan.FromSeconds(_now), HalfLife);
        _lastUse[function] = _now;
        _users[function]++;

        if (!_resident.Contains(function))
        {
            if (!Place(function, function, store.BytesOf(adapters[function])))
            {
                Refused++;
                _users[function]--;
                return;
            }

            Loads++;
            _resident.Add(function);
            _live += adapters[function].LiveBytes;
        }

        var length = day.Lengths[Calls % day.Lengths.Count];
        var (prompt, answer) = (Math.Min(length.Prompt, MaxPrompt), Math.Min(length.Answer, MaxAnswer));
        var id = _nextId++;

        if (!Place(function, id, store.BytesOf(prompt + answer)))
        {
            Refused++;
            _users[function]--;
            return;
        }

        _live += (prompt + answer) * _tokenBytes;
        _ends.Enqueue((id, function, prompt + answer), _now + (prompt * PrefillSeconds) + (answer * TokenSeconds));
    }

    private void EndUntil(double time)
    {
        while (_ends.TryPeek(out var end, out var at) && at <= time)
        {
            _ends.Dequeue();
            store.Remove(end.Function % domains, end.Id);
            _live -= end.Tokens * _tokenBytes;
            _users[end.Function]--;
            _lastUse[end.Function] = at;
        }
    }

    private bool Place(int function, long id, long bytes)
    {
        while (!store.TryPlace(function % domains, id, bytes))
        {
            var isBlocked = store.Free >= bytes;
            Blocked += isBlocked ? 1 : 0;

            if (!Offload(isBlocked ? 1 : bytes - store.Free))
            {
                return false;
            }
        }

        return true;
    }

    private void KeepBelow()
    {
        if (HighWaterMark.Default.Need(store.Leased, budget) is > 0 and var need)
        {
            Offload(need);
        }
    }

    private bool Offload(long need)
    {
        var idle = _resident.Where(function => _users[function] == 0).ToList();
        var chosen = OffloadPolicy.Choose(
            [
                .. idle.Select(function => new OffloadCandidate(
                    function, ArtifactKind.Adapter, store.BytesOf(adapters[function]), _rates[function].PerSecond(TimeSpan.FromSeconds(_now), HalfLife),
                    TimeSpan.FromSeconds(adapters[function].PackedBytes / LoadBytesPerSecond), TimeSpan.FromSeconds(_now - _lastUse[function]))),
            ],
            need);

        foreach (var function in chosen)
        {
            store.Remove(function % domains, function);
            _resident.Remove(function);
            _live -= adapters[function].LiveBytes;
        }

        return chosen.Count > 0;
    }
}
