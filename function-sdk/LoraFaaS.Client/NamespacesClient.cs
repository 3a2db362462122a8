using System.Net.Http.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>Namespaces: create, list, remove.</summary>
public sealed class NamespacesClient
{
    private readonly Transport _transport;

    internal NamespacesClient(Transport transport) => _transport = transport;

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("system/namespaces", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListString, cancellationToken).ConfigureAwait(false);
    }

    public async Task CreateAsync(FunctionNamespace body, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("system/namespace/", UriKind.Relative))
        {
            Content = JsonContent.Create(body, ContractsJson.Default.FunctionNamespace),
        };
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Refused while it holds functions, secrets or keys.</summary>
    public async Task RemoveAsync(NamespaceName name, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri($"system/namespace/{Uri.EscapeDataString(name.Value)}", UriKind.Relative));
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
