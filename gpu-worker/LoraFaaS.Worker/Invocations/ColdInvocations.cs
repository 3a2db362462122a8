using LoraFaaS.Worker.Artifacts;

namespace LoraFaaS.Worker.Invocations;

/// <summary>
/// Whether an invocation that had to wait for artifacts still waits for its first token. A blank's start is half a second of a processor, and on a small
/// machine it is the cold start beside it that pays: the next blank begins after it.
/// </summary>
internal sealed class ColdInvocations : IDisposable
{
    private readonly LiveDemand _waiting = new();

    /// <summary>Until disposed, an invocation waits.</summary>
    public IDisposable Begin() => _waiting.Begin();

    /// <summary>Completes when none waits.</summary>
    public Task QuietAsync(CancellationToken cancellationToken) => _waiting.QuietAsync(cancellationToken);

    public void Dispose() => _waiting.Dispose();
}
