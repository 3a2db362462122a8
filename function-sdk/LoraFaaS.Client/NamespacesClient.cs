using System.Net.Http.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>Namespaces: list, describe, create, change, remove.</summary>
public sealed class NamespacesClient
{
    private readonly Transport _transport;

    internal NamespacesClient(Transport transport) => _transport = transport;

    public async Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("system/namespaces", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListString, cancellationToken).ConfigureAwait(false);
    }

    public async Task<FunctionNamespace> DescribeAsync(NamespaceName name, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, Path(name));
        return await _transport.ReadAsync(request, ContractsJson.Default.FunctionNamespace, cancellationToken).ConfigureAwait(false);
    }

    public Task CreateAsync(FunctionNamespace @namespace, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Post, new Uri("system/namespace/", UriKind.Relative), @namespace, cancellationToken);

    public Task UpdateAsync(NamespaceName name, FunctionNamespace @namespace, CancellationToken cancellationToken = default) =>
        SendAsync(HttpMethod.Put, Path(name), @namespace, cancellationToken);

    /// <summary>Only an empty one can be removed.</summary>
    public async Task RemoveAsync(NamespaceName name, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, Path(name));
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    private static Uri Path(NamespaceName name) => new($"system/namespace/{Uri.EscapeDataString(name.Value)}", UriKind.Relative);

    private async Task SendAsync(HttpMethod method, Uri path, FunctionNamespace body, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body, ContractsJson.Default.FunctionNamespace) };
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }
}
