using LoraFaaS.Contracts.Invocations;
using LoraFaaS.Linux.Memory;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Protocol.Sandbox;
using LoraFaaS.Sandbox.Adapters;
using LoraFaaS.Sandbox.Connection;
using LoraFaaS.Sandbox.Diagnostics;
using LoraFaaS.Sandbox.Generation;
using LoraFaaS.Sandbox.Opening;
using LoraFaaS.Sandbox.Prompts;
using LoraFaaS.Sandbox.Turns;

namespace LoraFaaS.Sandbox;

/// <summary>The stations of an opened sandbox, started together and ended together; frames are handed to the station they concern.</summary>
internal sealed class SandboxStations : IDisposable
{
    private readonly Outbox _outbox;
    private readonly JsonLog _log;
    private readonly LoopInbox _inbox = new();
    private readonly TurnTaker _turns;
    private readonly TurnStation _turnPages;
    private readonly EngineLoop _loop;
    private readonly PromptStation _prompts;
    private readonly AdapterStation _adapters;
    private readonly Dictionary<string, SharedPage> _arrivals = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _loopEnded = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ulong _prefixes;

    public SandboxStations(OpenedSandbox sandbox, Outbox outbox, TimeProvider time, JsonLog log)
    {
        (_outbox, _log) = (outbox, log);
        _turns = new TurnTaker(sandbox.Backend.Pause);
        _turnPages = new TurnStation(_turns, outbox);
        _loop = new EngineLoop(sandbox, _inbox, _turns, outbox, time, log);
        _prompts = new PromptStation(new PromptBuilder(sandbox, time), _inbox, log);
        _adapters = new AdapterStation(sandbox.Engine.Adapters, _inbox, new StepPause(_turns, sandbox.Backend, _inbox), time, log);
    }

    /// <summary>Serves until the worker closes, the loop has drained, a station fails, or what arrives is no frame.</summary>
    public async Task<SandboxExit> ServeAsync(WorkerConnection connection, CancellationToken cancellationToken)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);

        // Without a name: the C library writes it to a file, which the call filter asks the worker about, and the answer is no.
        var thread = new Thread(RunLoop);
        thread.Start();

        var reading = ReadFramesAsync(connection, ending.Token);
        Task[] stations = [_prompts.RunAsync(ending.Token), _adapters.RunAsync(ending.Token)];

        var first = await Task.WhenAny([reading, _loopEnded.Task, .. stations]);

        return await EndAsync(reading, stations, ending, first);
    }

    public void Dispose()
    {
        _loop.Dispose();
        _turns.Dispose();
        _inbox.Dispose();
    }

    private async Task<SandboxExit> EndAsync(Task<SandboxExit> reading, Task[] stations, CancellationTokenSource ending, Task first)
    {
        // A loop that waits for room in the outbox of a worker that is gone would never see the end. What is posted already still goes out.
        _outbox.Abandon();
        await ending.CancelAsync();
        _inbox.Close();

        var exit = SandboxExit.Done;

        foreach (var task in (Task[])[_loopEnded.Task, reading, .. stations])
        {
            try
            {
                await task;
            }
            catch (OperationCanceledException) when (ending.IsCancellationRequested)
            {
                // Cancelled by us, two lines up.
            }
            catch (Exception fault)
            {
                _log.Error("A station failed", fault);
                exit = SandboxExit.Fault;
            }
        }

        return exit is SandboxExit.Done && first == reading ? await reading : exit;
    }

    private void RunLoop()
    {
        try
        {
            _loop.Run();
            _loopEnded.SetResult();
        }
        catch (Exception fault)
        {
            // Handed to whoever awaits the loop; an exception that left the thread would end the process without a word.
            _loopEnded.SetException(fault);
        }
    }

    private async Task<SandboxExit> ReadFramesAsync(WorkerConnection connection, CancellationToken cancellationToken)
    {
        while (true)
        {
            var frame = await connection.ReadAsync(cancellationToken);

            if (frame.Message is not { } message)
            {
                return Ended(frame.Status);
            }

            if (!await DispatchAsync(message, frame, cancellationToken))
            {
                _log.Error("The worker sent a frame out of order", null, ("frame", message.KindCase));
                return SandboxExit.ProtocolError;
            }
        }
    }

    /// <summary>False: a frame that has no place here.</summary>
    private async ValueTask<bool> DispatchAsync(ToSandbox message, WorkerFrame frame, CancellationToken cancellationToken)
    {
        switch (message.KindCase)
        {
            case ToSandbox.KindOneofCase.Generate when message.Generate.Request is { Revision: { } revision }:
                await _inbox.PostAsync(Begin(message.Generate, revision), cancellationToken);
                await _prompts.PostAsync(new PromptArrival(message.Generate.Sequence, message.Generate.Request, IsPrefix: false), cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.Cancel:
                await _inbox.PostAsync(new LoopCommand.Cancel(message.Cancel.Sequence, (AbortCause)message.Cancel.Cause), cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.Credit when message.Credit.Credits > 0:
                await _inbox.PostAsync(new LoopCommand.Credit(message.Credit.Sequence, message.Credit.Credits), cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.LoadAdapter when frame.Descriptor is { } descriptor:
                _arrivals.Remove(message.LoadAdapter.AdapterDigest, out var arrival);
                await _adapters.PostAsync(new AdapterArrival(message.LoadAdapter.AdapterDigest, descriptor, arrival), cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.ArrivalPage when frame.Descriptor is { } words:
                return _arrivals.TryAdd(message.ArrivalPage.AdapterDigest, SharedPage.Open(words, MemoryAccess.Read));
            case ToSandbox.KindOneofCase.UnloadAdapter:
                await _inbox.PostAsync(new LoopCommand.UnloadAdapter(message.UnloadAdapter.AdapterDigest), cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.TurnPage when frame.Descriptor is { } page:
                return _turnPages.TryTake(message.TurnPage, page);
            case ToSandbox.KindOneofCase.PreparePrefix when message.PreparePrefix.Revision is { } ahead:
                await PrepareAsync(message.PreparePrefix.Name, ahead, cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.RestorePrefix when frame.Descriptor is { } image && message.RestorePrefix.Revision is { } before:
                await _prompts.PostAsync(
                    new PromptArrival(0, new Protocol.Data.GenerateRequest { Revision = before }, IsPrefix: true) { Restored = (message.RestorePrefix.Name, image) }, cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.SavePrefix when frame.Descriptor is { } memory:
                await _inbox.PostAsync(new LoopCommand.SavePrefix(message.SavePrefix.Name, memory), cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.DropPrefix:
                await _inbox.PostAsync(new LoopCommand.DropPrefix(message.DropPrefix.Name), cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.Lease when message.Lease.DeviceBytes >= 0:
                await _inbox.PostAsync(new LoopCommand.Lease(message.Lease.DeviceBytes), cancellationToken);
                return true;
            case ToSandbox.KindOneofCase.Ping:
                _outbox.Post(new FromSandbox { Pong = new Pong { Number = message.Ping.Number, Turns = _loop.Rounds } });
                _inbox.Wake();
                return true;
            case ToSandbox.KindOneofCase.Drain:
                await _inbox.PostAsync(new LoopCommand.Drain(), cancellationToken);
                return true;
            default:
                frame.Descriptor?.Dispose();
                return false;
        }
    }

    /// <summary>A prefix is a generation of no token, behind all others: its numbers count down from the end, where the worker's never come.</summary>
    private async ValueTask PrepareAsync(string name, Protocol.Data.RevisionRef revision, CancellationToken cancellationToken)
    {
        var number = ulong.MaxValue - _prefixes++;
        await _inbox.PostAsync(new LoopCommand.Begin(number, 1, revision.AdapterDigest, null, null) { Prefix = name }, cancellationToken);
        await _prompts.PostAsync(new PromptArrival(number, new Protocol.Data.GenerateRequest { Revision = revision }, IsPrefix: true), cancellationToken);
    }

    private SandboxExit Ended(FrameReadStatus status)
    {
        switch (status)
        {
            case FrameReadStatus.End:
                // How every sandbox is stopped: whoever stopped it has said so.
                return SandboxExit.Done;
            case FrameReadStatus.Torn:
                // A worker that was killed leaves a torn frame behind; there is nobody left to tell.
                _log.Information("The worker closed the connection in the middle of a frame");
                return SandboxExit.Done;
        }

        _log.Error("The worker sent what is no frame", null, ("status", status));
        return SandboxExit.ProtocolError;
    }

    private static LoopCommand.Begin Begin(Generate generate, Protocol.Data.RevisionRef revision) => new(
        generate.Sequence,
        generate.Credits,
        revision.AdapterDigest,
        revision.SloTtftMs > 0 ? TimeSpan.FromMilliseconds(revision.SloTtftMs) : null,
        revision.SloTpotMs > 0 ? TimeSpan.FromMilliseconds(revision.SloTpotMs) : null);
}
