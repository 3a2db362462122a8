using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Rehearsals;

/// <summary>
/// Before the door is opened, a few calls go through a second one of this process: the same stations, a function that is made up, and a worker that answers
/// at once, over loopback sockets that nobody else is told of. Most of what a first call takes is the compiling of what it passes; compiled code is the
/// process's and stays. Nothing else does: meters, tables, connections and log are the second door's own and go with it.
/// </summary>
internal sealed partial class DoorRehearsal(
    IOptions<GatewayOptions> options, InternalToken token, IConfiguration configuration, TimeProvider time, ILogger<DoorRehearsal> logger) : IHostedService
{
    private const int Rounds = 2;

    /// <summary>A door that opens late is worse than one that is slow once.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private static int _performed;

    private readonly ILogger _logger = logger;

    public async Task StartAsync(CancellationToken cancellationToken)
    {
        // Once is enough for a process, however many doors it has.
        if (Interlocked.Exchange(ref _performed, 1) != 0)
        {
            return;
        }

        using var late = new CancellationTokenSource(Limit, time);
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        var begun = time.GetTimestamp();

        try
        {
            LogDone(await PerformAsync(stop.Token), time.GetElapsedTime(begun).TotalMilliseconds);
        }
        catch (Exception failure) when (!cancellationToken.IsCancellationRequested)
        {
            // Whatever it was: no door stays shut for a play.
            LogCutShort(failure.Message);
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>How many calls were answered: all of them.</summary>
    /// <exception cref="HttpRequestException">One was not.</exception>
    internal async Task<int> PerformAsync(CancellationToken stop)
    {
        var answered = 0;
        await using var worker = await RehearsalWorker.StartAsync(token, time, stop);
        await using var door = GatewayHost.BuildRehearsal(
        [
            "--Host:HttpUrl", "http://127.0.0.1:0", "--Host:InsideUrl", "", "--Host:CertificateFile", "", "--Host:KeyFile", "", "--Gateway:PasswordFile", options.Value.PasswordFile, "--Internal:TokenFile", configuration["Internal:TokenFile"] ?? "",
            "--Gateway:ControllerHttpUrl", worker.Url, "--Gateway:ControllerRpcUrl", worker.Url, "--Gateway:RequireApiKeys", "false", "--Gateway:CertificateFile", "", "--Gateway:KeyFile", "", "--Gateway:Handover", "",
        ]);
        await door.StartAsync(stop);
        door.Services.GetRequiredService<RouteBoard>().Publish(RouteTable.Empty.Apply(RehearsalText.Routes(worker.Url)));

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(door.Urls.First()) };

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var call in RehearsalText.Calls())
            {
                using var answer = await http.SendAsync(call, stop);
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync(stop);
                call.Dispose();
                answered++;
            }
        }

        await door.StopAsync(stop);
        return answered;
    }

    [LoggerMessage(2901, LogLevel.Debug, "Rehearsed {Calls} calls in {Milliseconds} ms")]
    private partial void LogDone(int calls, double milliseconds);

    [LoggerMessage(2902, LogLevel.Information, "The rehearsal was cut short, so the first calls will be slower: {Reason}")]
    private partial void LogCutShort(string reason);
}
