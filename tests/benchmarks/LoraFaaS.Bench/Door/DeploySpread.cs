using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using LoraFaaS.Contracts.Invocations;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Door;

/// <summary>The real controller over its embedded store, with many functions in it: from a deployment's being sent until every gateway knows the function.</summary>
internal static class DeploySpread
{
    private const int Deployments = 10;
    private const int Clients = 32;
    private const string Backbone = "lory-5m";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(2);

    /// <summary>In milliseconds: of each deployment until its own answer, and until the last gateway knows of it; and how many were stored a second before.</summary>
    public static async Task<(IReadOnlyList<double> Answered, IReadOnlyList<double> Known, double PerSecond)> MeasureAsync(int functions, int gateways)
    {
        using var data = new TempFolder();
        await File.WriteAllTextAsync(data.File("token"), DoorWorld.Token);
        await using var controller = ChildProcess.StartDotnet(
            RepositoryRoot.Built("controller/LoraFaaS.Controller", "LoraFaaS.Controller.dll"),
            [
                "--Host:HttpUrl", "http://127.0.0.1:0", "--Host:RpcUrl", "http://127.0.0.1:0", "--Host:ExitWithParent", "true", "--Host:ReadyFile", data.File("ready.json"),
                "--Storage:DataPath", data.Folder("store"), "--Internal:TokenFile", data.File("token"), "--Logging:LogLevel:Default", "Error",
            ]);
        using var ready = await controller.WaitForReadyFileAsync(data.File("ready.json"));
        var urls = ready.RootElement.GetProperty("urls");
        using var control = new HttpClient { BaseAddress = new Uri(urls.GetProperty("http").GetString()!), Timeout = Patience.StartLimit };
        control.DefaultRequestHeaders.Add(WireHeaders.InternalToken, DoorWorld.Token);
        var perSecond = await FillAsync(control, functions);

        var doors = new List<(ChildProcess Process, HttpClient Http)>();
        try
        {
            for (var i = 0; i < gateways; i++)
            {
                var (process, address) = await DoorWorld.StartGatewayAsync(urls.GetProperty("http").GetString()!, urls.GetProperty("rpc").GetString()!);
                var http = new HttpClient { BaseAddress = address, Timeout = Patience.StartLimit };
                http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"admin:{DoorWorld.Password}")));
                doors.Add((process, http));
                await UntilKnownAsync(http, functions - 1);
            }

            return await MeasureAsync(control, [.. doors.Select(door => door.Http)], functions, perSecond);
        }
        finally
        {
            foreach (var (process, http) in doors)
            {
                http.Dispose();
                await process.DisposeAsync();
            }
        }
    }

    private static async Task<(IReadOnlyList<double> Answered, IReadOnlyList<double> Known, double PerSecond)> MeasureAsync(
        HttpClient control, IReadOnlyList<HttpClient> doors, int functions, double perSecond)
    {
        var (answered, known) = (new List<double>(), new List<double>());

        for (var i = 0; i < Deployments; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            var deploying = DeployAsync(control, functions + i);
            var knowing = Task.WhenAll(doors.Select(door => UntilKnownAsync(door, functions + i)));
            await deploying;
            answered.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
            await knowing;
            known.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        return (answered, known, perSecond);
    }

    private static async Task<double> FillAsync(HttpClient control, int functions)
    {
        await SendAsync(control, HttpMethod.Post, "/api/v1/backbones", $$"""{"name":"{{Backbone}}","path":"{{RepositoryRoot.Of("deploy", "demo", "backbone")}}"}""");
        using var tar = new MemoryStream();
        await Checkpoints.Peft.AdapterArchive.WriteFolderAsync(RepositoryRoot.Of("deploy", "demo", "adapters", "sentiment"), tar, CancellationToken.None);
        using var pushed = await control.PutAsync($"/api/v1/adapters/{Backbone}/sentiment", new ByteArrayContent(tar.ToArray()));
        pushed.EnsureSuccessStatusCode();

        var (next, begun) = (-1, Stopwatch.GetTimestamp());
        await Task.WhenAll(Enumerable.Range(0, Clients).Select(async _ =>
        {
            while (Interlocked.Increment(ref next) is var number && number < functions)
            {
                await DeployAsync(control, number);
            }
        }));
        return functions / Stopwatch.GetElapsedTime(begun).TotalSeconds;
    }

    private static Task DeployAsync(HttpClient control, int number) =>
        SendAsync(control, HttpMethod.Post, "/system/functions", $$"""{"service":"f{{number}}","image":"lora://{{Backbone}}/sentiment:latest"}""");

    private static async Task SendAsync(HttpClient control, HttpMethod method, string path, string json)
    {
        using var request = new HttpRequestMessage(method, path) { Content = new StringContent(json, Encoding.UTF8, "application/json") };
        using var response = await control.SendAsync(request);

        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{path} answered {response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }
    }

    private static async Task UntilKnownAsync(HttpClient door, int number)
    {
        while (true)
        {
            using var response = await door.GetAsync(new Uri($"/v1/models/f{number}", UriKind.Relative));

            if (response.StatusCode is HttpStatusCode.OK)
            {
                return;
            }

            if (response.StatusCode is not (HttpStatusCode.NotFound or HttpStatusCode.ServiceUnavailable))
            {
                throw new InvalidOperationException($"The model f{number} answered {response.StatusCode}.");
            }

            await Task.Delay(Pause, TimeProvider.System);
        }
    }
}
