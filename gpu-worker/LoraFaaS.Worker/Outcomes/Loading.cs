using LoraFaaS.Contracts.Errors;

namespace LoraFaaS.Worker.Outcomes;

/// <summary>What came of bringing an artifact nearer: it, or the problem that the caller of the invocation is told.</summary>
internal abstract record Loading<T>
{
    private Loading()
    {
    }

    internal sealed record Ready(T Value) : Loading<T>;

    internal sealed record Failed(Problem Problem) : Loading<T>;
}
