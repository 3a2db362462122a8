using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Turns;

internal sealed partial class TurnArbiter
{
    [LoggerMessage(3261, LogLevel.Warning, "A sandbox of {Owner} has kept its turn for {Held}; the others go on without it")]
    private partial void LogOverrun(string owner, TimeSpan held);

    [LoggerMessage(3262, LogLevel.Critical, "The arbiter has failed; sandboxes run as they like from now on")]
    private partial void LogFailed(Exception exception);

    [LoggerMessage(3263, LogLevel.Warning, "Sandboxes do not take turns here: {Why}")]
    private partial void LogFree(string why);
}
