using LoraFaaS.Engine.KvCache;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Sequences that begin with the same tokens of one function revision, as the n answers to one prompt do. The first computes them; the others are held
/// back until it has, and go on from its keys, values and logits. Who comes later takes them from one that is still speaking. Of those whose prompt is judged
/// the first judges it for all.
/// Owned by the engine loop. See decisions/0003-one-prompt-for-many-answers.md.
/// </summary>
internal sealed class SamePrompts
{
    private readonly Dictionary<FamilyName, Family> _families = [];

    /// <summary>The planner may have it from now on.</summary>
    public void Add(LiveSequence sequence)
    {
        // What is kept for later prompts is computed for itself, and says nothing.
        if (NameOf(sequence) is { } name)
        {
            (_families.TryGetValue(name, out var family) ? family : _families[name] = new Family()).Silent.Add(sequence);
        }
    }

    /// <summary>Its prompt is computed, and its first token is about to be chosen.</summary>
    public void Start(LiveSequence sequence)
    {
        if (FamilyOf(sequence) is { } family && family.Silent.Remove(sequence))
        {
            family.Speaking.Add(sequence);
        }
    }

    /// <summary>It has ended, whichever way.</summary>
    public void Remove(LiveSequence sequence)
    {
        if (NameOf(sequence) is not { } name || !_families.TryGetValue(name, out var family))
        {
            return;
        }

        if (!family.Silent.Remove(sequence))
        {
            family.Speaking.Remove(sequence);
        }

        if (family.Silent.Count + family.Speaking.Count == 0)
        {
            _families.Remove(name);
        }
    }

    /// <summary>
    /// Another computes its prompt, or is to do so before it. One whose reader has no room is nobody to wait for: it may stand still for long.
    /// </summary>
    public bool Waits(LiveSequence sequence)
    {
        if (!sequence.IsFresh || FamilyOf(sequence) is not { Silent.Count: > 1 } family)
        {
            return false;
        }

        var isAhead = true;

        foreach (var other in family.Silent)
        {
            if (other == sequence)
            {
                isAhead = false;
            }
            else if (other.Credits > 0 && (isAhead || !other.IsFresh))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Those that wait for what this one has just computed, in the order they came; they hold nothing yet. A copy.</summary>
    public IReadOnlyList<LiveSequence> WaitingFor(LiveSequence sequence) => FamilyOf(sequence) is { Silent.Count: > 1 } family
        ? [.. family.Silent.Where(other => other != sequence && other.IsFresh && other.Credits > 0)]
        : [];

    /// <summary>One that has computed what this one begins with, and still holds it. Null: none has.</summary>
    public LiveSequence? Speaker(LiveSequence sequence)
    {
        if (!sequence.IsFresh || FamilyOf(sequence) is not { } family)
        {
            return null;
        }

        foreach (var other in family.Speaking)
        {
            if (HasAll(other, sequence))
            {
                return other;
            }
        }

        return null;
    }

    /// <summary>The next that waits, where this one is the last to speak of those that still hold what it begins with. Null: nobody loses anything with it.</summary>
    public LiveSequence? Heir(LiveSequence sequence)
    {
        if (FamilyOf(sequence) is not { Silent.Count: > 0 } family
            || !family.Speaking.Contains(sequence)
            || family.Speaking.Exists(other => other != sequence && HasAll(other, sequence)))
        {
            return null;
        }

        return family.Silent.Find(other => HasAll(sequence, other) && other.IsFresh && other.Credits > 0);
    }

    /// <summary>It holds the tokens that the other begins with.</summary>
    private static bool HasAll(LiveSequence speaker, LiveSequence other) => speaker.Generation.Tokens.Computed >= other.Generation.BeginningLength;

    private Family? FamilyOf(LiveSequence sequence) => NameOf(sequence) is { } name ? _families.GetValueOrDefault(name) : null;

    private static FamilyName? NameOf(LiveSequence sequence) =>
        sequence is { Prefix: null, Prepared: { } prepared } ? new(prepared.Beginning, prepared.Scores?.Length ?? 0, prepared.Scores?.Alternatives ?? 0) : null;

    /// <summary>A prompt that is judged needs all of its logits: who has it computed without them is of no use to it.</summary>
    private readonly record struct FamilyName(BlockKey Beginning, int Judged, int Alternatives);

    /// <summary>Both in order of admission, which is who is asked first.</summary>
    private sealed class Family
    {
        public List<LiveSequence> Silent { get; } = [];

        public List<LiveSequence> Speaking { get; } = [];
    }
}
