using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests.Cluster;

/// <summary>The compose file's platform, started once for a class of tests.</summary>
public sealed class StartedCluster : ComposeCluster, IAsyncLifetime
{
    public async ValueTask InitializeAsync() => await StartAsync();

    /// <summary>Both workers are warm for it, and both gateways know.</summary>
    public Task WarmOnBothAsync(string function) => Patience.UntilAsync(
        async cancellationToken =>
        {
            foreach (var gateway in Gateways)
            {
                using var http = gateway.Http();
                http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{Password}")));
                using var status = JsonDocument.Parse(await http.GetStringAsync(new Uri($"system/function/{function}", UriKind.Relative), cancellationToken));

                if (!status.RootElement.TryGetProperty("availableReplicas", out var available) || available.GetInt32() < 2)
                {
                    return false;
                }
            }

            return true;
        },
        Patience.StartLimit,
        $"{function} is warm on both workers");
}
