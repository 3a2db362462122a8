using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Worker.Sandboxes;

/// <summary>What a sandbox answered to a command.</summary>
internal abstract record SandboxReply<T>
{
    private SandboxReply()
    {
    }

    internal sealed record Done(T Value) : SandboxReply<T>;

    internal sealed record Refused(Problem Problem) : SandboxReply<T>;

    /// <summary>It ended before it answered.</summary>
    internal sealed record Lost : SandboxReply<T>;
}
