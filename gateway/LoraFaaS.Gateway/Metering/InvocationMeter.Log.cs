namespace LoraFaaS.Gateway.Metering;

internal sealed partial class InvocationMeter
{
    [LoggerMessage(
        2201,
        LogLevel.Information,
        "Invocation {CallId} ({Dialect}) of {Function} revision {Revision} on {Worker}: {Status} {Outcome} {AbortCause}, first token after {TtftMs} ms, all after {TotalMs} ms, {PromptTokens} + {CompletionTokens} tokens, placed again {Replacements} times")]
    private partial void LogInvocation(
        string callId,
        string dialect,
        string function,
        int revision,
        string worker,
        int status,
        string outcome,
        string abortCause,
        double ttftMs,
        double totalMs,
        int promptTokens,
        int completionTokens,
        int replacements);
}
