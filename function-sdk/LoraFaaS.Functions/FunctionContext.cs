using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Functions;

/// <summary>All that one invocation has. Good for that invocation only; not to be kept.</summary>
public sealed class FunctionContext
{
    /// <summary>The invocation's id, as the caller sees it in <c>X-Call-Id</c>.</summary>
    public required CallId CallId { get; init; }

    /// <summary>The function as it is deployed.</summary>
    public required FunctionId Function { get; init; }

    /// <summary>What the caller sent.</summary>
    public required FunctionRequest Request { get; init; }

    /// <summary>Where the answer goes, as it is written.</summary>
    public required FunctionResponse Response { get; init; }

    /// <summary>Asks this function's own adapter.</summary>
    public required IGenerator Generator { get; init; }

    /// <summary>The secrets that the deployment names, as they were when this process started.</summary>
    public required FunctionSecrets Secrets { get; init; }

    /// <summary>Lines for <c>lorafaas logs</c>.</summary>
    public required IFunctionLog Log { get; init; }

    /// <summary>When the caller stops waiting, in UTC. Generations are bounded by it too.</summary>
    public required DateTimeOffset Deadline { get; init; }
}
