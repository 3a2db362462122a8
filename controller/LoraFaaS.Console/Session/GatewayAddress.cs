using System.Text.Json;
using LoraFaaS.Client;
using LoraFaaS.ServiceDefaults.Tls;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Console.Session;

/// <summary>Where the gateway is, or several are, and one pool of connections to it. The login goes over them: where hosts call each other by TLS, to the door that speaks it.</summary>
internal sealed class GatewayAddress(IOptions<ConsoleOptions> options, PeerAuthority authority) : IDisposable
{
    private readonly SocketsHttpHandler _connections = new()
    {
        ConnectTimeout = TimeSpan.FromSeconds(5), UseProxy = false, UseCookies = false, SslOptions = authority.DoorOptions(),
    };

    /// <exception cref="LoraFaaSException">The gateway has not started yet.</exception>
    public LoraFaaSClient Connect(string user, string password)
    {
        var gateways = Find();
        return new(new LoraFaaSClientOptions { Gateway = gateways[0], OtherGateways = gateways[1..], User = user, Password = password }, _connections);
    }

    public void Dispose() => _connections.Dispose();

    private Uri[] Find()
    {
        if (options.Value.GatewayUrl is { Length: > 0 } url)
        {
            return [.. url.Split(',').Select(one => new Uri(one))];
        }

        try
        {
            using var ready = JsonDocument.Parse(File.ReadAllBytes(options.Value.GatewayFile));
            var urls = ready.RootElement.GetProperty("urls");
            return [new Uri((urls.TryGetProperty("inside", out var inside) ? inside : urls.GetProperty("http")).GetString()!)];
        }
        catch (Exception failure) when (failure is IOException or JsonException or KeyNotFoundException)
        {
            throw new LoraFaaSException("The gateway is not there yet.", null, null, null, failure);
        }
    }
}
