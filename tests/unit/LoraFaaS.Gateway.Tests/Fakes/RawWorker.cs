using System.Buffers;
using System.Text;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Gateway.Tests.Fakes;

/// <summary>A worker that proves itself and then answers in bytes of the test's choice, HTTP or not.</summary>
internal sealed class RawWorker : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly TaskCompletionSource<string> _authority = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ListenOptions? _listen;
    private int _connections;
    private int _requests;

    /// <param name="answer">To the n-th request of all, from 1 on; null closes the connection instead.</param>
    /// <param name="stays">After an answer the connection is left open for another request.</param>
    private RawWorker(Func<int, byte[]?> answer, bool stays)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(System.Net.IPAddress.Loopback, 0, listen =>
        {
            _listen = listen;
            listen.UseConnectionProof(new InternalToken(RunningGateway.Token), _authority.Task.WaitAsync, TimeProvider.System);
            listen.Run(connection => ServeAsync(connection, answer, stays));
        }));
        _app = builder.Build();
    }

    public string Url => $"http://{_listen!.IPEndPoint}";

    public int Connections => Volatile.Read(ref _connections);

    public int Requests => Volatile.Read(ref _requests);

    public static async Task<RawWorker> StartAsync(Func<int, byte[]?> answer, bool stays = true)
    {
        var worker = new RawWorker(answer, stays);
        await worker._app.StartAsync();
        worker._authority.SetResult(new Uri(worker.Url).Authority);
        return worker;
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(new CancellationToken(canceled: true));
        await _app.DisposeAsync();
    }

    private async Task ServeAsync(ConnectionContext connection, Func<int, byte[]?> answer, bool stays)
    {
        Interlocked.Increment(ref _connections);

        try
        {
            while (await TakeRequestAsync(connection))
            {
                if (answer(Interlocked.Increment(ref _requests)) is not { } bytes)
                {
                    return;
                }

                await connection.Transport.Output.WriteAsync(bytes, connection.ConnectionClosed);

                if (!stays)
                {
                    return;
                }
            }
        }
        catch (Exception exception) when (exception is OperationCanceledException or ConnectionResetException or ConnectionAbortedException)
        {
            // The gateway hung up, as it may.
        }
    }

    /// <summary>False: the gateway closed the connection.</summary>
    private static async Task<bool> TakeRequestAsync(ConnectionContext connection)
    {
        var input = connection.Transport.Input;

        while (true)
        {
            var read = await input.ReadAsync(connection.ConnectionClosed);
            var text = Encoding.Latin1.GetString(read.Buffer.ToArray());
            var end = text.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4;

            if (end >= 4 && text.Length >= end + BodyLength(text))
            {
                input.AdvanceTo(read.Buffer.GetPosition(end + BodyLength(text)));
                return true;
            }

            input.AdvanceTo(read.Buffer.Start, read.Buffer.End);

            if (read.IsCompleted)
            {
                return false;
            }
        }
    }

    private static int BodyLength(string request)
    {
        const string Field = "\r\nContent-Length: ";
        var at = request.IndexOf(Field, StringComparison.Ordinal) + Field.Length;
        return int.Parse(request.AsSpan(at, request.IndexOf('\r', at) - at), System.Globalization.CultureInfo.InvariantCulture);
    }
}
