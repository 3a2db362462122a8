using LoraFaaS.Contracts.Functions;
using LoraFaaS.Policies.Fairness;

namespace LoraFaaS.Policies.Admission;

/// <summary>
/// How urgent one call is at a full door. The deployer says it for a function, the operator for a key, and the key's word stands in place of the function's,
/// higher or lower. The caller himself may only ask for less: whoever can call would otherwise ask for the most.
/// </summary>
public static class CallPriority
{
    public static FunctionPriority Decide(FunctionPriority ofFunction, FunctionPriority? ofKey, FunctionPriority? asked)
    {
        var granted = ofKey ?? ofFunction;

        return asked is { } wanted && PriorityWeight.Of(wanted) < PriorityWeight.Of(granted) ? wanted : granted;
    }
}
