using System.Threading.Channels;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.Worker.Metering;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Control;

/// <summary>
/// One session with the controller: hello, then heartbeats, usage, logs and results up, commands down, until either side ends it. One
/// loop sends; everybody else puts messages into its outbox and waits while it is full.
/// </summary>
internal sealed partial class ControllerSession(
    GrpcDuplexCall<WorkerMessage, WorkerCommand> call,
    WorkerHello hello,
    SessionSources sources,
    CommandExecutor executor,
    ControllerLink link,
    TimeProvider time,
    ILogger logger) : IDisposable
{
    private const int MaxConcurrentCommands = 16;
    private const int UsageBatch = 256;
    private const int LogBatch = 512;

    private static readonly TimeSpan HeartbeatEvery = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan UsageAgainAfter = TimeSpan.FromSeconds(10);

    private readonly Channel<WorkerMessage> _outbox = Channel.CreateBounded<WorkerMessage>(new BoundedChannelOptions(256) { SingleReader = true });
    private readonly SemaphoreSlim _commandSlots = new(MaxConcurrentCommands);
    private readonly List<Task> _commands = [];

    /// <summary>Ends when the controller does, or throws its status; never leaves anything running.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await _outbox.Writer.WriteAsync(new WorkerMessage { Hello = hello }, ending.Token);

        var reading = ReadAsync(ending.Token);
        Task[] parts = [reading, SendAsync(ending.Token), BeatAsync(ending.Token), ReportUsageAsync(ending.Token), SendLogsAsync(ending.Token)];
        await Task.WhenAny(parts);
        await ending.CancelAsync();

        // The reader may be taking a last command at this moment: its list is whole when it has ended.
        await reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);

        try
        {
            await Task.WhenAll([.. parts, .. _commands]);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // The parts that we have just ended ourselves; the one that ended first is asked below.
        }
        finally
        {
            link.Lost();
        }

        if (!reading.IsCanceled)
        {
            await reading;
        }
    }

    public void Dispose() => _commandSlots.Dispose();

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        await foreach (var command in call.ReadAllAsync(cancellationToken))
        {
            switch (command.KindCase)
            {
                case WorkerCommand.KindOneofCase.Welcome:
                    link.Welcomed(command.Welcome.ControllerId, command.Welcome.ArtifactsUrl);
                    LogWelcomed(command.Welcome.ControllerId);
                    break;
                case WorkerCommand.KindOneofCase.AckUsage:
                    await sources.Usage.AcknowledgeAsync(command.AckUsage.Sequence, cancellationToken);
                    break;
                default:
                    await _commandSlots.WaitAsync(cancellationToken);
                    _commands.RemoveAll(done => done.IsCompletedSuccessfully);
                    _commands.Add(ExecuteAsync(command, cancellationToken));
                    break;
            }
        }
    }

    private async Task ExecuteAsync(WorkerCommand command, CancellationToken cancellationToken)
    {
        Problem? problem;

        try
        {
            var begun = time.GetTimestamp();
            var account = new ColdStart();
            problem = await executor.ExecuteAsync(command, account, cancellationToken);

            await _outbox.Writer.WriteAsync(
                new WorkerMessage
                {
                    Result = new CommandResult
                    {
                        CommandId = command.CommandId,
                        ErrorCode = problem?.Code.ToWire() ?? "",
                        ErrorMessage = problem?.ToString() ?? "",
                        TookMs = time.GetElapsedTime(begun).TotalMilliseconds,
                        Account = command.KindCase is WorkerCommand.KindOneofCase.Load ? account : null,
                    },
                },
                cancellationToken);
        }
        finally
        {
            _commandSlots.Release();
        }

        // Whether it can be read is answered at once; packing takes its time.
        if (problem is null && command.KindCase is WorkerCommand.KindOneofCase.KnowBackbone)
        {
            await executor.PrepareAsync(command.KnowBackbone, cancellationToken);
        }
    }

    private async Task SendAsync(CancellationToken cancellationToken)
    {
        await foreach (var message in _outbox.Reader.ReadAllAsync(cancellationToken))
        {
            if (!await call.TrySendAsync(message, cancellationToken))
            {
                return;
            }
        }
    }

    private async Task BeatAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            // Asked before the inventory is taken: a change in between rings again.
            var changed = sources.Changes.NextAsync(cancellationToken);
            await _outbox.Writer.WriteAsync(new WorkerMessage { Heartbeat = sources.Inventory.Take() }, cancellationToken);
            await Task.WhenAny(changed, Task.Delay(HeartbeatEvery, time, cancellationToken));
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task ReportUsageAsync(CancellationToken cancellationToken)
    {
        ulong sent = 0;

        while (true)
        {
            var appended = sources.Usage.WaitForAppendAsync(cancellationToken);
            var reports = sources.Usage.After(sent, UsageBatch);

            foreach (var report in reports)
            {
                await _outbox.Writer.WriteAsync(new WorkerMessage { Usage = report }, cancellationToken);
                sent = report.Sequence;
            }

            if (reports.Count > 0)
            {
                continue;
            }

            if (await Task.WhenAny(appended, Task.Delay(UsageAgainAfter, time, cancellationToken)) != appended)
            {
                // Quiet for long: what is still unacknowledged goes once more.
                sent = 0;
            }

            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    private async Task SendLogsAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            await _outbox.Writer.WriteAsync(new WorkerMessage { Logs = await sources.Logs.TakeAsync(LogBatch, cancellationToken) }, cancellationToken);
        }
    }

    [LoggerMessage(3511, LogLevel.Information, "Welcomed by controller {Controller}")]
    private partial void LogWelcomed(string controller);
}
