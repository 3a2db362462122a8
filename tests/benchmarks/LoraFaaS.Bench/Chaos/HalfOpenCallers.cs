using System.Net.Sockets;
using System.Text;

namespace LoraFaaS.Bench.Chaos;

/// <summary>Connections to a gateway that send half a request and then nothing at all, kept open.</summary>
internal sealed class HalfOpenCallers : IDisposable
{
    private const int Callers = 50;

    private readonly List<Socket> _sockets = [];

    public async Task OpenAsync(Uri gateway, string apiKey, string function, CancellationToken cancellationToken)
    {
        var half = Encoding.ASCII.GetBytes(
            $"POST /function/{function} HTTP/1.1\r\nHost: {gateway.Authority}\r\nAuthorization: Bearer {apiKey}\r\nContent-Type: text/plain\r\nContent-Length: 100\r\n\r\nhalf a");

        for (var i = 0; i < Callers; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            _sockets.Add(socket);
            await socket.ConnectAsync(gateway.Host, gateway.Port, cancellationToken);
            await socket.SendAsync(half, cancellationToken);
        }
    }

    public void Dispose()
    {
        foreach (var socket in _sockets)
        {
            socket.Dispose();
        }
    }
}
