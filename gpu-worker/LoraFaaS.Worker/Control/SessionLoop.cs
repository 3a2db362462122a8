using LoraFaaS.Protocol.Addresses;
using LoraFaaS.Protocol.Control;
using LoraFaaS.Protocol.Grpc;
using LoraFaaS.Protocol.Grpc.Client;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Tls;
using LoraFaaS.ServiceDefaults.Trust;
using LoraFaaS.Worker.Configuration;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Memory;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Worker.Control;

/// <summary>Keeps a session with the controller: opens one, runs it, and after it broke opens the next, a little later each time.</summary>
internal sealed partial class SessionLoop(
    WorkerName worker,
    HostIdentity identity,
    HostAddresses addresses,
    PeerAuthority authority,
    InternalToken token,
    MemoryBooks books,
    SessionSources sources,
    IsolationStation isolation,
    CommandExecutor executor,
    ControllerLink link,
    IOptions<WorkerOptions> options,
    TimeProvider time,
    ILogger<SessionLoop> logger) : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(5);

    /// <summary>A session that lasted this long was a good one: the next attempt starts from the first delay again.</summary>
    private static readonly TimeSpan GoodSession = TimeSpan.FromSeconds(10);

    private readonly Random _random = new(worker.Id.GetHashCode());

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (options.Value.ControllerRpcUrl.Length == 0)
        {
            LogAlone();
            return;
        }

        try
        {
            await KeepAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping: the session was ended with us.
        }
    }

    private async Task KeepAsync(CancellationToken stoppingToken)
    {
        var urls = await addresses.ListeningAsync(stoppingToken);
        var controllers = ServerAddresses.Parse(options.Value.ControllerRpcUrl);
        using var channel = new GrpcChannel(new GrpcChannelOptions
        {
            Servers = controllers,
            Tls = authority.ClientOptions(),
            Metadata = [new(InternalToken.HeaderName, token.Value)],
            Time = time,
        });
        var client = new ControlClient(channel);
        var delay = FirstDelay;

        while (!stoppingToken.IsCancellationRequested)
        {
            var begun = time.GetTimestamp();
            await RunOnceAsync(client, urls.Http, stoppingToken);

            // Also from a controller that takes connections and then says nothing.
            controllers.MoveOn();
            delay = time.GetElapsedTime(begun) > GoodSession ? FirstDelay : delay;

            // Half fixed, half drawn: workers that lost the same controller do not come back in step.
            await Task.Delay(delay / 2 + (delay / 2 * _random.NextDouble()), time, stoppingToken);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    private async Task RunOnceAsync(ControlClient client, string url, CancellationToken stoppingToken)
    {
        try
        {
            await using var call = await client.OpenWorkerSessionAsync(stoppingToken);
            using var session = new ControllerSession(call, Hello(url), sources, executor, link, time, logger);
            await session.RunAsync(stoppingToken);
            LogEnded();
        }
        catch (GrpcStatusException failure)
        {
            LogBroken(failure.Status.ToString());
        }
        catch (Exception failure) when (failure is IOException or HttpRequestException)
        {
            LogBroken(failure.Message);
        }
    }

    private WorkerHello Hello(string url)
    {
        var hello = new WorkerHello
        {
            WorkerId = worker.Id.Value,
            Url = url,
            Device = $"cpu x{Environment.ProcessorCount} {KernelReport.NameFor(options.Value)}",
            DeviceBytes = books.Device.Capacity.Bytes,
            HostBytes = books.Host.Capacity.Bytes,
            Version = identity.Version,
            Arithmetic = KernelReport.ArithmeticFor(options.Value),
        };

        hello.NotEnforced.AddRange(isolation.Machine.NotEnforced);
        return hello;
    }

    [LoggerMessage(3521, LogLevel.Information, "No controller is configured; serving what is known")]
    private partial void LogAlone();

    [LoggerMessage(3522, LogLevel.Information, "The controller ended the session")]
    private partial void LogEnded();

    [LoggerMessage(3523, LogLevel.Warning, "No session with the controller: {Reason}")]
    private partial void LogBroken(string reason);
}
