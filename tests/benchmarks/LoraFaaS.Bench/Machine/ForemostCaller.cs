using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using LoraFaaS.Bench.Door;

namespace LoraFaaS.Bench.Machine;

/// <summary>
/// Calls as somebody on a machine of their own would: upon one thread and one connection that are nobody else's, and before all others where that is allowed, so that an answer that is here does not wait
/// until those who compute the next token give up a processor. The thread sleeps but for sending and reading, and a call is made when this process's compiler rests: it takes nothing from what it measures.
/// One call at a time.
/// </summary>
internal sealed class ForemostCaller : IDisposable
{
    private readonly BlockingCollection<Order> _orders = new(boundedCapacity: 1);
    private readonly Socket _socket = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
    private readonly StampedReceive _receive = new();
    private readonly LoadAnswer _answer = new();
    private readonly Uri _server;
    private readonly Thread _thread;

    public ForemostCaller(Uri server)
    {
        _server = server;
        _socket.Connect(new IPEndPoint(IPAddress.Parse(server.Host), server.Port));
        StampedReceive.Ask(_socket);
        _thread = new Thread(Run) { Name = "foremost caller" };
        _thread.Start();
    }

    /// <summary>False: it is not allowed here, and the waiting of a thread among others is in every time. Known after the first call.</summary>
    public bool RunsFirst { get; private set; }

    /// <param name="path">What is asked.</param>
    /// <param name="headers">Each <c>Name: value</c>.</param>
    /// <param name="body">Sent with it.</param>
    /// <param name="listener">Told of the answer as it comes.</param>
    /// <exception cref="IOException">The connection was lost.</exception>
    public async Task<ForemostAnswer> PostAsync(string path, IEnumerable<string> headers, byte[] body, IAnswerListener listener)
    {
        var head = string.Create(CultureInfo.InvariantCulture, $"POST {path} HTTP/1.1\r\nHost: {_server.Authority}\r\nContent-Length: {body.Length}\r\n{string.Concat(headers.Select(header => header + "\r\n"))}\r\n");
        var order = new Order([.. Encoding.ASCII.GetBytes(head), .. body], listener, new(TaskCreationOptions.RunContinuationsAsynchronously));
        await OwnCompiler.RestAsync();
        _orders.Add(order);
        return await order.Done.Task;
    }

    public void Dispose()
    {
        _orders.CompleteAdding();
        _thread.Join();
        _socket.Dispose();
        _orders.Dispose();
    }

    private void Run()
    {
        RunsFirst = Scheduling.TryRunFirst();

        foreach (var order in _orders.GetConsumingEnumerable())
        {
            try
            {
                order.Done.SetResult(Call(order));
            }
#pragma warning disable CA1031 // Whatever it is belongs to who awaits the call, not to this thread.
            catch (Exception failure)
#pragma warning restore CA1031
            {
                order.Done.SetException(failure);
            }
        }
    }

    private ForemostAnswer Call(Order order)
    {
        _answer.Reset();
        var sentAt = Stopwatch.GetTimestamp();

        if (_socket.Send(order.Request) < order.Request.Length)
        {
            throw new IOException($"A call of {order.Request.Length} bytes was not sent whole.");
        }

        for (var isWhole = false; !isWhole;)
        {
            isWhole = _answer.Take(Receive(out var cameAt));
            order.Listener.Hear(_answer.Content, cameAt);
        }

        return new ForemostAnswer(sentAt, _answer.Status, _answer.Body.ToArray());
    }

    /// <summary>Sleeps until there is something. Bytes received.</summary>
    private int Receive(out long cameAt)
    {
        while (true)
        {
            _socket.Poll(Timeout.InfiniteTimeSpan, SelectMode.SelectRead);

            switch (_receive.Receive(_socket, _answer.Free, out cameAt))
            {
                case > 0 and var received:
                    return received;
                case 0:
                    throw new IOException("The server closed the connection.");
            }
        }
    }

    private sealed record Order(byte[] Request, IAnswerListener Listener, TaskCompletionSource<ForemostAnswer> Done);
}
