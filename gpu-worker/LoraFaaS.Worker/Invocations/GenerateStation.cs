using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Sandboxes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Invocations;

/// <summary>Runs one sequence on its sandbox and passes its events on, as fast as the caller reads. The last event is kept back: usage comes first.</summary>
internal sealed partial class GenerateStation(BatchLoop queue, IOptions<WorkerOptions> options, TimeProvider time, ILogger<GenerateStation> logger)
{
    private readonly int _credits = options.Value.EventCredits;
    private readonly string _arithmetic = KernelReport.ArithmeticFor(options.Value);

    public async Task<InvocationEnd> RunAsync(
        Invocation invocation, ResidentSandbox sandbox, QueueTicket ticket, Turn.Granted granted, IEventSink sink, InvocationAbort abort)
    {
        invocation.Stage = InvocationStage.Prefill;
        var begun = time.GetTimestamp();
        using var promise = sandbox.Turns?.Promise(invocation.DueAt(time), invocation.Slo, invocation.Weight);
        await using var sequence = await sandbox.GenerateAsync(invocation.Ask(), _credits, abort.Token);

        var isHeard = false;

        try
        {
            await foreach (var happened in sequence.Events.ReadAllAsync(abort.Token))
            {
                switch (happened.KindCase)
                {
                    case GenerateEvent.KindOneofCase.Finished:
                        return new InvocationEnd.Done(Account(invocation, happened.Finished, begun));
                    case GenerateEvent.KindOneofCase.Failed:
                        return Read(happened.Failed);
                    case GenerateEvent.KindOneofCase.Started:
                        // Of one that does not come to its end this is what is counted.
                        invocation.PromptTokens = Math.Max(0, happened.Started.PromptTokens);
                        invocation.CachedTokens = Math.Clamp(happened.Started.CachedPromptTokens, 0, invocation.PromptTokens);
                        happened.Started.Arithmetic = _arithmetic;
                        promise?.Keep(long.MaxValue);
                        break;
                    case GenerateEvent.KindOneofCase.Tokens:
                        invocation.CompletionTokens += happened.Tokens.Ids.Count;
                        break;
                    default:
                        break;
                }

                await PassOnAsync(invocation, happened, sink, abort.Token);

                // Here and not behind the yield: this thread may get its processor back only when the next token is computed.
                var passedAt = time.GetTimestamp();

                if (!isHeard && happened.KindCase is GenerateEvent.KindOneofCase.Tokens)
                {
                    isHeard = true;

                    // Behind what the server has just put there: by then it has written what it was given, and its thread did not have to wake for it.
                    await Task.Yield();
                    sandbox.Turns?.Heard();
                }

                if (happened.KindCase is GenerateEvent.KindOneofCase.Tokens)
                {
                    await NoteFirstAsync(invocation, ticket, granted, begun, passedAt, abort.Token);
                    promise?.Keep(invocation.NextDueAt(time));
                }

                await sequence.ReturnCreditAsync(abort.Token);
            }

            return new InvocationEnd.Lost();
        }
        catch (OperationCanceledException) when (abort.Token.IsCancellationRequested)
        {
            await sequence.CancelAsync(abort.Cause);
            throw;
        }
    }

    /// <summary>What a resumed sequence repeats is not sent again.</summary>
    private static async ValueTask PassOnAsync(Invocation invocation, GenerateEvent happened, IEventSink sink, CancellationToken cancellationToken)
    {
        if (happened.KindCase is GenerateEvent.KindOneofCase.Started && invocation.HasToldStart)
        {
            return;
        }

        await sink.WriteAsync(happened, cancellationToken);

        if (happened.KindCase is GenerateEvent.KindOneofCase.Started)
        {
            invocation.HasToldStart = true;
        }
        else if (happened.KindCase is GenerateEvent.KindOneofCase.Tokens)
        {
            invocation.SentTokens.AddRange(happened.Tokens.Ids);
        }
    }

    /// <summary>The first token is out: its time is the one at which the server was given it, and whoever gave way to it may begin.</summary>
    private async ValueTask NoteFirstAsync(Invocation invocation, QueueTicket ticket, Turn.Granted granted, long begun, long passedAt, CancellationToken cancellationToken)
    {
        if (invocation.Ttft is not null)
        {
            return;
        }

        invocation.Stage = InvocationStage.Decode;
        invocation.Ttft = time.GetElapsedTime(invocation.ArrivedAt, passedAt);
        invocation.PrefillTime = time.GetElapsedTime(begun, passedAt);
        invocation.Cold?.Dispose();
        await queue.ObserveAsync(ticket, granted, invocation.BeganOnArriving ? null : invocation.PrefillTime, cancellationToken);
    }

    /// <summary>The sandbox's own account is finer where it has one: it knows when it began to compute.</summary>
    private Finished Account(Invocation invocation, Finished finished, long begun)
    {
        // A sandbox is not believed about what it is paid for: the tokens that went out were counted here, each with its id.
        if (finished.CompletionTokens != invocation.AnswerTokens || finished.PromptTokens < 0)
        {
            LogClaim(invocation.Sandbox, invocation.CallId, finished.PromptTokens, finished.CompletionTokens, invocation.AnswerTokens);
        }

        finished.PromptTokens = Math.Max(0, finished.PromptTokens);
        finished.CompletionTokens = invocation.AnswerTokens;
        invocation.PromptTokens = finished.PromptTokens;
        invocation.TotalTime = time.GetElapsedTime(invocation.ArrivedAt);
        invocation.Ttft ??= invocation.TotalTime;

        if (finished.ColdStart is { } inside)
        {
            Bound(inside, time.GetElapsedTime(begun).TotalMilliseconds);
            invocation.QueueTime += TimeSpan.FromMilliseconds(inside.QueueMs);
            invocation.PromptTime = TimeSpan.FromMilliseconds(inside.PromptMs);
            invocation.AdapterTime += TimeSpan.FromMilliseconds(inside.AdapterMs);
            invocation.PrefixTime = invocation.RestoreTime + TimeSpan.FromMilliseconds(inside.PrefixMs);
            invocation.PrefixWasCached = inside.PrefixCached;
            invocation.RelayTime = Relay(invocation, inside);
            invocation.PrefillTime = inside.PrefillMs > 0 ? TimeSpan.FromMilliseconds(inside.PrefillMs) : invocation.PrefillTime;

            // An answer that is read as a whole sends its tokens together: its first event is not its first token.
            if (!invocation.Request.Stream && inside.TtftMs > 0 && invocation.SentTokens.Count <= finished.CompletionTokens)
            {
                invocation.Ttft = time.GetElapsedTime(invocation.ArrivedAt, begun) + TimeSpan.FromMilliseconds(inside.TtftMs);
            }
        }

        finished.ColdStart = invocation.ColdStart();
        return finished;
    }

    /// <summary>No part of a generation took longer than the whole, or less than no time; what is no number is none.</summary>
    private static void Bound(ColdStart inside, double most)
    {
        inside.QueueMs = Part(inside.QueueMs);
        inside.PromptMs = Part(inside.PromptMs);
        inside.AdapterMs = Part(inside.AdapterMs);
        inside.PrefixMs = Part(inside.PrefixMs);
        inside.PrefillMs = Part(inside.PrefillMs);
        inside.TtftMs = Part(inside.TtftMs);

        double Part(double milliseconds) => milliseconds > 0 ? Math.Min(milliseconds, most) : 0;
    }

    /// <summary>What passed here until the first token came, beyond what the sandbox saw of it. Of an answer that comes as a whole nobody sees that.</summary>
    private static TimeSpan Relay(Invocation invocation, ColdStart inside)
    {
        var relay = invocation.PrefillTime - TimeSpan.FromMilliseconds(inside.TtftMs);
        return invocation.Request.Stream && inside.TtftMs > 0 && relay > TimeSpan.Zero ? relay : TimeSpan.Zero;
    }

    private static InvocationEnd.Failed Read(Failed failed) => new(
        new Problem(
            ErrorCodes.FromWire(failed.Code),
            failed.Message,
            failed.Field.Length > 0 ? failed.Field : null,
            failed.RetryAfterMs > 0 ? TimeSpan.FromMilliseconds(failed.RetryAfterMs) : null),
        (Contracts.Invocations.AbortCause)failed.AbortCause);

    [LoggerMessage(3341, LogLevel.Warning, "The sandbox of {Key} claims {Prompt} prompt and {Claimed} completion tokens for invocation {CallId}; {Counted} were sent, and are counted")]
    private partial void LogClaim(SandboxKey key, Contracts.Identity.CallId callId, int prompt, int claimed, int counted);
}
