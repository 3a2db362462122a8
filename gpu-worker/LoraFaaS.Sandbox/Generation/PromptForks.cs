using LoraFaaS.Sandbox.Opening;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Lets those go on that waited for a prompt which another has just computed: each takes its keys and values, and chooses its own first token from the same logits.
/// Owned by the engine loop.
/// </summary>
internal sealed class PromptForks(OpenedSandbox sandbox, SequenceTable table)
{
    // Only answers to the same prompt need it, so it is made by the first of them.
    private float[]? _logits;

    /// <summary>The row that those taken last choose from, as it was computed.</summary>
    public ReadOnlySpan<float> Logits => _logits;

    /// <summary>
    /// Those that go on from here, nearly always none. Not more than a step has rows for, and only while there are pages for what each copies and writes next:
    /// the others wait as before.
    /// </summary>
    /// <param name="sequence">Its row is computed, and nothing chosen from it.</param>
    /// <param name="logits">That row.</param>
    public IReadOnlyList<LiveSequence> Take(LiveSequence sequence, ReadOnlySpan<float> logits)
    {
        if (sequence.HasStarted || table.Prompts.WaitingFor(sequence) is not { Count: > 0 } waiting)
        {
            return [];
        }

        var (engine, length) = (sandbox.Engine, sequence.Generation.Tokens.Length);
        var seats = sandbox.MaxSequences - table.Running;
        var forked = new List<LiveSequence>();

        foreach (var other in waiting)
        {
            if (forked.Count >= seats || engine.Pages.Free < 2 * engine.Kv.Layout.PagesPerBlock || !other.TryFork(sequence, engine.Kv, length))
            {
                break;
            }

            other.Times.Scheduled();
            forked.Add(other);
        }

        if (forked.Count > 0)
        {
            _logits ??= new float[logits.Length];
            logits.CopyTo(_logits);
        }

        return forked;
    }
}
