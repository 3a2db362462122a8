using System.Collections.Concurrent;
using System.Threading.Channels;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc.Server;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Tests.Artifacts;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using HostDefaults = LoraFaaS.ServiceDefaults.HostDefaults;

namespace LoraFaaS.Worker.Tests.Hosting;

/// <summary>A controller at the wire: the real gRPC transport, welcomes and commands as the test says, everything heard is kept.</summary>
public sealed class ScriptedController : IControlService, IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<WorkerMessage> _heard = new();
    private readonly ConcurrentDictionary<ulong, TaskCompletionSource<CommandResult>> _results = new();
    private readonly List<KnowBackbone> _backbones = [];
    private readonly Channel<WorkerCommand> _commands = Channel.CreateUnbounded<WorkerCommand>();
    private ulong _lastCommand;

    private ScriptedController(string tokenFile)
    {
        var builder = HostDefaults.CreateBuilder("controller", HostDoors.HttpAndRpc, ["--Internal:TokenFile", tokenFile, "--Logging:LogLevel:Default", "None"]);
        builder.Services.AddSingleton<IControlService>(this);
        _app = builder.Build();
        _app.UseRouting();
        _app.MapControl();
    }

    public string RpcUrl { get; private set; } = "";

    public ArtifactStoreServer Store { get; private set; } = null!;

    /// <summary>Whether usage is acknowledged as it comes.</summary>
    public bool Acknowledges { get; set; } = true;

    public IReadOnlyList<UsageReport> Usage => [.. _heard.Where(message => message.Usage is not null).Select(message => message.Usage)];

    public IReadOnlyList<LogEntry> Logs => [.. _heard.Where(message => message.Logs is not null).SelectMany(message => message.Logs.Entries)];

    public IReadOnlyList<WorkerHello> Hellos => [.. _heard.Where(message => message.Hello is not null).Select(message => message.Hello)];

    public WorkerHeartbeat? LastHeartbeat => _heard.LastOrDefault(message => message.Heartbeat is not null)?.Heartbeat;

    public static async Task<ScriptedController> StartAsync(string tokenFile)
    {
        var controller = new ScriptedController(tokenFile);
        await controller._app.StartAsync();
        controller.RpcUrl = controller._app.Urls.Last();
        controller.Store = await ArtifactStoreServer.StartAsync();
        return controller;
    }

    /// <summary>Before the worker's session begins.</summary>
    public void Register(string name, Digest digest, string path) =>
        _backbones.Add(new KnowBackbone { Digest = digest.Value, Name = name, Path = path });

    public async Task<CommandResult> CommandAsync(WorkerCommand command)
    {
        command.CommandId = Interlocked.Increment(ref _lastCommand);
        var result = _results.GetOrAdd(command.CommandId, _ => new TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously));
        await _commands.Writer.WriteAsync(command);
        return await Patience.ForAsync(result.Task);
    }

    public async Task RunWorkerSessionAsync(GrpcServerDuplex<WorkerMessage, WorkerCommand> session, CancellationToken cancellationToken)
    {
        var outbox = Channel.CreateUnbounded<WorkerCommand>();
        outbox.Writer.TryWrite(new WorkerCommand { Welcome = new Welcome { ControllerId = "scripted", ArtifactsUrl = Store.Url } });

        foreach (var backbone in _backbones)
        {
            outbox.Writer.TryWrite(new WorkerCommand { CommandId = Interlocked.Increment(ref _lastCommand), KnowBackbone = backbone });
        }

        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var relay = RelayAsync(outbox.Writer, ended.Token);
        var sending = SendAsync(session, outbox.Reader, ended.Token);

        try
        {
            await foreach (var message in session.ReadAllAsync(cancellationToken))
            {
                Hear(message, outbox.Writer);
            }
        }
        finally
        {
            await ended.CancelAsync();
            await Task.WhenAll(Quiet(relay), Quiet(sending));
        }
    }

    public IAsyncEnumerable<RouteUpdate> WatchRoutesAsync(WatchRoutesRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ArrivalReply> ReportArrivalsAsync(ArrivalReport report, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<KeyPlacesReply> LeaseKeyPlacesAsync(KeyPlacesRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    public Task<ActivateReply> ActivateAsync(ActivateRequest request, CancellationToken cancellationToken) => throw new NotSupportedException();

    /// <summary>What functions' code is given when it asks; asked for by name and revision.</summary>
    public ConcurrentDictionary<(string Function, int Revision), ReadSecretsReply> Secrets { get; } = new();

    public Task<ReadSecretsReply> ReadSecretsAsync(ReadSecretsRequest request, CancellationToken cancellationToken) => Task.FromResult(
        Secrets.GetValueOrDefault((request.Key.Function, request.Revision)) ?? new ReadSecretsReply { ErrorCode = "function_not_found", ErrorMessage = "no such function" });

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        await Store.DisposeAsync();
    }

    private static async Task SendAsync(GrpcServerDuplex<WorkerMessage, WorkerCommand> session, ChannelReader<WorkerCommand> outbox, CancellationToken cancellationToken)
    {
        await foreach (var command in outbox.ReadAllAsync(cancellationToken))
        {
            await session.WriteAsync(command, cancellationToken);
        }
    }

    private static async Task Quiet(Task task)
    {
        try
        {
            await task;
        }
        catch (Exception failure) when (failure is OperationCanceledException or IOException)
        {
            // The session is over.
        }
    }

    private void Hear(WorkerMessage message, ChannelWriter<WorkerCommand> outbox)
    {
        _heard.Enqueue(message);

        if (message.Usage is { } usage && Acknowledges)
        {
            outbox.TryWrite(new WorkerCommand { AckUsage = new AckUsage { Sequence = usage.Sequence } });
        }

        if (message.Result is { } result)
        {
            _results.GetOrAdd(result.CommandId, _ => new TaskCompletionSource<CommandResult>(TaskCreationOptions.RunContinuationsAsynchronously)).TrySetResult(result);
        }
    }

    private async Task RelayAsync(ChannelWriter<WorkerCommand> outbox, CancellationToken cancellationToken)
    {
        await foreach (var command in _commands.Reader.ReadAllAsync(cancellationToken))
        {
            await outbox.WriteAsync(command, cancellationToken);
        }
    }
}
