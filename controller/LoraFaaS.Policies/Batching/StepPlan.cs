namespace LoraFaaS.Policies.Batching;

/// <summary>
/// What the next step does, in this order: take the pages of <see cref="Preempted"/>, give up <see cref="Unservable"/>, run <see cref="Rows"/>.
/// The lists belong to the planner and are reused by its next plan.
/// </summary>
public sealed class StepPlan
{
    private readonly List<StepRow> _rows = [];
    private readonly List<int> _preempted = [];
    private readonly List<int> _unservable = [];

    /// <summary>Decode rows first, then prefill chunks.</summary>
    public IReadOnlyList<StepRow> Rows => _rows;

    /// <summary>Keys of sequences that lose their pages and are computed again later.</summary>
    public IReadOnlyList<int> Preempted => _preempted;

    /// <summary>Keys of sequences that need more pages than there are even when they are alone.</summary>
    public IReadOnlyList<int> Unservable => _unservable;

    /// <summary>Pages that sequences lack of what they would run with now; 0: nobody waits for pages or loses any.</summary>
    public int PagesShort { get; private set; }

    public bool IsEmpty => _rows.Count == 0 && _preempted.Count == 0 && _unservable.Count == 0;

    internal void Clear()
    {
        _rows.Clear();
        _preempted.Clear();
        _unservable.Clear();
        PagesShort = 0;
    }

    internal void Add(StepRow row) => _rows.Add(row);

    internal void Lack(int pages) => PagesShort += pages;

    internal void Preempt(int key) => _preempted.Add(key);

    internal void GiveUp(int key) => _unservable.Add(key);
}
