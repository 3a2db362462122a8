using System.Net.Http.Json;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>API keys for invocations: issue, rotate, revoke, list. A key's text is only in the answer that issues it.</summary>
public sealed class ApiKeysClient
{
    private const string Keys = "api/v1/keys";

    private readonly Transport _transport;

    internal ApiKeysClient(Transport transport) => _transport = transport;

    public async Task<ApiKeyIssued> IssueAsync(ApiKeyRequest key, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(Keys, UriKind.Relative))
        {
            Content = JsonContent.Create(key, ContractsJson.Default.ApiKeyRequest),
        };
        return await _transport.ReadAsync(request, ContractsJson.Default.ApiKeyIssued, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>A new text; the one before it is accepted for the grace time (null: a day).</summary>
    public async Task<ApiKeyIssued> RotateAsync(ApiKeyId id, TimeSpan? grace, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri($"{Keys}/{id}/rotate", UriKind.Relative))
        {
            Content = JsonContent.Create(
                new ApiKeyRotation { GraceSeconds = grace is { } time ? (int)time.TotalSeconds : null }, ContractsJson.Default.ApiKeyRotation),
        };
        return await _transport.ReadAsync(request, ContractsJson.Default.ApiKeyIssued, cancellationToken).ConfigureAwait(false);
    }

    public async Task RevokeAsync(ApiKeyId id, CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri($"{Keys}/{id}", UriKind.Relative));
        using var response = await _transport.SendAsync(request, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Of one namespace, or of all when null.</summary>
    public async Task<IReadOnlyList<ApiKeyInfo>> ListAsync(NamespaceName? @namespace, CancellationToken cancellationToken = default)
    {
        var query = @namespace is { } name ? $"?namespace={Uri.EscapeDataString(name.Value)}" : "";
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(Keys + query, UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListApiKeyInfo, cancellationToken).ConfigureAwait(false);
    }
}
