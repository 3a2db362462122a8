using LoraFaaS.Gateway.Tests.Fakes;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>One gateway for all rows of a table: "echo" is warm, and functions have hosts below fn.example.com.</summary>
public sealed class WarmGateway : IAsyncLifetime
{
    internal RunningGateway Gateway { get; private set; } = null!;

    public async ValueTask InitializeAsync() => (Gateway, _) = await RunningGateway.StartWarmAsync(null, "--Gateway:Domain", "fn.example.com");

    public ValueTask DisposeAsync() => Gateway.DisposeAsync();

    /// <summary>Headers as <c>Name: value</c>, several with <c>|</c> between.</summary>
    internal async Task<(HttpResponseMessage Response, string Body)> AskAsync(string method, string path, string headers, string? body)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body) };
        request.Content?.Headers.Remove("Content-Type");

        foreach (var header in headers.Split('|', StringSplitOptions.RemoveEmptyEntries))
        {
            var (name, value) = (header[..header.IndexOf(':', StringComparison.Ordinal)], header[(header.IndexOf(':', StringComparison.Ordinal) + 1)..].Trim());

            if (!request.Headers.TryAddWithoutValidation(name, value))
            {
                Assert.True(request.Content!.Headers.TryAddWithoutValidation(name, value));
            }
        }

        var response = await Gateway.Http.SendAsync(request);
        return (response, await response.Content.ReadAsStringAsync());
    }
}
