using LoraFaaS.Contracts.Functions;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Metering;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;

namespace LoraFaaS.Controller.Api;

/// <summary>Makes functions' statuses. The catalogue is the truth; counts and tiers come from the warm state and are 0 while it is away.</summary>
internal sealed class StatusBuilder(IWarmStateStore warm, InvocationCounts counts)
{
    public async Task<List<FunctionStatus>> BuildAsync(IReadOnlyList<FunctionRecord> functions, CancellationToken cancellationToken)
    {
        var standing = await LookAsync(cancellationToken);
        return [.. functions.Select(standing.Status)];
    }

    public async Task<FunctionStanding> LookAsync(CancellationToken cancellationToken)
    {
        IReadOnlyList<WorkerState> workers = [];
        IReadOnlyDictionary<FunctionId, long> invocations = new Dictionary<FunctionId, long>();

        try
        {
            workers = await warm.ListWorkersAsync(cancellationToken);
            invocations = await counts.ReadAsync(cancellationToken);
        }
        catch (WarmStateUnavailableException)
        {
            // A list of functions without counts is better than none; the loops log that the warm state is away.
        }

        return new FunctionStanding(new ResidencyIndex(workers), invocations);
    }
}
