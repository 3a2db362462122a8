using LoraFaaS.Contracts.Functions;

namespace LoraFaaS.Policies.Fairness;

/// <summary>A priority as the divisor of served cost: four times the weight is four times the share while both want it.</summary>
public static class PriorityWeight
{
    /// <summary>A number that no priority has counts as normal: it comes from a newer peer.</summary>
    public static double Of(FunctionPriority priority) => priority switch
    {
        FunctionPriority.Low => 0.25,
        FunctionPriority.High => 4,
        _ => 1,
    };
}
