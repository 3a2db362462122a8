using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Worker.Invocations;

/// <summary>What the queue decided for an invocation.</summary>
internal abstract record Turn
{
    private Turn()
    {
    }

    /// <summary>Go. <paramref name="Batch"/> sequences then run in its sandbox, this one included, beside <paramref name="Contenders"/> sandboxes with work, its own included.</summary>
    internal sealed record Granted(int Batch, int Contenders = 1) : Turn;

    /// <summary>It cannot make its deadline, or its promise; better now than late.</summary>
    internal sealed record Refused(Problem Problem) : Turn;
}
