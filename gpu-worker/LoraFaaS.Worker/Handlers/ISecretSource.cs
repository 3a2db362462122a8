using LoraFaaS.Protocol.Control;
using LoraFaaS.Worker.Outcomes;

namespace LoraFaaS.Worker.Handlers;

/// <summary>Values of the secrets that a revision names, for the handler that is about to run it. Nobody else on this worker sees them.</summary>
internal interface ISecretSource
{
    Task<Loading<ReadSecretsReply>> ReadAsync(HandlerKey key, CancellationToken cancellationToken);
}
