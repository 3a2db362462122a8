using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.ServiceDefaults.Tls;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Outcomes;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Handlers;

/// <summary>Asks the controller each time a handler starts; nothing is kept, so a secret lives on no worker's disk.</summary>
internal sealed class ControllerSecrets : ISecretSource, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly GrpcChannel? _channel;

    public ControllerSecrets(IOptions<WorkerOptions> options, InternalToken token, PeerAuthority authority, TimeProvider time)
    {
        if (options.Value.ControllerRpcUrl.Length > 0)
        {
            _channel = new GrpcChannel(new GrpcChannelOptions
            {
                Servers = ServerAddresses.Parse(options.Value.ControllerRpcUrl),
                Tls = authority.ClientOptions(),
                Metadata = [new(InternalToken.HeaderName, token.Value)],
                Time = time,
            });
        }
    }

    public async Task<Loading<ReadSecretsReply>> ReadAsync(HandlerKey key, CancellationToken cancellationToken)
    {
        if (_channel is null)
        {
            return Failed(ErrorCode.ControllerUnavailable, "This worker has no controller to ask for the function's secrets.");
        }

        var request = new ReadSecretsRequest
        {
            Key = new RouteKey { Namespace = key.Function.Namespace.Value, Function = key.Function.Name.Value },
            Revision = key.Revision,
        };

        try
        {
            var reply = await new ControlClient(_channel).ReadSecretsAsync(request, Patience, cancellationToken);
            return reply.ErrorCode.Length > 0 ? Failed(ErrorCodes.FromWire(reply.ErrorCode), reply.ErrorMessage) : new Loading<ReadSecretsReply>.Ready(reply);
        }
        catch (GrpcStatusException failure)
        {
            return Failed(ErrorCode.ControllerUnavailable, $"The controller did not give the function's secrets: {failure.Status}");
        }
    }

    public void Dispose() => _channel?.Dispose();

    private static Loading<ReadSecretsReply>.Failed Failed(ErrorCode code, string message) => new(new Problem(code, message));
}
