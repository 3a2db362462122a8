using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Metering;

internal sealed partial class UsageSpool
{
    [LoggerMessage(3301, LogLevel.Warning, "The usage spool {Path} ended in {Bytes} torn bytes; cut off")]
    private partial void LogTorn(string path, int bytes);

    [LoggerMessage(3302, LogLevel.Error, "The usage spool {Path} cannot be written")]
    private partial void LogFailed(Exception exception, string path);
}
