using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.ControlPlane.Workers;

public sealed partial class WorkerRegistry
{
    [LoggerMessage(2201, LogLevel.Information, "Worker {Worker} at {Url} joined: {Device}, {DeviceBytes}, version {Version}")]
    private partial void LogOpened(WorkerId worker, string url, string device, ByteSize deviceBytes, string version);

    [LoggerMessage(2202, LogLevel.Information, "Worker {Worker} left: {Reason}")]
    private partial void LogClosed(WorkerId worker, string reason);

    [LoggerMessage(2203, LogLevel.Warning, "Worker {Worker} cannot enforce: {Measure}")]
    private partial void LogNotEnforced(WorkerId worker, string measure);

    [LoggerMessage(2204, LogLevel.Warning, "Worker {Worker} has said nothing for {Silence}; closing its session")]
    private partial void LogSilent(WorkerId worker, TimeSpan silence);
}
