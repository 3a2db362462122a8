using System.Text;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Invocations;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Metering;

/// <summary>Writes down what an invocation used, before its last event goes out, and says so in its function's log.</summary>
internal sealed partial class AccountStation(UsageSpool spool, FunctionLog log, WorkerMetrics metrics, TimeProvider time, ILogger<AccountStation> logger)
{
    private static readonly TimeSpan FullRetry = TimeSpan.FromSeconds(1);

    /// <summary>A place on disk for what it will have used. None: it is refused, and may be served by a worker that can write it down.</summary>
    public async ValueTask<Loading<SpoolPlace>> BeginAsync(Invocation invocation)
    {
        if (await spool.TryTakeAsync(TextBytes(invocation)) is not { } place)
        {
            return new Loading<SpoolPlace>.Failed(new Problem(
                ErrorCode.WorkerUnavailable, "This worker's disk is full: what the invocation uses could not be written down.", RetryAfter: FullRetry));
        }

        log.Write(invocation.Function, $"invocation {invocation.CallId} started");
        return new Loading<SpoolPlace>.Ready(place);
    }

    public void Retry(Invocation invocation)
    {
        log.Write(invocation.Function, $"invocation {invocation.CallId} lost its sandbox; another one goes on");
        LogRetry(invocation.CallId, invocation.Function);
    }

    /// <summary>Returns when it is on disk. An answer that cannot be written down does not end as one: whoever placed it here places it elsewhere.</summary>
    public async Task<InvocationEnd> EndAsync(Invocation invocation, InvocationEnd end)
    {
        invocation.TotalTime = time.GetElapsedTime(invocation.ArrivedAt);
        var ttft = invocation.Ttft?.TotalMilliseconds ?? 0;
        var tier = WorkerMetrics.TierName(invocation.AdapterTier);

        try
        {
            // Not the caller's token: what was used is owed even when the caller has gone.
            await spool.AppendAsync(Report(invocation, end.Outcome), CancellationToken.None);
        }
        catch (IOException failure)
        {
            // Not a full disk, which was met at the beginning, but one that is broken or promises nothing; the log line is what is left of the report.
            LogUnmetered(failure, invocation.CallId, invocation.Function, invocation.PromptTokens, invocation.CompletionTokens);
            end = new InvocationEnd.Failed(new Problem(
                ErrorCode.WorkerUnavailable, "This worker's disk failed: what the invocation used could not be written down.", RetryAfter: FullRetry));
        }

        metrics.Count(invocation, end.Outcome);
        log.Write(
            invocation.Function,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"invocation {invocation.CallId} finished tokens={invocation.CompletionTokens} ttft={ttft:0.0}ms tier={tier} outcome={end.Outcome}"));
        LogFinished(invocation.CallId, invocation.Function, end.Outcome, invocation.CompletionTokens, ttft, invocation.TotalTime.TotalMilliseconds, tier);
        return end;
    }

    /// <summary>Of all texts of the report; an outcome's name is short.</summary>
    private static int TextBytes(Invocation invocation) =>
        Encoding.UTF8.GetByteCount(invocation.CallId.Value) + Encoding.UTF8.GetByteCount(invocation.Request.UsageKey)
        + Encoding.UTF8.GetByteCount(invocation.Function.Namespace.Value) + Encoding.UTF8.GetByteCount(invocation.Function.Name.Value);

    /// <summary>
    /// Its times begin at the gateway's door, where the caller's did and the account's parts do: what passed before the call came here (waking, above all) is in its first token's time and in its whole.
    /// </summary>
    private static UsageReport Report(Invocation invocation, string outcome)
    {
        var account = invocation.ColdStart();

        return new UsageReport
        {
            CallId = invocation.CallId.Value,
            Namespace = invocation.Function.Namespace.Value,
            Function = invocation.Function.Name.Value,
            Revision = invocation.Revision.Number,
            PromptTokens = invocation.PromptTokens,
            CompletionTokens = invocation.AnswerTokens,
            TtftMs = invocation.Ttft is null ? 0 : account.TtftMs,
            TotalMs = invocation.TotalTime.TotalMilliseconds + (invocation.Request.Before?.TtftMs ?? 0),
            Outcome = outcome,
            StartedUnixMs = invocation.StartedAt.ToUnixTimeMilliseconds(),
            AdapterTier = (int)invocation.AdapterTier,
            QueueMs = account.QueueMs,
            LoadMs = invocation.LoadTime.TotalMilliseconds,
            PrefillMs = invocation.PrefillTime.TotalMilliseconds,
            DecodeMs = invocation.DecodeTime.TotalMilliseconds,
            Account = account,
            UsageKey = invocation.Request.UsageKey,
            UsageTry = invocation.Request.UsageTry,
        };
    }

    [LoggerMessage(3311, LogLevel.Information, "Invocation {CallId} of {Function}: {Outcome}, {Tokens} tokens, first after {TtftMs:0.0} ms, all after {TotalMs:0.0} ms, adapter found at {Tier}")]
    private partial void LogFinished(
        CallId callId, FunctionId function, string outcome, int tokens, double ttftMs, double totalMs, string tier);

    [LoggerMessage(3312, LogLevel.Warning, "Invocation {CallId} of {Function} lost its sandbox; another one goes on")]
    private partial void LogRetry(CallId callId, FunctionId function);

    [LoggerMessage(3313, LogLevel.Error, "Invocation {CallId} of {Function} is not metered: {PromptTokens} prompt and {CompletionTokens} completion tokens")]
    private partial void LogUnmetered(
        Exception exception, CallId callId, FunctionId function, int promptTokens, int completionTokens);
}
