using System.Net.Http.Headers;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;
using LoraFaaS.Contracts.Identity;

namespace LoraFaaS.Client;

/// <summary>Adapters: push and list.</summary>
public sealed class AdaptersClient
{
    private readonly Transport _transport;

    internal AdaptersClient(Transport transport) => _transport = transport;

    /// <summary>
    /// Uploads a tar of a PEFT folder and points <paramref name="tag"/> at it. It is checked against the backbone before it is
    /// stored; what does not fit is refused with the field's name.
    /// </summary>
    public async Task<AdapterInfo> PushAsync(
        BackboneName backbone, AdapterName name, string tag, Stream tar, CancellationToken cancellationToken = default)
    {
        var path = $"api/v1/adapters/{Uri.EscapeDataString(backbone.Value)}/{Uri.EscapeDataString(name.Value)}?tag={Uri.EscapeDataString(tag)}";
        using var content = new StreamContent(tar);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var request = new HttpRequestMessage(HttpMethod.Put, new Uri(path, UriKind.Relative)) { Content = content };
        return await _transport.ReadAsync(request, ContractsJson.Default.AdapterInfo, cancellationToken).ConfigureAwait(false);
    }

    public async Task<IReadOnlyList<AdapterInfo>> ListAsync(CancellationToken cancellationToken = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri("api/v1/adapters", UriKind.Relative));
        return await _transport.ReadAsync(request, ContractsJson.Default.ListAdapterInfo, cancellationToken).ConfigureAwait(false);
    }
}
