namespace LoraFaaS.Policies.Preloading;

/// <summary>
/// The precedence-constrained knapsack of ServerlessLoRA (papers A5), for disk, host and device of every worker: value is the chance of a call times
/// what it saves, weight is bytes, an adapter lies where its backbone and sandbox are. Density over whole closures, then bounded exchanges.
/// What is resident is the start of every plan: it is changed where the change is worth more than the hysteresis, so that plans do not flap.
/// </summary>
public static class PreloadPlanner
{
    public static PreloadPlan Plan(PreloadRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);

        if (request.Workers.IsEmpty || request.Functions.IsEmpty)
        {
            return PreloadPlan.Empty;
        }

        var facts = new PlanFacts(request);
        return new PlanWriter(Choose(facts)).Write();
    }

    internal static PlanBoard Choose(PlanFacts facts)
    {
        var limits = facts.Request.Limits;
        var roots = new PlanRoots(facts);
        long effort = limits.Effort;
        var fresh = roots.Build(ref effort);

        if (!PlanIncumbent.Exists(facts.Request))
        {
            return fresh;
        }

        var kept = PlanIncumbent.Build(facts);
        effort = Math.Max(effort, limits.Effort / 2);
        new PlanClosures(facts).Add(kept);
        roots.Fill.Run(kept, 1);
        roots.Swaps.Run(kept, 1 + limits.Hysteresis, ref effort);
        PlanThrift.Run(kept, ref effort);

        return fresh.Score() > kept.Score() + (limits.UpheavalGain * Math.Abs(kept.Score())) ? fresh : kept;
    }
}
