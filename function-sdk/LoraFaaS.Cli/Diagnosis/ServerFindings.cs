using System.Net;
using System.Net.Sockets;
using System.Text;
using LoraFaaS.Cli.Up;

namespace LoraFaaS.Cli.Diagnosis;

/// <summary>Knocks at the ports and servers that the platform would use, with the first words of each one's protocol.</summary>
internal static class ServerFindings
{
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(3);

    /// <summary>PostgreSQL protocol 3, "SSLRequest": length 8, code 80877103. Any server of it answers with one byte, S or N.</summary>
    private static readonly byte[] PostgresGreeting = [0, 0, 0, 8, 4, 210, 22, 47];

    public static Finding Port(string host, int port, bool ourOwn)
    {
        try
        {
            PortCheck.EnsureFree(host, port, "--port");
            return Finding.Good("port", $"{host}:{port} is free");
        }
        catch (UsageException) when (ourOwn)
        {
            return Finding.Good("port", $"{host}:{port} is the running platform's");
        }
        catch (UsageException e)
        {
            return Finding.Missing("port", e.Message, "Stop what listens there, or `lorafaas up --port N`.");
        }
    }

    public static async Task<Finding> PostgresAsync(string? connection, CancellationToken cancellationToken)
    {
        if (connection is null)
        {
            return Finding.Good("Postgres", "not asked for: the embedded store (one controller)");
        }

        var (host, port) = PostgresAddress.Read(connection);
        var answer = await AskAsync(host, port, PostgresGreeting, cancellationToken);
        return answer is { Length: > 0 } && answer[0] is (byte)'S' or (byte)'N'
            ? Finding.Good("Postgres", $"{host}:{port} answers")
            : Finding.Missing("Postgres", $"{host}:{port} does not answer as PostgreSQL", "Is it started, and is the address in --postgres right?");
    }

    public static async Task<Finding> RedisAsync(string? address, CancellationToken cancellationToken)
    {
        if (address is null)
        {
            return Finding.Good("Redis", "not asked for: warm state in the controller's memory (one controller)");
        }

        // What follows a comma are the client's settings, a password among them.
        var server = address.Split(',')[0];
        var colon = server.LastIndexOf(':');
        var host = colon > 0 ? server[..colon] : server;
        var port = colon > 0 && int.TryParse(server[(colon + 1)..], out var given) ? given : 6379;
        var answer = await AskAsync(host, port, "PING\r\n"u8.ToArray(), cancellationToken);

        return answer is null ? Finding.Missing("Redis", $"{host}:{port} does not answer", "Is it started, and is the address in --redis right?")
            : Encoding.ASCII.GetString(answer) is var text && text.StartsWith("+PONG", StringComparison.Ordinal) ? Finding.Good("Redis", $"{host}:{port} answers")
            : text.StartsWith("-NOAUTH", StringComparison.Ordinal) ? Finding.Good("Redis", $"{host}:{port} answers, and asks for a password")
            : Finding.Missing("Redis", $"{host}:{port} does not answer as Redis", "Is the address in --redis right?");
    }

    /// <summary>Null: no connection, or no answer in time.</summary>
    private static async Task<byte[]?> AskAsync(string host, int port, byte[] greeting, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);

        try
        {
            await socket.ConnectAsync(new DnsEndPoint(host, port), limit.Token);
            await socket.SendAsync(greeting, limit.Token);
            var buffer = new byte[64];
            return buffer[..await socket.ReceiveAsync(buffer, limit.Token)];
        }
        catch (Exception e) when (e is SocketException || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            return null;
        }
    }
}
