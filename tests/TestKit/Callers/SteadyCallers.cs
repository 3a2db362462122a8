using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.TestKit.Callers;

/// <summary>
/// Callers that never stop calling a door, straight on sockets, so that no client library retries in silence: some open a connection for each call, some keep theirs until they are told to
/// close it. What is not a whole answer with 200 is a failure, and kept in words.
/// </summary>
public sealed class SteadyCallers : IAsyncDisposable
{
    private readonly Uri _door;
    private readonly byte[] _keeping;
    private readonly byte[] _closing;
    private readonly TimeSpan _mayBeClosedAfter;
    private readonly CancellationTokenSource _stop = new();
    private readonly ConcurrentQueue<string> _failures = [];
    private readonly Task _calling;
    private int _answers;

    /// <param name="door">Where to.</param>
    /// <param name="path">What is posted to.</param>
    /// <param name="body">What is posted.</param>
    /// <param name="each">Callers of each kind.</param>
    /// <param name="mayBeClosedAfter">A connection that was left alone for so long may be closed by the server at any time: when this process was given no processor, that is nobody's failure.</param>
    public SteadyCallers(Uri door, string path, string body, int each, TimeSpan mayBeClosedAfter)
    {
        (_door, _mayBeClosedAfter) = (door, mayBeClosedAfter);
        (_keeping, _closing) = (Request(path, body, "keep-alive"), Request(path, body, "close"));
        _calling = Task.WhenAll(Enumerable.Range(0, 2 * each).Select(i => Task.Run(() => CallAsync(keeps: i % 2 == 0))));
    }

    public int Answers => Volatile.Read(ref _answers);

    public IReadOnlyCollection<string> Failures => _failures;

    /// <summary>Waits until as many more calls were answered.</summary>
    public Task AnsweredAsync(int more)
    {
        var goal = Answers + more;
        return Patience.UntilAsync(() => Answers >= goal || !_failures.IsEmpty);
    }

    /// <summary>Lets every caller finish the call that it makes.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await Patience.ForAsync(_calling);
        _stop.Dispose();
    }

    private async Task CallAsync(bool keeps)
    {
        Connection? connection = null;

        while (!_stop.IsCancellationRequested)
        {
            var idle = connection?.Idle ?? TimeSpan.Zero;

            try
            {
                connection ??= await Connection.OpenAsync(_door);
                var (answer, isLast) = await Patience.ForAsync(connection.AskAsync(keeps ? _keeping : _closing));

                if (!answer.StartsWith("HTTP/1.1 200 ", StringComparison.Ordinal))
                {
                    _failures.Enqueue(answer);
                }

                Interlocked.Increment(ref _answers);

                if (isLast)
                {
                    connection.Dispose();
                    connection = null;
                }
            }
            catch (Exception failure) when (failure is IOException or SocketException or TimeoutException)
            {
                if (idle < _mayBeClosedAfter)
                {
                    _failures.Enqueue($"after {idle.TotalMilliseconds:0} ms idle: {failure.Message}");
                }

                connection?.Dispose();
                connection = null;
            }
        }

        connection?.Dispose();
    }

    private byte[] Request(string path, string body, string connection) => Encoding.ASCII.GetBytes(
        $"POST {path} HTTP/1.1\r\nHost: {_door.Authority}\r\nContent-Type: text/plain\r\nConnection: {connection}\r\nContent-Length: {body.Length}\r\n\r\n{body}");

    private sealed class Connection : IDisposable
    {
        private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        private readonly byte[] _buffer = new byte[64 << 10];
        private long _since = TimeProvider.System.GetTimestamp();

        public TimeSpan Idle => TimeProvider.System.GetElapsedTime(_since);

        public static async Task<Connection> OpenAsync(Uri door)
        {
            var connection = new Connection();

            try
            {
                await connection._socket.ConnectAsync(IPAddress.Parse(door.Host), door.Port);
                return connection;
            }
            catch
            {
                connection.Dispose();
                throw;
            }
        }

        /// <summary>The answer's text, and whether the connection ends with it.</summary>
        public async Task<(string Answer, bool IsLast)> AskAsync(byte[] request)
        {
            await _socket.SendAsync(request);
            var length = 0;

            while (true)
            {
                var text = Encoding.ASCII.GetString(_buffer, 0, length);

                if (IsWhole(text))
                {
                    _since = TimeProvider.System.GetTimestamp();
                    return (text, text.Contains("\r\nConnection: close\r\n", StringComparison.OrdinalIgnoreCase));
                }

                var read = await _socket.ReceiveAsync(_buffer.AsMemory(length));
                length += read > 0 ? read : throw new IOException($"The connection ended after {length} bytes of an answer.");
            }
        }

        public void Dispose() => _socket.Dispose();

        /// <summary>Chunked or with a length: what a server answers that keeps the connection.</summary>
        private static bool IsWhole(string text)
        {
            var head = text.IndexOf("\r\n\r\n", StringComparison.Ordinal);

            if (head < 0)
            {
                return false;
            }

            const string Length = "\r\nContent-Length: ";
            var at = text.IndexOf(Length, StringComparison.OrdinalIgnoreCase);

            if (at < 0 || at > head)
            {
                return text.EndsWith("0\r\n\r\n", StringComparison.Ordinal);
            }

            at += Length.Length;
            return text.Length - head - 4 >= int.Parse(text.AsSpan(at, text.IndexOf("\r\n", at, StringComparison.Ordinal) - at), System.Globalization.CultureInfo.InvariantCulture);
        }
    }
}
