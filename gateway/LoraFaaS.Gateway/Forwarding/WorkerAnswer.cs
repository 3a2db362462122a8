using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Gateway.Forwarding;

/// <summary>What a worker's status line meant.</summary>
internal abstract record WorkerAnswer
{
    private WorkerAnswer()
    {
    }

    /// <summary>Events follow.</summary>
    public sealed record Streaming : WorkerAnswer
    {
        public static readonly Streaming Instance = new();
    }

    /// <summary>It answered, and said no.</summary>
    public sealed record Refused(Problem Problem) : WorkerAnswer;

    /// <summary>It answered with what no worker that is well answers: its own doing, not the request's.</summary>
    public sealed record Failed(Problem Problem) : WorkerAnswer;

    /// <summary>It did not answer: nothing was generated.</summary>
    public sealed record Unreachable(string Reason) : WorkerAnswer;
}
