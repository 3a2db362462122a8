using System.Net.Sockets;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Opening;

namespace LoraFaaS.Sandbox;

/// <summary>
/// The way of a generation through this process, station by station:
/// <code>
/// Connection   frames (and descriptors) from the worker                                     Connection/WorkerConnection
///   → Opening     once: map the backbone, build engine and text side                        Opening/SandboxOpener
///   → Adapters    copy an adapter into pages, beside the running batch                      Adapters/AdapterStation
///   → Prompts     chat template → token ids → sampling and finish rules                     Prompts/PromptStation
///   → Generation  plan → step → apply, on one thread that owns sequences and pages          Generation/EngineLoop
///   → Connection  events to the worker, under each sequence's credits                       Connection/Outbox
/// </code>
/// It ends when the worker closes the connection, when it is drained, or when what arrives is no frame.
/// </summary>
internal static class SandboxPipeline
{
    /// <summary>How long a worker that does not read may keep the last frames from being written.</summary>
    private static readonly TimeSpan LastWords = TimeSpan.FromSeconds(5);

    public static async Task<SandboxExit> RunAsync(int descriptor, TimeProvider time, JsonLog log, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = WorkerConnection.Inherited(descriptor);
            return await RunAsync(connection, time, log, cancellationToken);
        }
        catch (SocketException refused)
        {
            log.Error("No worker on the descriptor", refused, ("descriptor", descriptor));
            return SandboxExit.NoWorker;
        }
    }

    public static Task<SandboxExit> RunAsync(WorkerConnection connection, TimeProvider time, JsonLog log, CancellationToken cancellationToken) =>
        RunAsync(connection, isRehearsal: false, time, log, cancellationToken);

    /// <param name="connection">To the worker; the caller's to dispose.</param>
    /// <param name="isRehearsal">It rehearses nothing while it waits: it is itself what is rehearsed.</param>
    /// <param name="time">The clock.</param>
    /// <param name="log">What is said about it.</param>
    /// <param name="cancellationToken">Ends it between two steps.</param>
    public static async Task<SandboxExit> RunAsync(WorkerConnection connection, bool isRehearsal, TimeProvider time, JsonLog log, CancellationToken cancellationToken)
    {
        using var outbox = new Outbox(connection.Writer, log);
        using var writable = new CancellationTokenSource(Timeout.InfiniteTimeSpan, time);
        var writing = outbox.WriteAllAsync(writable.Token);

        try
        {
            return await OpenAndServeAsync(connection, outbox, isRehearsal, time, log, cancellationToken);
        }
        finally
        {
            outbox.Complete();
            writable.CancelAfter(LastWords);
            await writing;
        }
    }

    private static async Task<SandboxExit> OpenAndServeAsync(
        WorkerConnection connection, Outbox outbox, bool isRehearsal, TimeProvider time, JsonLog log, CancellationToken cancellationToken)
    {
        var opening = await new OpeningStation(connection, outbox, isRehearsal, time, log).RunAsync(cancellationToken);

        if (opening.Sandbox is not { } sandbox)
        {
            return opening.Exit;
        }

        using (sandbox)
        using (var stations = new SandboxStations(sandbox, outbox, time, log))
        {
            return await stations.ServeAsync(connection, cancellationToken);
        }
    }
}
