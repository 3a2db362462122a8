using System.Buffers;
using System.IO.Pipelines;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;

namespace LoraFaaS.ServiceDefaults.Trust;

/// <summary>
/// Before a connection's first request: a caller that begins with a hello proves that it knows the token and hears that we do, and the connection is a
/// <see cref="ProvenConnection"/>; one that fails is closed. Any other caller passes unproven, and each of its requests is judged by what it carries.
/// </summary>
/// <param name="authority">Host and port as callers dial us, known once the server listens.</param>
internal sealed class ConnectionProofStation(
    ConnectionDelegate next, InternalToken token, Func<CancellationToken, Task<string>> authority, TimeSpan idleLimit, TimeProvider time)
{
    /// <summary>Two small messages, on a machine that may have much else to do.</summary>
    private static readonly TimeSpan ProofLimit = TimeSpan.FromSeconds(30);

    private enum Outcome
    {
        Unasked = 0,
        Proven = 1,
        Failed = 2,
    }

    public async Task OnConnectionAsync(ConnectionContext connection)
    {
        switch (await ProveAsync(connection))
        {
            case Outcome.Unasked:
                await next(connection);
                break;
            case Outcome.Proven:
                connection.Features.Set(ProvenConnection.Instance);
                await next(connection);
                break;
            default:
                // Returning closes it: who did not prove himself is told nothing, not even why.
                break;
        }
    }

    private async Task<Outcome> ProveAsync(ConnectionContext connection)
    {
        // A server that stops waits for its connections: one that has not begun is not waited for.
        var stopping = connection.Features.Get<IConnectionLifetimeNotificationFeature>()?.ConnectionClosedRequested ?? CancellationToken.None;
        using var limit = new CancellationTokenSource(idleLimit, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, stopping, connection.ConnectionClosed);

        try
        {
            var input = connection.Transport.Input;
            var first = await input.ReadAsync(either.Token);
            var isHello = first.Buffer.Length > 0 && first.Buffer.FirstSpan[0] == ConnectionProof.FirstByte;
            input.AdvanceTo(first.Buffer.Start);

            if (!isHello)
            {
                return Outcome.Unasked;
            }

            limit.CancelAfter(ProofLimit);
            return await AnswerAsync(connection.Transport, either.Token);
        }
        catch (Exception exception) when (exception is OperationCanceledException or IOException)
        {
            return Outcome.Failed;
        }
    }

    private async Task<Outcome> AnswerAsync(IDuplexPipe transport, CancellationToken cancellationToken)
    {
        if (await ReadAsync(transport.Input, ConnectionProof.HelloBytes, cancellationToken) is not { } hello || !ConnectionProof.IsHello(hello))
        {
            return Outcome.Failed;
        }

        var own = await authority(cancellationToken);
        var reply = new byte[ConnectionProof.ReplyBytes];
        ConnectionProof.WriteReply(token, own, hello, reply);
        await transport.Output.WriteAsync(reply, cancellationToken);

        return await ReadAsync(transport.Input, ConnectionProof.MacBytes, cancellationToken) is { } end && ConnectionProof.IsEnd(token, own, hello, reply, end)
            ? Outcome.Proven
            : Outcome.Failed;
    }

    /// <summary>So many bytes and none of what follows them. Null: the caller left before.</summary>
    private static async Task<byte[]?> ReadAsync(PipeReader input, int count, CancellationToken cancellationToken)
    {
        var read = await input.ReadAtLeastAsync(count, cancellationToken);
        var bytes = read.Buffer.Length >= count ? read.Buffer.Slice(0, count).ToArray() : null;
        input.AdvanceTo(bytes is null ? read.Buffer.End : read.Buffer.GetPosition(count));

        return bytes;
    }
}
