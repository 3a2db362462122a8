using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Gateway.Metering;

/// <summary>Invocations that came in by function, until the controller has been told. Deployed functions only, so their number is bounded by the route table.</summary>
internal sealed class ArrivalCounts
{
    private readonly ConcurrentDictionary<FunctionId, StrongBox<long>> _counts = new();

    public void Add(FunctionId function, long count = 1) => Interlocked.Add(ref _counts.GetOrAdd(function, static _ => new StrongBox<long>()).Value, count);

    /// <summary>Takes what there is; whoever cannot deliver it adds it again.</summary>
    public IReadOnlyList<(FunctionId Function, long Count)> Take()
    {
        var taken = new List<(FunctionId, long)>();

        foreach (var (function, box) in _counts)
        {
            if (Interlocked.Exchange(ref box.Value, 0) is > 0 and var count)
            {
                taken.Add((function, count));
            }
        }

        return taken;
    }
}
