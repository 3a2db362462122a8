using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Isolation;

/// <summary>What a pool of blanks has to say.</summary>
internal static partial class BlankLog
{
    [LoggerMessage(3221, LogLevel.Error, "No blank {Kind} could be started")]
    public static partial void NoBlank(ILogger logger, string kind, Exception exception);

    [LoggerMessage(3222, LogLevel.Warning, "Blank {Name} ended before it was used")]
    public static partial void Died(ILogger logger, string name);
}
