using LoraFaaS.ControlPlane.Planning;
using Quartz;

namespace LoraFaaS.Controller.Jobs;

/// <summary>Carries the newest plan to this controller's workers.</summary>
[DisallowConcurrentExecution]
internal sealed partial class CommandJob(PlanCommands commands, ILogger<CommandJob> logger) : IJob
{
    private readonly ILogger _logger = logger;

    public async ValueTask Execute(IJobExecutionContext context, CancellationToken cancellationToken)
    {
        try
        {
            await commands.RunAsync(cancellationToken);
        }
        catch (Exception exception) when (exception.Passes())
        {
            LogUnavailable(exception.Message);
        }
    }

    [LoggerMessage(2423, LogLevel.Warning, "The plan could not be carried out: {Message}")]
    private partial void LogUnavailable(string message);
}
