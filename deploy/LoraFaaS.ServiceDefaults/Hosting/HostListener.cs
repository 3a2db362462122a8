using System.Net;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace LoraFaaS.ServiceDefaults.Hosting;

/// <summary>The server's two doors. Remembers Kestrel's listen options, whose end points hold the actual ports once it runs.</summary>
internal sealed class HostListener(ListenAddress http, ListenAddress? rpc, string advertiseHost)
{
    private ListenOptions? _http;
    private ListenOptions? _rpc;

    public void Configure(KestrelServerOptions kestrel)
    {
        kestrel.AddServerHeader = false;
        kestrel.Listen(http.Address, http.Port, listen =>
        {
            listen.Protocols = HttpProtocols.Http1;
            _http = listen;
        });

        if (rpc is not null)
        {
            kestrel.Listen(rpc.Address, rpc.Port, listen =>
            {
                listen.Protocols = HttpProtocols.Http2;
                _rpc = listen;
            });
        }
    }

    public HostUrls Urls() => new(
        Url(_http) ?? throw new InvalidOperationException("The server does not listen yet."),
        Url(_rpc));

    private string? Url(ListenOptions? listen) => listen?.EndPoint is IPEndPoint bound ? ListenAddress.Advertise(bound, advertiseHost) : null;
}
