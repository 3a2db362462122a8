using LoraFaaS.ControlPlane.Planning;
using Quartz;

namespace LoraFaaS.Controller.Jobs;

/// <summary>Makes a plan. Once in the whole cluster: the shared store of jobs fires it at one controller, the lease's token fences the others off.</summary>
[DisallowConcurrentExecution]
internal sealed partial class PlanJob(PlanTurn turn, ILogger<PlanJob> logger) : IJob
{
    private readonly ILogger _logger = logger;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        try
        {
            await turn.RunAsync(cancellationToken);
        }
        catch (Exception exception) when (exception.Passes())
        {
            LogUnavailable(exception.Message);
        }
    }

    [LoggerMessage(2422, LogLevel.Warning, "No plan was made: {Message}")]
    private partial void LogUnavailable(string message);
}
