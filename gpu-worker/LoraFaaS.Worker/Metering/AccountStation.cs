using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Worker.Control;
using LoraFaaS.Worker.Invocations;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Metering;

/// <summary>Writes down what an invocation used, before its last event goes out, and says so in its function's log.</summary>
internal sealed partial class AccountStation(UsageSpool spool, FunctionLog log, WorkerMetrics metrics, TimeProvider time, ILogger<AccountStation> logger)
{
    public void Begin(Invocation invocation) => log.Write(invocation.Function, $"invocation {invocation.CallId} started");

    public void Retry(Invocation invocation)
    {
        log.Write(invocation.Function, $"invocation {invocation.CallId} lost its sandbox; another one goes on");
        LogRetry(invocation.CallId, invocation.Function);
    }

    public async Task EndAsync(Invocation invocation, InvocationEnd end)
    {
        invocation.TotalTime = time.GetElapsedTime(invocation.ArrivedAt);
        var ttft = invocation.Ttft?.TotalMilliseconds ?? 0;
        var tier = WorkerMetrics.TierName(invocation.AdapterTier);

        try
        {
            // Not the caller's token: what was used is owed even when the caller has gone.
            await spool.AppendAsync(Report(invocation, end.Outcome, ttft), CancellationToken.None);
        }
        catch (IOException failure)
        {
            // A full disk must not take the answer from a caller who can do nothing about it; the log line is what is left of the report.
            LogUnmetered(failure, invocation.CallId, invocation.Function, invocation.PromptTokens, invocation.CompletionTokens);
        }

        metrics.Count(invocation, end.Outcome);
        log.Write(
            invocation.Function,
            string.Create(System.Globalization.CultureInfo.InvariantCulture, $"invocation {invocation.CallId} finished tokens={invocation.CompletionTokens} ttft={ttft:0.0}ms tier={tier} outcome={end.Outcome}"));
        LogFinished(invocation.CallId, invocation.Function, end.Outcome, invocation.CompletionTokens, ttft, invocation.TotalTime.TotalMilliseconds, tier);
    }

    private static UsageReport Report(Invocation invocation, string outcome, double ttft) => new()
    {
        CallId = invocation.CallId.Value,
        Namespace = invocation.Function.Namespace.Value,
        Function = invocation.Function.Name.Value,
        Revision = invocation.Revision.Number,
        PromptTokens = invocation.PromptTokens,
        CompletionTokens = invocation.AnswerTokens,
        TtftMs = ttft,
        TotalMs = invocation.TotalTime.TotalMilliseconds,
        Outcome = outcome,
        StartedUnixMs = invocation.StartedAt.ToUnixTimeMilliseconds(),
        AdapterTier = (int)invocation.AdapterTier,
        QueueMs = invocation.QueueTime.TotalMilliseconds,
        LoadMs = invocation.LoadTime.TotalMilliseconds,
        PrefillMs = invocation.PrefillTime.TotalMilliseconds,
        DecodeMs = invocation.DecodeTime.TotalMilliseconds,
        Account = invocation.ColdStart(),
        UsageKey = invocation.Request.UsageKey,
        UsageTry = invocation.Request.UsageTry,
    };

    [LoggerMessage(3311, LogLevel.Information, "Invocation {CallId} of {Function}: {Outcome}, {Tokens} tokens, first after {TtftMs:0.0} ms, all after {TotalMs:0.0} ms, adapter found at {Tier}")]
    private partial void LogFinished(
        CallId callId, FunctionId function, string outcome, int tokens, double ttftMs, double totalMs, string tier);

    [LoggerMessage(3312, LogLevel.Warning, "Invocation {CallId} of {Function} lost its sandbox; another one goes on")]
    private partial void LogRetry(CallId callId, FunctionId function);

    [LoggerMessage(3313, LogLevel.Error, "Invocation {CallId} of {Function} is not metered: {PromptTokens} prompt and {CompletionTokens} completion tokens")]
    private partial void LogUnmetered(
        Exception exception, CallId callId, FunctionId function, int promptTokens, int completionTokens);
}
