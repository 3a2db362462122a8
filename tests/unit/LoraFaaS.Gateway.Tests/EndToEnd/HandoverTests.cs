using System.Net;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.TestKit.Callers;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Gateway.Tests.EndToEnd;

/// <summary>One gateway alone, as its own process, replaced by another while callers call.</summary>
public sealed class HandoverTests
{
    private static readonly TimeSpan LeaveDelay = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task Restarting_the_only_gateway_fails_nobody()
    {
        const int Restarts = 5;
        using var folder = new TempFolder();
        var (controller, worker, release) = await StartPlatformAsync();
        await using var _ = controller;
        await using var __ = worker;
        var gateways = new List<ChildProcess>();

        try
        {
            gateways.Add(Start(folder, controller, "0", "http://127.0.0.1:0"));
            var door = await DoorAsync(gateways[0], folder, "0");
            using var http = new HttpClient { BaseAddress = door, Timeout = Patience.StartLimit };
            await Patience.UntilAsync(async stop => (await http.GetAsync("/healthz", stop)).StatusCode is HttpStatusCode.OK);
            await using var callers = new SteadyCallers(door, "/function/echo", "x", each: 3, LeaveDelay / 2);
            var streams = new List<(HttpResponseMessage Answer, StreamReader Reader)>();

            for (var i = 1; i <= Restarts; i++)
            {
                await callers.AnsweredAsync(50);
                streams.Add(await OpenStreamAsync(http));
                var name = $"{i}";
                gateways.Add(Start(folder, controller, name, i % 2 == 0 ? "http://127.0.0.1:0" : door.ToString()));

                Assert.Equal(door, await DoorAsync(gateways[i], folder, name));
                await gateways[i - 1].WaitForLineAsync(line => line.Contains("this one finishes what it has", StringComparison.Ordinal));
            }

            await callers.AnsweredAsync(50);
            Assert.Empty(callers.Failures);
            Assert.All(gateways, gateway => Assert.False(gateway.Exited.IsCompleted));

            // Each stream is still its own gateway's, five processes ago; it goes on to its end, and with it goes the process.
            release.SetResult();

            foreach (var (answer, reader) in streams)
            {
                var rest = await Patience.ForAsync(reader.ReadToEndAsync());
                Assert.Contains("""data: {"text":" last"}""", rest, StringComparison.Ordinal);
                Assert.Contains("event: done", rest, StringComparison.Ordinal);
                answer.Dispose();
            }

            Assert.All(await Task.WhenAll(gateways[..^1].Select(gateway => gateway.Exited.WaitAsync(Patience.StartLimit))), code => Assert.Equal(0, code));
            await callers.AnsweredAsync(50);
            Assert.Empty(callers.Failures);
            TestContext.Current.SendDiagnosticMessage("{0} calls over {1} restarts, none failed", callers.Answers, Restarts);

            // The last one has nobody to hand over to: it refuses once it is told to stop, as a server does that is gone.
            gateways[^1].Terminate();
            Assert.Equal(0, await gateways[^1].Exited.WaitAsync(Patience.StartLimit));
            await Assert.ThrowsAsync<HttpRequestException>(() => http.GetAsync("/healthz"));
        }
        finally
        {
            await Task.WhenAll(gateways.Select(gateway => gateway.DisposeAsync().AsTask()));
        }
    }

    [Fact]
    public async Task A_successor_that_never_serves_takes_nothing()
    {
        using var folder = new TempFolder();
        var (controller, worker, release) = await StartPlatformAsync();
        await using var _ = controller;
        await using var __ = worker;
        release.SetResult();
        await using var gateway = Start(folder, controller, "0", "http://127.0.0.1:0");
        var door = await DoorAsync(gateway, folder, "0");
        using var http = new HttpClient { BaseAddress = door, Timeout = Patience.StartLimit };
        await Patience.UntilAsync(async stop => (await http.GetAsync("/healthz", stop)).StatusCode is HttpStatusCode.OK);
        await using var callers = new SteadyCallers(door, "/function/echo", "x", each: 2, LeaveDelay / 2);

        // One that gets no routes, and one that is killed on the way.
        await using var lost = await FakeController.StartAsync();
        var nowhere = lost.RpcUrl;
        await lost.DisposeAsync();
        await using var blind = Start(folder, controller, "1", door.ToString(), "--Gateway:ControllerRpcUrl", nowhere);
        Assert.Equal(1, await blind.Exited.WaitAsync(Patience.StartLimit));
        Assert.Contains(blind.Errors, line => line.Contains("leaves the doors to the other", StringComparison.Ordinal));
        await using var killed = Start(folder, controller, "2", door.ToString(), "--Gateway:ControllerRpcUrl", nowhere);
        await killed.WaitForLineAsync(_ => true);
        killed.Kill();
        await killed.Exited.WaitAsync(Patience.StartLimit);

        await callers.AnsweredAsync(50);
        Assert.Empty(callers.Failures);

        // And a third still takes over.
        await using var next = Start(folder, controller, "3", door.ToString());
        Assert.Equal(door, await DoorAsync(next, folder, "3"));
        Assert.Equal(0, await gateway.Exited.WaitAsync(Patience.StartLimit));
        await callers.AnsweredAsync(50);
        Assert.Empty(callers.Failures);
    }

    private static async Task<(FakeController Controller, FakeWorker Worker, TaskCompletionSource Release)> StartPlatformAsync()
    {
        var release = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var controller = await FakeController.StartAsync();
        var worker = await FakeWorker.StartAsync("w1", async exchange =>
        {
            if (exchange.Request.Prompt.UserText != "held")
            {
                await FakeWorker.CountAsync(exchange);
                return;
            }

            await exchange.SendAsync(Given.Started(), Given.Tokens("first", 1));
            await release.Task;
            await exchange.SendAsync(Given.Tokens(" last", 2), Given.Finished());
        });
        controller.Publish(Given.Snapshot([Given.Route("echo", placements: (worker.Id, StorageTier.Device))], Given.Worker(worker.Id, worker.Url)));
        return (controller, worker, release);
    }

    private static async Task<(HttpResponseMessage Answer, StreamReader Reader)> OpenStreamAsync(HttpClient http)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/function/echo") { Content = new StringContent("held") };
        request.Headers.Accept.ParseAdd("text/event-stream");
        var answer = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var reader = new StreamReader(await answer.Content.ReadAsStreamAsync());
        Assert.Equal("event: token", await Patience.ForAsync(reader.ReadLineAsync()));
        return (answer, reader);
    }

    private static ChildProcess Start(TempFolder folder, FakeController controller, string name, string url, params string[] more)
    {
        File.WriteAllText(folder.File("password"), RunningGateway.Password);
        File.WriteAllText(folder.File("token"), RunningGateway.Token);

        return ChildProcess.StartDotnet(
            typeof(GatewayHost).Assembly.Location,
            [
                "--Host:HttpUrl", url.TrimEnd('/'), "--Host:ReadyFile", folder.File($"ready-{name}.json"),
                "--Gateway:Handover", folder.Path, "--Gateway:LeaveDelay", LeaveDelay.ToString(),
                "--Gateway:PasswordFile", folder.File("password"), "--Internal:TokenFile", folder.File("token"),
                "--Gateway:ControllerHttpUrl", controller.HttpUrl, "--Gateway:ControllerRpcUrl", controller.RpcUrl,
                "--Gateway:StartWindow", "00:00:01", "--Gateway:DefaultTimeout", "00:10:00", .. more,
            ],
            folder.Path);
    }

    private static async Task<Uri> DoorAsync(ChildProcess gateway, TempFolder folder, string name)
    {
        using var ready = await gateway.WaitForReadyFileAsync(folder.File($"ready-{name}.json"));
        return new Uri(ready.RootElement.GetProperty("urls").GetProperty("http").GetString()!);
    }
}
