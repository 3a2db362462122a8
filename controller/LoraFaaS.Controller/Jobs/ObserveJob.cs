using LoraFaaS.ControlPlane.Planning;
using Quartz;

namespace LoraFaaS.Controller.Jobs;

/// <summary>Looks at the counters of calls. Every controller does, so that any of them can plan.</summary>
[DisallowConcurrentExecution]
internal sealed partial class ObserveJob(ArrivalBook arrivals, ILogger<ObserveJob> logger) : IJob
{
    private readonly ILogger _logger = logger;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        try
        {
            await arrivals.ObserveAsync(cancellationToken);
        }
        catch (Exception exception) when (exception.Passes())
        {
            LogUnavailable(exception.Message);
        }
    }

    [LoggerMessage(2421, LogLevel.Warning, "Calls could not be observed: {Message}")]
    private partial void LogUnavailable(string message);
}
