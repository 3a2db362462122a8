using System.Diagnostics;
using LoraFaaS.ControlPlane.Logs;
using LoraFaaS.ControlPlane.Metering;
using LoraFaaS.ControlPlane.Ports;
using LoraFaaS.ControlPlane.Workers;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Server;
using WorkerCommand = LoraFaaS.Protocol.Control.WorkerCommand;

namespace LoraFaaS.Controller.Rpc;

/// <summary>One worker's call from hello to end: a reader of its messages, a writer of commands, and its usage on the way to the store.</summary>
internal sealed partial class WorkerSessionCall(
    WorkerSession session, WorkerRegistry registry, UsageIngest usage, FunctionLogs logs, Welcome welcome,
    GrpcServerDuplex<WorkerMessage, WorkerCommand> wire, ILogger<WorkerSessionCall> logger)
{
    private readonly ILogger _logger = logger;

    /// <summary>
    /// Returns when the worker half-closed, the session was closed, or the call was cancelled. All three parts run under
    /// <paramref name="ending"/>, which the messages are read under too; it is cancelled when the first part ends.
    /// </summary>
    public async Task RunAsync(IAsyncEnumerator<WorkerMessage> messages, CancellationTokenSource ending)
    {
        var writing = WriteAsync(ending.Token);
        var storing = usage.RunAsync(ending.Token);
        var reading = ReadAsync(messages, ending.Token);

        var first = await Task.WhenAny(reading, writing, storing);
        usage.Complete();

        if (first == reading && reading.IsCompletedSuccessfully)
        {
            // A worker that half-closes has sent its last reports and reads on for their acknowledgement.
            await storing;
        }

        await ending.CancelAsync();
        await Task.WhenAll(reading, writing, storing).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        // Whatever ended the session is told to the worker; our own cancelling of the other two is not.
        await first;
    }

    private async Task WriteAsync(CancellationToken cancellationToken)
    {
        await foreach (var command in session.CommandsAsync(cancellationToken))
        {
            await wire.WriteAsync(command.ToWire(welcome), cancellationToken);
        }
    }

    private async Task ReadAsync(IAsyncEnumerator<WorkerMessage> messages, CancellationToken cancellationToken)
    {
        while (await messages.MoveNextAsync())
        {
            cancellationToken.ThrowIfCancellationRequested();
            session.Heard();
            await TakeAsync(messages.Current, cancellationToken);
        }
    }

    private async Task TakeAsync(WorkerMessage message, CancellationToken cancellationToken)
    {
        switch (message.KindCase)
        {
            case WorkerMessage.KindOneofCase.Heartbeat:
                await TryWarmAsync(() => registry.BeatAsync(session, WorkerWire.Read(message.Heartbeat), cancellationToken));
                break;
            case WorkerMessage.KindOneofCase.Result:
                session.Complete(message.Result.CommandId, WorkerWire.ProblemOf(message.Result), TimeSpan.FromMilliseconds(Math.Clamp(message.Result.TookMs, 0, int.MaxValue)), AccountWire.Read(message.Result.Account));
                break;
            case WorkerMessage.KindOneofCase.Usage:
                Take(message.Usage);
                break;
            case WorkerMessage.KindOneofCase.Logs:
                await TryWarmAsync(() => logs.AppendAsync(WorkerWire.Read(message.Logs), cancellationToken));
                break;
            case WorkerMessage.KindOneofCase.Hello:
                throw new GrpcStatusException(GrpcStatusCode.FailedPrecondition, "A session says hello once.");
            case WorkerMessage.KindOneofCase.None:
                // A newer worker's kind of message: not for us.
                break;
            default:
                throw new UnreachableException();
        }
    }

    private void Take(UsageReport report)
    {
        if (!WorkerWire.TryRead(report, out var record))
        {
            // It would come again for ever if it were not acknowledged with the ones around it.
            LogUnreadableUsage(session.Id, report.Sequence);
        }
        else if (!usage.Offer(record))
        {
            LogUsageRefused(session.Id, report.Sequence);
        }
    }

    /// <summary>Warm state that cannot be reached must not end a session: the next heartbeat says the same again.</summary>
    private async Task TryWarmAsync(Func<Task> act)
    {
        try
        {
            await act();
        }
        catch (WarmStateUnavailableException exception)
        {
            LogNotShared(session.Id, exception.Message);
        }
    }
}
