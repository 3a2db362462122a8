namespace LoraFaaS.Policies.Batching;

/// <summary>
/// Fill-or-expire (ServerlessLoRA): collect until a batch is as large as the SLO allows, or until waiting longer would break it.
/// Differs in one point: while the sandbox is idle nothing is held back, because an engine that batches continuously lets later
/// arrivals join the running batch at the next step.
/// </summary>
public static class BatchPolicy
{
    /// <summary>N = ⌊(SLO−T0)/α⌋ + 1, between 1 and the limit.</summary>
    public static int FillSize(TimeSpan slo, BatchProfile profile, BatchLimits limits)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(limits);

        var room = slo - profile.T0;

        if (room <= TimeSpan.Zero)
        {
            return 1;
        }

        return profile.Alpha <= TimeSpan.Zero
            ? limits.MaxBatch
            : (int)Math.Clamp(Math.Floor(room / profile.Alpha) + 1, 1, limits.MaxBatch);
    }

    /// <summary>d = SLO − M·T(N), between 0 and the limit: how long the oldest may wait for company.</summary>
    public static TimeSpan BatchingDelay(TimeSpan slo, int contenders, BatchProfile profile, BatchLimits limits)
    {
        var delay = slo - (contenders * profile.TimeOf(FillSize(slo, profile, limits)));
        return delay < TimeSpan.Zero ? TimeSpan.Zero : delay < limits.MaxWait ? delay : limits.MaxWait;
    }

    /// <summary>Δ = SLO − (w + M·T(b)): how much time is to spare if b invocations ran now. The smallest goes first.</summary>
    public static TimeSpan Margin(TimeSpan slo, TimeSpan waited, int contenders, int batch, BatchProfile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        return slo - (waited + (contenders * profile.TimeOf(batch)));
    }

    public static BatchDecision Decide(BatchSnapshot snapshot, BatchLimits limits)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        ArgumentNullException.ThrowIfNull(limits);

        var releasable = Math.Min(snapshot.Waiting, snapshot.FreeSlots);

        if (releasable <= 0)
        {
            return new BatchDecision.WaitForChange();
        }

        if (snapshot.SandboxIdle || snapshot.Slo is not { } slo)
        {
            return new BatchDecision.Release(releasable);
        }

        if (releasable >= Math.Min(FillSize(slo, snapshot.Profile, limits), snapshot.FreeSlots))
        {
            return new BatchDecision.Release(releasable);
        }

        var left = BatchingDelay(slo, snapshot.Contenders, snapshot.Profile, limits) - snapshot.OldestWait;
        return left <= TimeSpan.Zero ? new BatchDecision.Release(releasable) : new BatchDecision.WaitFor(left);
    }
}
