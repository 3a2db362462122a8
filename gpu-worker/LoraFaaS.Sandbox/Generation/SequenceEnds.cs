using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Opening;
using EndReason = LoraFaaS.Engine.Generation.FinishReason;
using FinishReason = LoraFaaS.Protocol.Data.FinishReason;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>The first and the last word of a generation; after the last one it holds nothing of the device. Owned by the engine loop.</summary>
internal sealed class SequenceEnds(OpenedSandbox sandbox, SequenceTable table, EventDelivery delivery)
{
    private bool _openingReported;

    /// <summary>The prompt is computed. Says so once, however often preemption makes the sequence begin again.</summary>
    public static void Start(LiveSequence sequence)
    {
        if (sequence.HasStarted)
        {
            return;
        }

        sequence.HasStarted = true;
        var started = new Started { PromptTokens = sequence.Generation.Tokens.PromptLength, CachedPromptTokens = sequence.CachedPromptTokens ?? 0 };

        if (sequence.Generation.Echo is { } prompt)
        {
            started.PromptText = prompt;
            started.PromptIds.AddRange(sequence.Generation.Tokens.Prompt.ToArray());
            started.PromptLogprobs.AddRange(sequence.Generation.Scores?.Tokens ?? []);
        }

        sequence.Pending.Start(started);
    }

    public void Finish(LiveSequence sequence, EndReason reason)
    {
        var tokens = sequence.Generation.Tokens;

        delivery.Finish(sequence, new Finished
        {
            Reason = reason is EndReason.EndOfSequence or EndReason.StopString ? FinishReason.Stop : FinishReason.Length,
            PromptTokens = tokens.PromptLength,
            CompletionTokens = tokens.GeneratedLength,
            CachedPromptTokens = sequence.CachedPromptTokens ?? 0,
            StoppedBy = StoppedBy(sequence, reason),
            ColdStart = Account(sequence),
        });

        Drop(sequence);
    }

    public void Fail(LiveSequence sequence, Problem problem, AbortCause cause = AbortCause.None)
    {
        if (sequence.Prefix is { } prefix)
        {
            delivery.FailPrefix(prefix, problem);
        }
        else
        {
            delivery.Fail(sequence.Id, problem, cause);
        }

        Drop(sequence);
    }

    /// <summary>Takes it out without a word: the worker is gone.</summary>
    public void Drop(LiveSequence sequence)
    {
        // Who waits for its place need not compute again what goes with it.
        if (table.Prompts.Heir(sequence) is { } heir)
        {
            heir.TryFork(sequence, sandbox.Engine.Kv, heir.Generation.BeginningLength - 1);
        }

        sequence.Release();
        table.Remove(sequence);
    }

    private string StoppedBy(LiveSequence sequence, EndReason reason) => reason switch
    {
        EndReason.StopString => sequence.Generation.Text.StoppedBy ?? "",
        EndReason.EndOfSequence => sandbox.Text.NameOf(sequence.Generation.Tokens.Ids[^1]),
        EndReason.MaxTokens or EndReason.ContextLength => "",
        _ => throw new System.Diagnostics.UnreachableException(),
    };

    /// <summary>Mapping and kernels were waited for by whoever came first, and by nobody after.</summary>
    private ColdStart Account(LiveSequence sequence)
    {
        var account = _openingReported
            ? sequence.Times.Account(TimeSpan.Zero, TimeSpan.Zero)
            : sequence.Times.Account(sandbox.MapTime, sandbox.KernelsTime);

        _openingReported = true;
        account.PrefixCached = sequence.CachedPromptTokens > 0;
        return account;
    }
}
