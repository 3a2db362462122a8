using LoraFaaS.Engine.Adapters;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Policies.Batching;
using LoraFaaS.Sandbox.Prompts;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>One generation from its first frame to its last event. Owned by the engine loop; nothing else touches it.</summary>
internal sealed class LiveSequence(LoopCommand.Begin begin, int key, long due, SequenceTimes times)
{
    public ulong Id => begin.Sequence;

    /// <summary>Its number within this process, in order of arrival.</summary>
    public int Key => key;

    public string AdapterDigest => begin.AdapterDigest;

    /// <summary>The name of the prompt prefix that it computes; null for a generation.</summary>
    public string? Prefix => begin.Prefix;

    public SequenceTimes Times => times;

    public SequenceStage Stage { get; set; }

    /// <summary>Events the worker is still ready to hold.</summary>
    public int Credits { get; private set; } = Math.Max(0, begin.Credits);

    /// <summary>Its reader knows, or will be told, that the prompt is computed.</summary>
    public bool HasStarted { get; set; }

    /// <summary>Tokens of it were sent.</summary>
    public bool HasSpoken { get; set; }

    public PreparedGeneration? Prepared { get; set; }

    public AdapterHandle? Adapter { get; private set; }

    public KvSequence? Kv { get; set; }

    /// <summary>Prompt tokens whose keys and values were found when it first ran; null before.</summary>
    public int? CachedPromptTokens { get; set; }

    /// <summary>It has neither computed anything that is still there, nor said anything.</summary>
    public bool IsFresh => !HasStarted && Kv is not { PageCount: > 0 };

    /// <summary>Events composed and not yet sent.</summary>
    public PendingEvents Pending { get; } = new();

    public PreparedGeneration Generation => Prepared ?? throw new InvalidOperationException("The generation is not prepared yet.");

    /// <summary>Stops at the greatest number rather than turning negative under a peer that gives without end.</summary>
    public void Grant(int credits) => Credits = (int)Math.Min(int.MaxValue, (long)Credits + credits);

    public void SpendCredit() => Credits--;

    public void Hold(AdapterHandle adapter)
    {
        adapter.Acquire();
        Adapter = adapter;
    }

    public StepSequence View(KvLayout layout) => new()
    {
        Key = key,
        Tokens = Generation.Tokens.Length,
        Computed = Generation.Tokens.Computed,
        Pages = (Kv?.PageCount ?? 0) / layout.PagesPerBlock,
        HasCredit = Credits > 0,
        Due = due,
        Arrival = key,
        SloTpot = begin.SloTpot,
        SloTtft = begin.SloTtft,
    };

    /// <summary>Loses its pages and keeps its tokens: they are computed again when there is room.</summary>
    public void Preempt()
    {
        Kv?.Release();
        Generation.Tokens.ForgetComputed();
    }

    /// <summary>
    /// Takes so many computed tokens, and what they were judged to be, from another that begins with the same ones. False: there are too few pages for what is to be copied of them.
    /// </summary>
    public bool TryFork(LiveSequence source, KvStore store, int tokens)
    {
        Kv ??= store.CreateSequence(Generation.Owner);

        if (source.Kv is not { } kv || !Kv.TryFork(kv, tokens))
        {
            return false;
        }

        Generation.Tokens.MarkComputed(tokens);
        CachedPromptTokens ??= Math.Min(tokens, Generation.Tokens.PromptLength);

        if (source.Generation.Scores is { } judged)
        {
            Generation.Scores?.Take(judged);
        }

        return true;
    }

    /// <summary>Its keys and values are another's from now on.</summary>
    public KvSequence TakeKv()
    {
        var kv = Kv ?? throw new InvalidOperationException("It has computed nothing.");
        Kv = null;
        return kv;
    }

    /// <summary>Gives back everything it holds of the device.</summary>
    public void Release()
    {
        Kv?.Dispose();
        Kv = null;
        Adapter?.Release();
        Adapter = null;
    }
}
