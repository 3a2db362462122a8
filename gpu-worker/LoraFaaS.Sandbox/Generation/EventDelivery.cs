using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Connection;

namespace LoraFaaS.Sandbox.Generation;

/// <summary>
/// Turns what sequences have to say into events, one credit each. The end of a generation is not for sale: its last tokens and its
/// Finished or Failed go out even without credit, so a reader must be ready for three events more
/// (Started, Tokens, Finished) than it gave credits for.
/// </summary>
internal sealed class EventDelivery(Outbox outbox)
{
    /// <summary>Tokens that share an event when the caller reads the answer as a whole.</summary>
    private const int CoalescedTokens = 16;

    /// <summary>Sequences whose first tokens were sent while they go on, around and around.</summary>
    public uint FirstTokens { get; private set; }

    /// <summary>Sends what the credits allow.</summary>
    public void Flush(LiveSequence sequence)
    {
        if (sequence.Credits > 0 && sequence.Pending.TakeStarted() is { } started)
        {
            Spend(sequence, new GenerateEvent { Started = started });
        }

        var enough = sequence.Prepared is { Stream: true } ? 1 : CoalescedTokens;

        if (sequence.Credits > 0 && sequence.Pending.TokenCount >= enough)
        {
            Spend(sequence, new GenerateEvent { Tokens = sequence.Pending.TakeTokens() });

            if (!sequence.HasSpoken)
            {
                sequence.HasSpoken = true;
                FirstTokens++;
            }
        }
    }

    public void Finish(LiveSequence sequence, Finished finished)
    {
        if (sequence.Pending.TakeStarted() is { } started)
        {
            Post(sequence.Id, new GenerateEvent { Started = started });
        }

        if (sequence.Pending.TakeTokens() is { } tokens)
        {
            Post(sequence.Id, new GenerateEvent { Tokens = tokens });
        }

        Post(sequence.Id, new GenerateEvent { Finished = finished });
    }

    public void Fail(ulong sequence, Problem problem, AbortCause cause = AbortCause.None) => Post(sequence, new GenerateEvent
    {
        Failed = new Failed
        {
            Code = problem.Code.ToWire(),
            Message = problem.Message,
            Field = problem.Field ?? "",
            RetryAfterMs = (int)(problem.RetryAfter?.TotalMilliseconds ?? 0),
            AbortCause = (int)cause,
        },
    });

    public void KeptPrefix(string name, int tokens, long bytes, int cachedTokens) =>
        outbox.Post(new FromSandbox { PrefixReady = new PrefixReady { Name = name, Tokens = tokens, DeviceBytes = bytes, CachedTokens = cachedTokens } });

    /// <param name="name">Of the prefix.</param>
    /// <param name="problem">Null: it was saved.</param>
    public void SavedPrefix(string name, Problem? problem) =>
        outbox.Post(new FromSandbox { PrefixSaved = new PrefixSaved { Name = name, Code = problem?.Code.ToWire() ?? "", Message = problem?.Message ?? "" } });

    public void FailPrefix(string name, Problem problem) =>
        outbox.Post(new FromSandbox { PrefixReady = new PrefixReady { Name = name, Code = problem.Code.ToWire(), Message = problem.Message } });

    private void Spend(LiveSequence sequence, GenerateEvent happened)
    {
        sequence.SpendCredit();
        Post(sequence.Id, happened);
    }

    private void Post(ulong sequence, GenerateEvent happened) =>
        outbox.Post(new FromSandbox { Event = new Event { Sequence = sequence, Event_ = happened } });
}
