using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>How one try at one worker ended.</summary>
internal abstract record WorkerTryEnd
{
    private WorkerTryEnd()
    {
    }

    /// <summary>The last event was passed on.</summary>
    public sealed record Done : WorkerTryEnd
    {
        public static readonly Done Instance = new();
    }

    public sealed record Unreachable(string Reason) : WorkerTryEnd;

    /// <summary>Refused before any event.</summary>
    public sealed record Refused(Problem Problem) : WorkerTryEnd;

    /// <summary>It had begun to stream.</summary>
    public sealed record Broken(Problem Problem) : WorkerTryEnd;
}
