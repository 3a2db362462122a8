using LoraFaaS.Engine;
using LoraFaaS.Engine.KvCache;
using LoraFaaS.Engine.Models;
using LoraFaaS.Policies.Batching;
using LoraFaaS.Sandbox.Prompts;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>Carries out a plan's rows: takes pages, runs one forward pass over all of them, and leaves the logits of those whose prompt is complete.</summary>
internal sealed class StepExecutor(InferenceEngine engine, TextSide text, SamePrompts prompts, int maxSequences) : IDisposable
{
    private readonly LogitsBuffer _logits = engine.Runner.CreateLogits();
    private readonly PromptScorer _scorer = new(engine.Runner, text);
    private readonly StepSlice[] _slices = new StepSlice[maxSequences];
    private readonly LiveSequence[] _sequences = new LiveSequence[maxSequences];
    private int _count;

    /// <summary>Rows of the step being put together or just run.</summary>
    public int Count => _count;

    public LiveSequence this[int row] => _sequences[row];

    /// <summary>What the step that is put together, or was just run, has to compute.</summary>
    public StepLoad Load { get; private set; }

    /// <summary>An adapter of the step was not whole when it was put together: it may have waited.</summary>
    public bool IsOnArriving { get; private set; }

    /// <summary>The step just run judged prompts, too: it took longer than its load says.</summary>
    public bool HasScored { get; private set; }

    /// <summary>
    /// Puts a row into the step. False: an adapter that is being loaded took the pages since the plan was made; the row waits for the next one.
    /// </summary>
    public bool TryAdd(LiveSequence sequence, StepRow row)
    {
        var tokens = sequence.Generation.Tokens;
        sequence.Kv ??= engine.Kv.CreateSequence(sequence.Generation.Owner);
        var begun = sequence.Times.Now();
        FindPrefix(sequence);
        sequence.Times.Prefix(begun);

        // What was found need not run; the rest of the row's tokens goes on behind it.
        var count = Math.Min(row.Tokens, tokens.Pending);

        if (!sequence.Kv.TryGrow(tokens.Computed + count))
        {
            return false;
        }

        sequence.Times.Scheduled();
        IsOnArriving |= sequence.Adapter is { IsWhole: false };
        Load = tokens.Computed > 0 && tokens.Pending == 1 ? Load.WithDecode() : Load.WithPrefill(tokens.Computed, count);
        _sequences[_count] = sequence;
        _slices[_count++] = new StepSlice(sequence.Kv, sequence.Adapter, tokens.PendingIds(count), tokens.Computed, WantsLogits: count == tokens.Pending);
        return true;
    }

    /// <summary>Throws when the step fails; the sequences in it have then an undefined cache. So they have where it answers false: an adapter did not come.</summary>
    public bool TryRun()
    {
        if (!engine.Runner.Step(_slices.AsSpan(0, _count), _logits))
        {
            return false;
        }

        for (var i = 0; i < _count; i++)
        {
            HasScored |= _scorer.TryScore(i, _sequences[i], _slices[i]);
            _sequences[i].Generation.Tokens.MarkComputed(_slices[i].Tokens.Length);
            KeepBlocks(_sequences[i], _slices[i].Tokens.Length);
        }

        return true;
    }

    /// <summary>
    /// A sequence that has nothing computed starts behind what another has of it, or behind the longest cached part of it. Its last token always runs, since its logits
    /// are wanted, and so do those of a prompt that nobody has judged yet.
    /// </summary>
    private void FindPrefix(LiveSequence sequence)
    {
        var tokens = sequence.Generation.Tokens;

        if (tokens.Computed > 0 || sequence.Kv is not { PageCount: 0 } kv)
        {
            return;
        }

        if (prompts.Speaker(sequence) is { } speaker && sequence.TryFork(speaker, engine.Kv, tokens.Length - 1))
        {
            return;
        }

        var most = Math.Min(tokens.Length - 1, sequence.Generation.Scores?.Next ?? int.MaxValue);
        var found = engine.Prefixes.Adopt(kv, sequence.Generation.Prefix, most / KvLayout.BlockTokens) * KvLayout.BlockTokens;
        tokens.MarkComputed(found);
        sequence.CachedPromptTokens ??= Math.Min(found, tokens.PromptLength);
    }

    /// <summary>Blocks that this step has filled may be found by later sequences.</summary>
    private void KeepBlocks(LiveSequence sequence, int newTokens)
    {
        var (tokens, chain) = (sequence.Generation.Tokens, sequence.Generation.Prefix);
        chain.Extend(tokens.Ids);

        for (var block = (tokens.Computed - newTokens) / KvLayout.BlockTokens; block < tokens.Computed / KvLayout.BlockTokens; block++)
        {
            engine.Prefixes.Register(sequence.Kv!, block, chain.Keys[block]);
        }
    }

    public bool HasLogits(int row) => _slices[row].WantsLogits;

    public Span<float> Logits(int row) => _logits.Row(row);

    public void Clear()
    {
        Array.Clear(_slices, 0, _count);
        Array.Clear(_sequences, 0, _count);
        _count = 0;
        Load = default;
        HasScored = false;
        IsOnArriving = false;
    }

    public void Dispose()
    {
        _logits.Dispose();
        _scorer.Dispose();
    }
}
