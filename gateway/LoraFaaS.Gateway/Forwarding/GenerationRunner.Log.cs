namespace LoraFaaS.Gateway.Forwarding;

internal sealed partial class GenerationRunner
{
    [LoggerMessage(2301, LogLevel.Warning, "Invocation {CallId} failed on worker {Worker} and may be placed again: {Reason}")]
    private partial void LogAgain(string callId, string worker, string reason);
}
