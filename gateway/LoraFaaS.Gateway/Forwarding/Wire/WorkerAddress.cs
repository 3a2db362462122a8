using System.Net;
using System.Text;

namespace LoraFaaS.Gateway.Forwarding.Wire;

/// <summary>Where a worker takes generations, and the connections to it that wait for one.</summary>
internal sealed class WorkerAddress(Uri url, IdleLinks idle)
{
    private const string Path = "/v1/generate";

    public DnsEndPoint EndPoint { get; } = new(url.IdnHost, url.Port);

    public bool IsTls { get; } = url.Scheme == Uri.UriSchemeHttps;

    /// <summary>As both ends prove it.</summary>
    public string Authority { get; } = url.Authority;

    /// <summary>What every request to it begins with.</summary>
    public ReadOnlyMemory<byte> RequestStart { get; } = Encoding.ASCII.GetBytes(
        $"POST {url.AbsolutePath.TrimEnd('/')}{Path} HTTP/1.1\r\nHost: {url.Authority}\r\nContent-Type: application/x-protobuf\r\n");

    public IdleLinks Idle => idle;
}
