using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Configuration;

namespace LoraFaaS.ServiceDefaults.Health;

/// <summary>
/// A host's program started as <c>healthcheck</c>, with the environment of the running one: asks that one's <c>/healthz</c> and ends with 0 when it is
/// well. For container engines, whose images have no shell and no curl.
/// </summary>
internal static class HealthProbe
{
    public const string Verb = "healthcheck";

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(string[] args)
    {
        var configuration = new ConfigurationBuilder().AddEnvironmentVariables().AddCommandLine(args[1..]).Build();
        var options = new HostingOptions();
        configuration.GetSection(HostingOptions.Section).Bind(options);
        var address = ListenAddress.Parse($"{HostingOptions.Section}:{nameof(HostingOptions.HttpUrl)}", options.HttpUrl);
        var url = ListenAddress.Advertise(new IPEndPoint(address.Address, address.Port), "", address.IsHttps);

        using var handler = new SocketsHttpHandler { UseProxy = false };

        // The certificate names the host as others call it; within this machine that is no sign of a stranger.
        handler.SslOptions.RemoteCertificateValidationCallback = (_, _, _, errors) => new Uri(url).IsLoopback || errors is SslPolicyErrors.None;
        using var http = new HttpClient(handler) { Timeout = Limit };

        try
        {
            using var response = await http.GetAsync(new Uri(new Uri(url), "/healthz"));
            await Console.Out.WriteLineAsync(await response.Content.ReadAsStringAsync());
            return response.IsSuccessStatusCode ? 0 : 1;
        }
        catch (Exception failure) when (failure is HttpRequestException or SocketException or TaskCanceledException)
        {
            await Console.Error.WriteLineAsync($"{url}/healthz: {failure.Message}");
            return 1;
        }
    }
}
