using System.Net.Sockets;
using LoraFaaS.Linux.Sockets;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Handover;

/// <summary>While this gateway serves: waits for one of the same name that starts, shares the doors with it, and leaves once it serves. One at a time; one that fails changes nothing.</summary>
internal sealed partial class HandoverDesk(Doors doors, Succession succession, Leaving leaving, IOptions<GatewayOptions> options, TimeProvider time, ILogger<HandoverDesk> logger)
    : BackgroundService
{
    private readonly ILogger _logger = logger;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await succession.Settled.WaitAsync(stoppingToken);

            if (await FindSuccessorAsync(stoppingToken))
            {
                LogSucceeded();
                await leaving.GoAsync(stoppingToken);
            }
        }
        catch (SocketException failure)
        {
            LogClosed(failure.Message);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to stop before anybody came.
        }
    }

    private async Task<bool> FindSuccessorAsync(CancellationToken stopping)
    {
        using var desk = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        desk.Bind(HandoverAddress.Of(options.Value.Handover));
        desk.Listen(HandoverWords.MostDoors);

        while (true)
        {
            var visitor = await desk.AcceptAsync(stopping);

            if (!PeerUser.IsOurs(visitor))
            {
                LogStranger();
                visitor.Dispose();
                continue;
            }

            await using var successor = new DescriptorStream(visitor, maxPending: 0);

            if (!await ServesAsync(successor, stopping))
            {
                LogFailed();
                continue;
            }

            // The queue of connections is the other's from here on. Its own desk stands at this address, so ours is gone before it is told.
            doors.Close();
            desk.Dispose();
            await TryWriteAsync(successor, HandoverWords.Gone, stopping);
            return true;
        }
    }

    /// <summary>False: it ended without a word that it serves.</summary>
    private async Task<bool> ServesAsync(DescriptorStream successor, CancellationToken stopping)
    {
        try
        {
            await successor.WriteAsync(HandoverWords.Line(HandoverWords.Greeting), stopping).AsTask().WaitAsync(HandoverWords.Patience, time, stopping);

            foreach (var door in doors.Snapshot())
            {
                await successor.WriteAsync(HandoverWords.Line(door.Wanted), door.Listener.Descriptor, stopping).AsTask().WaitAsync(HandoverWords.Patience, time, stopping);
            }

            await successor.WriteAsync(HandoverWords.Line(HandoverWords.End), stopping).AsTask().WaitAsync(HandoverWords.Patience, time, stopping);

            // However long its start takes: it ends in this word or with its process.
            using var words = new StreamReader(successor, leaveOpen: true);
            return await words.ReadLineAsync(stopping) == HandoverWords.Ready;
        }
        catch (Exception failure) when (failure is IOException or SocketException or TimeoutException or InvalidDataException)
        {
            return false;
        }
    }

    private static async Task TryWriteAsync(DescriptorStream stream, string word, CancellationToken stopping)
    {
        try
        {
            await stream.WriteAsync(HandoverWords.Line(word), stopping);
        }
        catch (Exception failure) when (failure is IOException or SocketException)
        {
            // It serves; that it cannot hear us changes nothing.
        }
    }

    [LoggerMessage(2914, LogLevel.Information, "Another gateway serves at these doors now; this one finishes what it has and ends")]
    private partial void LogSucceeded();

    [LoggerMessage(2915, LogLevel.Warning, "A gateway that was to take over ended before it served; this one serves on")]
    private partial void LogFailed();

    [LoggerMessage(2916, LogLevel.Warning, "A process of another user asked for the doors and got nothing")]
    private partial void LogStranger();

    [LoggerMessage(2917, LogLevel.Warning, "No other gateway can take over from this one: {Reason}")]
    private partial void LogClosed(string reason);
}
