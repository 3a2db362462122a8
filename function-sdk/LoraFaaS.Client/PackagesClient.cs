using System.Net.Http.Headers;
using LoraFaaS.Contracts;
using LoraFaaS.Contracts.Admin;

namespace LoraFaaS.Client;

/// <summary>Packages with functions' own code: push.</summary>
public sealed class PackagesClient
{
    private readonly Transport _transport;

    internal PackagesClient(Transport transport) => _transport = transport;

    /// <summary>Uploads a tar of a published project. What cannot be run is refused with the file's name.</summary>
    public async Task<PackageInfo> PushAsync(Stream tar, CancellationToken cancellationToken = default)
    {
        using var content = new StreamContent(tar);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-tar");
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri("api/v1/packages", UriKind.Relative)) { Content = content };
        return await _transport.ReadAsync(request, ContractsJson.Default.PackageInfo, cancellationToken).ConfigureAwait(false);
    }
}
