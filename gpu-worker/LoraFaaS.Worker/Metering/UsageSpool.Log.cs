using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Metering;

internal sealed partial class UsageSpool
{
    [LoggerMessage(3301, LogLevel.Warning, "The usage spool {Path} ended in {Bytes} torn bytes; cut off")]
    private partial void LogTorn(string path, int bytes);

    [LoggerMessage(3303, LogLevel.Error, "No disk space for the usage spool {Path} ({Errno}); invocations are refused when what was kept ahead is used up")]
    private partial void LogFull(string path, LoraFaaS.Linux.Native.Errno errno);

    [LoggerMessage(3302, LogLevel.Error, "The usage spool {Path} cannot be written")]
    private partial void LogFailed(Exception exception, string path);
}
