using System.Collections.Concurrent;
using System.Threading.Channels;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Controller.Tests.Support;

/// <summary>A worker as the wire sees it: the real session protocol, with a script in place of a machine.</summary>
public sealed class ScriptedWorker : IAsyncDisposable
{
    private readonly GrpcDuplexCall<WorkerMessage, WorkerCommand> _call;
    private readonly CancellationTokenSource _ending = new();
    private readonly Channel<WorkerCommand> _commands = Channel.CreateUnbounded<WorkerCommand>();
    private readonly SemaphoreSlim _sending = new(1, 1);
    private readonly Task _reading;
    private readonly Task _beating;
    private readonly ConcurrentDictionary<string, Resident> _resident = new();
    private int _disposed;

    private ScriptedWorker(string id, GrpcDuplexCall<WorkerMessage, WorkerCommand> call)
    {
        Id = id;
        _call = call;
        _reading = ReadAsync();
        _beating = BeatOnAsync();
    }

    public string Id { get; }

    /// <summary>Null: the worker does not answer. By default it obeys at once.</summary>
    public Func<WorkerCommand, Task<CommandResult?>> Script { get; set; } = _ => Done();

    /// <summary>What its heartbeats say of loads.</summary>
    public ConcurrentQueue<BackboneLoading> Loading { get; } = new();

    /// <summary>Completes, or faults with the status, when the session is over.</summary>
    public Task Ended => _reading;

    public static Task<CommandResult?> Done() => Task.FromResult<CommandResult?>(new CommandResult());

    /// <summary>The command is never answered.</summary>
    public static Task<CommandResult?> Silence() => Task.FromResult<CommandResult?>(null);

    public static Task<CommandResult?> Fail(string code, string message) =>
        Task.FromResult<CommandResult?>(new CommandResult { ErrorCode = code, ErrorMessage = message });

    public static async Task<ScriptedWorker> ConnectAsync(ControllerUnderTest controller, string id, Func<WorkerCommand, Task<CommandResult?>>? script = null)
    {
        var call = await controller.Control.OpenWorkerSessionAsync(CancellationToken.None);
        var worker = new ScriptedWorker(id, call);

        if (script is not null)
        {
            worker.Script = script;
        }

        await worker.SendAsync(new WorkerMessage
        {
            Hello = new WorkerHello { WorkerId = id, Url = $"http://127.0.0.1:9/{id}", Device = "cpu", DeviceBytes = 1L << 30, HostBytes = 1L << 30, Version = "test" },
        });
        await worker.BeatAsync();
        return worker;
    }

    public async Task SendAsync(WorkerMessage message)
    {
        await _sending.WaitAsync();

        try
        {
            if (!await _call.TrySendAsync(message, _ending.Token))
            {
                // Reading says why the call is over.
                await _reading;
                throw new InvalidOperationException("The session is over.");
            }
        }
        finally
        {
            _sending.Release();
        }
    }

    public Task BeatAsync()
    {
        var beat = new WorkerHeartbeat { Sandboxes = 1 };
        beat.Resident.AddRange(_resident.Values.OrderBy(resident => resident.Digest, StringComparer.Ordinal));
        beat.Loading.AddRange(Loading);
        return SendAsync(new WorkerMessage { Heartbeat = beat });
    }

    public Task HoldAsync(string digest, StorageTier tier, string domain = "openfaas-fn", long idleMs = 0)
    {
        _resident[digest] = new Resident { Kind = "adapter", Digest = digest, Tier = (int)tier, Bytes = 4_096, TrustDomain = tier is StorageTier.Device ? domain : "", IdleMs = idleMs };
        return BeatAsync();
    }

    /// <summary>A prompt prefix that its heartbeats name until it is told to let it go.</summary>
    public Task HoldPrefixAsync(string function, int revision, StorageTier tier, string digest, string domain = "openfaas-fn")
    {
        _resident[PrefixPlace(function, revision)] = new Resident
        {
            Kind = "prefix", Digest = digest, Tier = (int)tier, Bytes = 4_096, TrustDomain = domain, Key = new RouteKey { Namespace = "openfaas-fn", Function = function }, Revision = revision,
        };
        return BeatAsync();
    }

    /// <summary>Waits for a command of a kind; others before it are passed over.</summary>
    public async Task<WorkerCommand> NextAsync(WorkerCommand.KindOneofCase kind)
    {
        using var patience = new CancellationTokenSource(Patience.Limit);

        await foreach (var command in _commands.Reader.ReadAllAsync(patience.Token))
        {
            if (command.KindCase == kind)
            {
                return command;
            }
        }

        throw new InvalidOperationException($"The session ended without {kind}.");
    }

    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) != 0)
        {
            return;
        }

        await _ending.CancelAsync();
        await _call.DisposeAsync();
        await Task.WhenAll(_reading, _beating).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _ending.Dispose();
        _sending.Dispose();
    }

    private static string PrefixPlace(string function, int revision) => $"prefix {function} {revision}";

    /// <summary>As a real worker does: its silence would be its loss.</summary>
    private async Task BeatOnAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(1));

        while (await timer.WaitForNextTickAsync(_ending.Token))
        {
            await BeatAsync();
        }
    }

    private async Task ReadAsync()
    {
        try
        {
            await foreach (var command in _call.ReadAllAsync(_ending.Token))
            {
                _commands.Writer.TryWrite(command);
                await ObeyAsync(command);
            }
        }
        finally
        {
            _commands.Writer.TryComplete();
        }
    }

    private async Task ObeyAsync(WorkerCommand command)
    {
        if (command.CommandId == 0 || await Script(command) is not { } result)
        {
            return;
        }

        if (result.ErrorCode.Length == 0 && command.Load is { AdapterDigest.Length: > 0 } load)
        {
            await HoldAsync(load.AdapterDigest, (StorageTier)load.Tier, load.TrustDomain);
        }

        if (result.ErrorCode.Length == 0 && command.Offload is { } offload)
        {
            _resident.TryRemove(offload.Kind == "prefix" ? PrefixPlace(offload.Key.Function, offload.Revision) : offload.AdapterDigest, out _);
            await BeatAsync();
        }

        result.CommandId = command.CommandId;
        await SendAsync(new WorkerMessage { Result = result });
    }
}
