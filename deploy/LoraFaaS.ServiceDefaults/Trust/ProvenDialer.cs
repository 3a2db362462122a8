using System.Net;
using System.Net.Security;
using System.Net.Sockets;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>Opens connections to hosts of this platform at addresses that others may have taken over: the first byte of a call is sent only to who has shown that he knows the token.</summary>
/// <param name="connectLimit">Of the connection itself, which the other machine's kernel accepts.</param>
/// <param name="proofLimit">Of the other process's word, for which it must be given a processor.</param>
public sealed class ProvenDialer(InternalToken token, TimeSpan connectLimit, TimeSpan proofLimit, TimeProvider time)
{
    /// <param name="address">Whom to dial.</param>
    /// <param name="authority">Host and port as its host tells them of itself, which both ends prove.</param>
    /// <param name="tls">What follows the proof is TLS, so that nobody between the hosts can go on with the connection after it. Null: it is plain.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <exception cref="UnprovenPeerException">It answered, not in time or not with a proof.</exception>
    /// <exception cref="System.Security.Authentication.AuthenticationException">Its certificate is not believed.</exception>
    /// <exception cref="SocketException">Nobody accepted, or it broke off.</exception>
    public async ValueTask<Stream> DialAsync(DnsEndPoint address, string authority, SslClientAuthenticationOptions? tls, CancellationToken cancellationToken)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };

        try
        {
            await ConnectAsync(socket, address, cancellationToken);
            await ProveAsync(socket, authority, cancellationToken);
            var plain = new NetworkStream(socket, ownsSocket: true);
            return tls is null ? plain : await EncryptAsync(plain, tls, cancellationToken);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    private async Task ConnectAsync(Socket socket, DnsEndPoint address, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(connectLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);

        try
        {
            await socket.ConnectAsync(address, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new SocketException((int)SocketError.TimedOut);
        }
    }

    private async Task ProveAsync(Socket socket, string authority, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(proofLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var hello = new byte[ConnectionProof.HelloBytes];
        var reply = new byte[ConnectionProof.ReplyBytes];
        var end = new byte[ConnectionProof.MacBytes];

        try
        {
            ConnectionProof.WriteHello(hello);
            await SendAsync(socket, hello, either.Token);
            await ReceiveAsync(socket, reply, either.Token);

            if (!ConnectionProof.IsReply(token, authority, hello, reply))
            {
                throw new UnprovenPeerException();
            }

            ConnectionProof.WriteEnd(token, authority, hello, reply, end);
            await SendAsync(socket, end, either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnprovenPeerException("What accepts connections there did not prove in time that it knows the internal token.");
        }
    }

    private async Task<Stream> EncryptAsync(Stream plain, SslClientAuthenticationOptions tls, CancellationToken cancellationToken)
    {
        using var limit = new CancellationTokenSource(proofLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        var stream = new SslStream(plain);

        try
        {
            await stream.AuthenticateAsClientAsync(tls, either.Token);
            return stream;
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            throw new UnprovenPeerException("What accepts connections there did not end a TLS handshake in time.");
        }
    }

    private static async Task SendAsync(Socket socket, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            bytes = bytes[await socket.SendAsync(bytes, cancellationToken)..];
        }
    }

    private static async Task ReceiveAsync(Socket socket, Memory<byte> bytes, CancellationToken cancellationToken)
    {
        while (bytes.Length > 0)
        {
            var received = await socket.ReceiveAsync(bytes, cancellationToken);
            bytes = received > 0 ? bytes[received..] : throw new UnprovenPeerException();
        }
    }
}
