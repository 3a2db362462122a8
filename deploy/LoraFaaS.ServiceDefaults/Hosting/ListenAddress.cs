using System.Net;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>An address to listen on, read from an option such as <c>http://127.0.0.1:8080</c>.</summary>
internal sealed record ListenAddress(IPAddress Address, int Port, bool IsHttps)
{
    public static ListenAddress Parse(string option, string url)
    {
        if (!Uri.TryCreate(url, UriKind.Absolute, out var uri) || (uri.Scheme != Uri.UriSchemeHttp && uri.Scheme != Uri.UriSchemeHttps) || uri.AbsolutePath != "/")
        {
            throw new HostStartException($"{option}: '{url}' is not an address like http://127.0.0.1:8080");
        }

        if (string.Equals(uri.Host, "localhost", StringComparison.OrdinalIgnoreCase))
        {
            return new(IPAddress.Loopback, uri.Port, uri.Scheme == Uri.UriSchemeHttps);
        }

        return IPAddress.TryParse(uri.DnsSafeHost, out var address)
            ? new(address, uri.Port, uri.Scheme == Uri.UriSchemeHttps)
            : throw new HostStartException($"{option}: '{uri.Host}' is not an IP address or localhost; use 0.0.0.0 to listen everywhere");
    }

    /// <summary>What to tell others, given where the server really listens.</summary>
    public static string Advertise(IPEndPoint bound, string advertiseHost, bool isHttps)
    {
        var isEverywhere = bound.Address.Equals(IPAddress.Any) || bound.Address.Equals(IPAddress.IPv6Any);
        var host = advertiseHost.Length > 0 ? advertiseHost : isEverywhere ? "127.0.0.1" : new UriBuilder(Uri.UriSchemeHttp, bound.Address.ToString()).Uri.Host;

        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{(isHttps ? Uri.UriSchemeHttps : Uri.UriSchemeHttp)}://{host}:{bound.Port}");
    }
}
