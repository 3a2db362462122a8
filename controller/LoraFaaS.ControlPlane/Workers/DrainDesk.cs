using System.Diagnostics;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.ControlPlane.Ports;

namespace LoraFaaS.ControlPlane.Workers;

/// <summary>
/// Takes a worker out of use and back. The worker itself remembers it, until it is started again: who takes a machine away for good stops its worker.
/// A worker whose session another controller holds is asked through that one, and its next inventory says that it was done.
/// </summary>
public sealed class DrainDesk(WorkerRegistry registry, IWarmStateStore warm, TimeProvider time)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Glance = TimeSpan.FromMilliseconds(50);

    /// <summary>Null: done.</summary>
    public async Task<Problem?> AskAsync(WorkerId id, bool resume, CancellationToken cancellationToken)
    {
        if (!registry.TryFind(id, out var session))
        {
            return await AskElsewhereAsync(id, resume, cancellationToken);
        }

        return await session.SendAsync(new WorkerCommand.Drain(resume), Patience, cancellationToken) switch
        {
            CommandOutcome.Done => null,
            CommandOutcome.Failed failed => failed.Problem,
            CommandOutcome.Lost or CommandOutcome.TimedOut or CommandOutcome.Backlogged => Silent(id),
            _ => throw new UnreachableException(),
        };
    }

    private async Task<Problem?> AskElsewhereAsync(WorkerId id, bool resume, CancellationToken cancellationToken)
    {
        if (await FindAsync(id, cancellationToken) is null)
        {
            return new Problem(ErrorCode.NotFound, $"no worker \"{id}\"");
        }

        await warm.PublishAsync(new WarmNotice.Drain(id, resume), cancellationToken);
        var asked = time.GetTimestamp();
        using var timer = new PeriodicTimer(Glance, time);

        while (await FindAsync(id, cancellationToken) is { } worker && time.GetElapsedTime(asked) < Patience)
        {
            if (worker.Draining != resume)
            {
                return null;
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }

        return Silent(id);
    }

    private async Task<WorkerState?> FindAsync(WorkerId id, CancellationToken cancellationToken) =>
        (await warm.ListWorkersAsync(cancellationToken)).FirstOrDefault(worker => worker.Id == id);

    private static Problem Silent(WorkerId id) => new(ErrorCode.WorkerUnavailable, $"worker \"{id}\" does not answer; look at its state and try again");
}
