using LoraFaaS.Gateway.Routing;
using LoraFaaS.Protocol.Control;
using LoraFaaS.ServiceDefaults.Hosting;
using LoraFaaS.ServiceDefaults.Trust;
using Microsoft.Extensions.Options;

namespace LoraFaaS.Gateway.Rehearsals;

/// <summary>
/// Before the door is opened, a few calls go through a second one of this process: the same stations, a function that is made up, and a worker that answers
/// at once, over loopback sockets that nobody else is told of. Most of what a first call takes is the compiling of what it passes; compiled code is the
/// process's and stays. Nothing else does: meters, tables, connections and log are the second door's own and go with it.
/// </summary>
internal sealed class DoorRehearsal(
    IOptions<GatewayOptions> options, InternalToken token, IConfiguration configuration, TimeProvider time, ILogger<DoorRehearsal> logger)
    : Rehearsal(Limit, time, logger)
{
    private const int Rounds = 2;

    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(5);

    private readonly TimeProvider _time = time;

    /// <summary>How many calls were answered: all of them.</summary>
    /// <exception cref="HttpRequestException">One was not.</exception>
    public override async Task<int> PerformAsync(CancellationToken cancellationToken)
    {
        var answered = 0;
        await using var worker = await RehearsalWorker.StartAsync(token, _time, cancellationToken);
        await using var door = GatewayHost.BuildRehearsal(
        [
            "--Host:HttpUrl", "http://127.0.0.1:0", "--Host:InsideUrl", "", "--Host:GrpcUrl", "", "--Host:CertificateFile", "", "--Host:KeyFile", "", "--Gateway:PasswordFile", options.Value.PasswordFile, "--Internal:TokenFile", configuration["Internal:TokenFile"] ?? "",
            "--Gateway:ControllerHttpUrl", worker.Url, "--Gateway:ControllerRpcUrl", worker.Url, "--Gateway:RequireApiKeys", "false", "--Gateway:CertificateFile", "", "--Gateway:KeyFile", "", "--Gateway:Handover", "",
        ]);
        await door.StartAsync(cancellationToken);
        door.Services.GetRequiredService<RouteBoard>().Publish(RouteTable.Empty.Apply(RehearsalText.Routes(worker.Url)));

        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new Uri(door.Urls.First()) };

        for (var round = 0; round < Rounds; round++)
        {
            foreach (var call in RehearsalText.Calls())
            {
                using var answer = await http.SendAsync(call, cancellationToken);
                answer.EnsureSuccessStatusCode();
                await answer.Content.ReadAsByteArrayAsync(cancellationToken);
                call.Dispose();
                answered++;
            }
        }

        await door.StopAsync(cancellationToken);
        return answered;
    }
}
