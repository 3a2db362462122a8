namespace LoraFaaS.Gateway.Routing;

internal sealed partial class RouteWatchLoop
{
    [LoggerMessage(2401, LogLevel.Information, "Route table {Version}: {Routes} functions, {Workers} workers")]
    private partial void LogSnapshot(long version, int routes, int workers);

    [LoggerMessage(2402, LogLevel.Information, "The controller ended the route watch; watching again")]
    private partial void LogEnded();

    [LoggerMessage(2403, LogLevel.Warning, "The route watch was lost, the last table goes on serving: {Status}")]
    private partial void LogLost(string status);
}
