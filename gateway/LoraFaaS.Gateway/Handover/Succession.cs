using System.Net.Sockets;
using LoraFaaS.Gateway.Routing;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.ServiceDefaults.Hosting;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Handover;

/// <summary>
/// At the start: where a gateway of the same name serves, its doors are taken, and it is told to go once this one serves. Until then it serves on, so that a start that fails costs nobody
/// anything. The server's own start comes after this one's, and finds the doors.
/// </summary>
internal sealed partial class Succession(Doors doors, RouteBoard board, IOptions<GatewayOptions> options, TimeProvider time, ILogger<Succession> logger)
    : IHostedLifecycleService, IDisposable
{
    private readonly TaskCompletionSource _settled = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DescriptorStream? _before;
    private StreamReader? _words;

    /// <summary>Completes when the gateway before this one, if there was any, has let go.</summary>
    public Task Settled => _settled.Task;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        if (await ConnectAsync(cancellationToken) is not { } before)
        {
            return;
        }

        (_before, _words) = (before, new StreamReader(before, leaveOpen: true));

        try
        {
            await InheritAsync(cancellationToken);
        }
        catch (Exception failure) when (failure is IOException or SocketException or TimeoutException or InvalidDataException)
        {
            throw new HostStartException($"The gateway that serves here does not hand over its doors: {failure.Message}", failure);
        }

        try
        {
            // Who comes is to be served at once: a door is not taken by one that knows no function.
            await board.First.WaitAsync(options.Value.StartWindow + HandoverWords.Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            throw new HostStartException("Another gateway serves here, and this one gets no routes from the controller: it leaves the doors to the other.");
        }
    }

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        doors.DropUnused();

        try
        {
            if (_before is not null)
            {
                await _before.WriteAsync(HandoverWords.Line(HandoverWords.Ready), cancellationToken);
                await NextAsync(cancellationToken);
                LogTaken();
            }
        }
        catch (Exception failure) when (failure is IOException or SocketException or TimeoutException)
        {
            // It is gone in another way, or hangs: the doors are ours all the same.
            LogUnanswered(failure.Message);
        }
        finally
        {
            Dispose();
            _settled.TrySetResult();
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        _words?.Dispose();
        _before?.Dispose();
        (_words, _before) = (null, null);
    }

    /// <summary>Null: nobody serves under the name.</summary>
    private async Task<DescriptorStream?> ConnectAsync(CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);

        try
        {
            await socket.ConnectAsync(HandoverAddress.Of(options.Value.Handover), cancellationToken);

            if (PeerUser.IsOurs(socket))
            {
                return new DescriptorStream(socket, HandoverWords.MostDoors);
            }

            LogStranger();
        }
        catch (SocketException)
        {
            // Nobody listens there.
        }

        socket.Dispose();
        return null;
    }

    private async Task InheritAsync(CancellationToken cancellationToken)
    {
        if (await NextAsync(cancellationToken) is var greeting && greeting != HandoverWords.Greeting)
        {
            throw new InvalidDataException($"it says '{greeting}'");
        }

        var wanted = new List<string>();

        while (await NextAsync(cancellationToken) is { } line && line != HandoverWords.End)
        {
            wanted.Add(line);
        }

        foreach (var name in wanted)
        {
            if (!_before!.TryTakeDescriptor(out var descriptor))
            {
                throw new InvalidDataException($"the socket of {name} is missing");
            }

            doors.Inherit(name, SharedListener.Of(descriptor));
        }
    }

    private Task<string?> NextAsync(CancellationToken cancellationToken) =>
        _words!.ReadLineAsync(cancellationToken).AsTask().WaitAsync(HandoverWords.Patience, time, cancellationToken);

    [LoggerMessage(2911, LogLevel.Information, "Took the doors of the gateway that served here; it finishes what it has")]
    private partial void LogTaken();

    [LoggerMessage(2912, LogLevel.Warning, "The gateway that served here did not say that it has let go: {Reason}")]
    private partial void LogUnanswered(string reason);

    [LoggerMessage(2913, LogLevel.Warning, "A process of another user stands where gateways hand over their doors; it is not asked")]
    private partial void LogStranger();
}
