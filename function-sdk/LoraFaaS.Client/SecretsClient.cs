using System.Net.Http.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>Secrets: create, update, remove, list. Values go in and do not come out.</summary>
public sealed class SecretsClient
{
    private const string Secrets = "system/secrets";

    private readonly Transport _transport;

    internal SecretsClient(Transport transport) => _transport = transport;

    public Task CreateAsync(NamespaceName @namespace, SecretName name, byte[] value, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, new FunctionSecret { Name = name.Value, Namespace = @namespace.Value, RawValue = value }, cancellationToken);

    public Task UpdateAsync(NamespaceName @namespace, SecretName name, byte[] value, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Put, new FunctionSecret { Name = name.Value, Namespace = @namespace.Value, RawValue = value }, cancellationToken);

    public Task RemoveAsync(NamespaceName @namespace, SecretName name, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Delete, new FunctionSecret { Name = name.Value, Namespace = @namespace.Value }, cancellationToken);

    /// <summary>Names and namespaces only.</summary>
    public async Task<IReadOnlyList<FunctionSecret>> ListAsync(NamespaceName @namespace, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri($"{Secrets}?namespace={Uri.EscapeDataString(@namespace.Value)}", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListFunctionSecret, cancellationToken).ConfigureAwait(false);
    }

    private async Task SendAsync(HttpMethod method, FunctionSecret secret, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, new Uri(Secrets, UriKind.Relative))
        {
            Content = JsonContent.Create(secret, ContractsJson.Default.FunctionSecret),
        };
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
