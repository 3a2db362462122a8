using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using System.Text;

namespace LoraFaaS.SystemTests.Cluster;

/// <summary>
/// A way to a host that passes on what is asked and keeps back every answer to one call, known by a word of its request: as when the host dies between the
/// end of its work and the end of its answer. Or one that is closed for a while: the host is there, says so to its controller, and cannot be called.
/// </summary>
internal sealed class HeldRelay : IAsyncDisposable
{
    private readonly TcpListener _listener;
    private readonly IPEndPoint _target;
    private readonly ConcurrentDictionary<Socket, bool> _open = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _accepting;
    private readonly byte[]? _word;
    private volatile bool _cut;
    private volatile bool _closed;

    /// <param name="here">Where it listens.</param>
    /// <param name="target">The host.</param>
    /// <param name="word">Of the call whose answers are kept back; null: of none.</param>
    public HeldRelay(IPEndPoint here, IPEndPoint target, string? word = null)
    {
        _target = target;
        _word = word is null ? null : Encoding.ASCII.GetBytes(word);
        _listener = new TcpListener(here);
        _listener.Start();
        _accepting = AcceptAsync();
    }

    /// <summary>Ends every connection, and keeps nothing back on those to come.</summary>
    public void Cut()
    {
        _cut = true;
        EndAll();
    }

    /// <summary>Ends every connection, and each one that comes as soon as it is there.</summary>
    public void Close()
    {
        _closed = true;
        EndAll();
    }

    public void Reopen() => _closed = false;

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _listener.Stop();
        Cut();
        await _accepting;
        _listener.Dispose();
        _stop.Dispose();
    }

    private void EndAll()
    {
        foreach (var socket in _open.Keys)
        {
            socket.Dispose();
        }
    }

    private async Task AcceptAsync()
    {
        List<Task> relayed = [];

        try
        {
            while (true)
            {
                relayed.Add(RelayAsync(await _listener.AcceptSocketAsync(_stop.Token)));
            }
        }
        catch (Exception ended) when (ended is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // It was stopped.
        }

        await Task.WhenAll(relayed);
    }

    private async Task RelayAsync(Socket caller)
    {
        using var host = new Socket(SocketType.Stream, ProtocolType.Tcp);
        _open[caller] = _open[host] = true;

        try
        {
            // Those that were accepted while it was being closed are seen here.
            if (_closed)
            {
                return;
            }

            await host.ConnectAsync(_target, _stop.Token);
            var held = new TaskCompletionSource();
            await Task.WhenAny(AskAsync(caller, host, held), AnswerAsync(host, caller, held.Task));
        }
        catch (Exception broken) when (broken is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Nobody listens there now.
        }
        finally
        {
            _open.TryRemove(caller, out _);
            _open.TryRemove(host, out _);
            caller.Dispose();
        }
    }

    /// <summary>Tells when the word was asked with: before the host has it.</summary>
    private Task AskAsync(Socket caller, Socket host, TaskCompletionSource held)
    {
        var seen = new List<byte>();
        return PassAsync(caller, host, asked =>
        {
            seen.AddRange(asked.Span);

            if (!_cut && _word is not null && CollectionsMarshal.AsSpan(seen).IndexOf(_word) >= 0)
            {
                held.TrySetResult();
            }

            // No more than what the next part may complete.
            seen.RemoveRange(0, Math.Max(0, seen.Count - (_word?.Length ?? 0)));
            return true;
        });
    }

    private Task AnswerAsync(Socket host, Socket caller, Task held) => PassAsync(host, caller, _ => !held.IsCompleted);

    private async Task PassAsync(Socket from, Socket to, Func<ReadOnlyMemory<byte>, bool> passes)
    {
        var buffer = new byte[16 * 1024];

        try
        {
            while (await from.ReceiveAsync(buffer, _stop.Token) is > 0 and var read)
            {
                var part = buffer.AsMemory(0, read);

                for (var sent = passes(part) ? 0 : read; sent < read;)
                {
                    sent += await to.SendAsync(part[sent..], _stop.Token);
                }
            }
        }
        catch (Exception broken) when (broken is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // One side is gone: so is the way.
        }
    }
}
