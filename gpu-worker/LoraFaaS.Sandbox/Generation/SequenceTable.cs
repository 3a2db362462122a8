using System.Diagnostics.CodeAnalysis;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>The generations under way, by the worker's number and by our key. Owned by the engine loop.</summary>
internal sealed class SequenceTable
{
    private readonly Dictionary<ulong, LiveSequence> _byId = [];
    private readonly Dictionary<int, LiveSequence> _byKey = [];
    private int _nextKey;

    /// <summary>Those that begin with the same tokens.</summary>
    public SamePrompts Prompts { get; } = new();

    public int Count => _byId.Count;

    public IReadOnlyCollection<LiveSequence> All => _byKey.Values;

    /// <summary>Those that hold pages.</summary>
    public int Running => _byKey.Values.Count(sequence => sequence.Kv?.PageCount > 0);

    /// <summary>Those that could go on and have no credit.</summary>
    public int Parked
    {
        get
        {
            var parked = 0;

            foreach (var sequence in _byKey.Values)
            {
                parked += sequence is { Stage: SequenceStage.Live, Credits: 0 } ? 1 : 0;
            }

            return parked;
        }
    }

    public LiveSequence this[int key] => _byKey[key];

    public bool TryFind(ulong id, [NotNullWhen(true)] out LiveSequence? sequence) => _byId.TryGetValue(id, out sequence);

    public LiveSequence Add(LoopCommand.Begin begin, long due, SequenceTimes times)
    {
        var sequence = new LiveSequence(begin, _nextKey++, due, times);
        _byId.Add(sequence.Id, sequence);
        _byKey.Add(sequence.Key, sequence);
        return sequence;
    }

    public void Remove(LiveSequence sequence)
    {
        _byId.Remove(sequence.Id);
        _byKey.Remove(sequence.Key);
        Prompts.Remove(sequence);
    }

    /// <summary>A copy, so that those in it may end while it is read.</summary>
    public IReadOnlyList<LiveSequence> Awaiting(string adapterDigest) =>
        [.. All.Where(sequence => sequence.Stage is SequenceStage.AwaitingAdapter && sequence.AdapterDigest == adapterDigest)];

    /// <summary>Appends what the planner may choose from: not those whose prompt another is about to compute.</summary>
    public void View(Engine.KvCache.KvLayout layout, List<Policies.Batching.StepSequence> views)
    {
        foreach (var sequence in _byKey.Values)
        {
            if (sequence.Stage is SequenceStage.Live && !Prompts.Waits(sequence))
            {
                views.Add(sequence.View(layout));
            }
        }
    }
}
