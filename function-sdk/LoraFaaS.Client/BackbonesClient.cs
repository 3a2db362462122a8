using System.Net.Http.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.Client;

/// <summary>Backbones: register and list.</summary>
public sealed class BackbonesClient
{
    private static readonly Uri Backbones = new("api/v1/backbones", UriKind.Relative);

    private readonly Transport _transport;

    internal BackbonesClient(Transport transport) => _transport = transport;

    /// <summary>Registers a checkpoint folder that controller and workers can read. The same content twice is one backbone.</summary>
    public async Task<BackboneInfo> RegisterAsync(BackboneRegistration registration, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Backbones)
        {
            Content = JsonContent.Create(registration, ContractsJson.Default.BackboneRegistration),
        };
        return await _transport.ReadAsync(request, ContractsJson.Default.BackboneInfo, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<BackboneInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Backbones);
        return await _transport.ReadAsync(request, ContractsJson.Default.ListBackboneInfo, cancellationToken).ConfigureAwait(false);
    }
}
