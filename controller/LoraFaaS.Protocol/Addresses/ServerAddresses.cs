using System.Diagnostics.CodeAnalysis;
using System.Net.Http;
using System.Net.Sockets;

namespace LoraFaaS.Protocol.Addresses;

/// <summary>
/// The addresses of several servers that are as good as each other. New connections go to the one that took the last, and on to the next when it does
/// not answer. Requests name <see cref="Name"/>, whichever server they reach.
/// </summary>
public sealed class ServerAddresses
{
    /// <summary>Longest wait for one server while there is another. They are near: one that takes longer is away.</summary>
    private static readonly TimeSpan Attempt = TimeSpan.FromSeconds(1);

    private readonly Uri[] _servers;
    private int _first;

    private ServerAddresses(Uri[] servers) => _servers = servers;

    /// <summary>What requests are addressed to: the first server.</summary>
    public Uri Name => _servers[0];

    public int Count => _servers.Length;

    public static ServerAddresses One(Uri server) => new([server]);

    /// <summary>One or more absolute http or https addresses with a comma between them.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out ServerAddresses? addresses)
    {
        var parts = (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var servers = new Uri[parts.Length];
        addresses = null;

        for (var i = 0; i < parts.Length; i++)
        {
            if (!Uri.TryCreate(parts[i], UriKind.Absolute, out var server) || (server.Scheme != Uri.UriSchemeHttp && server.Scheme != Uri.UriSchemeHttps))
            {
                return false;
            }

            servers[i] = server;
        }

        addresses = servers.Length > 0 ? new ServerAddresses(servers) : null;
        return addresses is not null;
    }

    /// <summary>For text that was validated before.</summary>
    public static ServerAddresses Parse(string text) =>
        TryParse(text, out var addresses) ? addresses : throw new FormatException($"'{text}' is no list of http addresses.");

    /// <summary>The server that took the last connection takes no new one before the others were tried. For one that accepts connections and says nothing.</summary>
    public void MoveOn() => Interlocked.Increment(ref _first);

    /// <summary>A connection to the first server that takes one. Throws what the last one said when none does.</summary>
    public async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var first = Volatile.Read(ref _first);

        for (var i = 0; ; i++)
        {
            var index = unchecked((uint)(first + i)) % (uint)_servers.Length;
            var isLast = i + 1 == _servers.Length;
            using var attempt = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

            if (!isLast)
            {
                attempt.CancelAfter(Attempt);
            }

            try
            {
                var stream = await ConnectAsync(_servers[index], attempt.Token);
                Interlocked.CompareExchange(ref _first, (int)index, first);
                return stream;
            }
            catch (Exception failure) when (!isLast && !cancellationToken.IsCancellationRequested && (failure is SocketException or OperationCanceledException))
            {
                // The next one may be there.
            }
        }
    }

    private static async Task<Stream> ConnectAsync(Uri server, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        try
        {
            await socket.ConnectAsync(server.DnsSafeHost, server.Port, cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
