using System.Globalization;
using System.Net;
using System.Net.Sockets;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.SystemTests;

/// <summary>Knative's runtime contract for the hosts behind the gateway: the port they are given, who they are, and a tidy end on SIGTERM. The gateway's part has tests of its own.</summary>
public sealed class KnativeHostTests
{
    [Fact]
    public async Task Controller_and_worker_listen_where_PORT_says_and_end_well()
    {
        using var folder = new TempFolder();
        await File.WriteAllTextAsync(folder.File("token"), "0123456789abcdef0123456789abcdef");
        var (controller, http, rpc) = await StartAsync(folder, "controller/LoraFaaS.Controller", "LoraFaaS.Controller.dll", "--Storage:DataPath", folder.Folder("store"));
        await using var _ = controller;
        var (worker, data, _) = await StartAsync(
            folder, "gpu-worker/LoraFaaS.Worker", "LoraFaaS.Worker.dll",
            "--Worker:DataPath", folder.Folder("cache"), "--Worker:ControllerRpcUrl", rpc!, "--Worker:SandboxPath", RepositoryRoot.Built("gpu-worker/LoraFaaS.Sandbox", "LoraFaaS.Sandbox"));
        await using var __ = worker;
        using var caller = new HttpClient();

        foreach (var (url, who) in ((Uri, string)[])[(http, "LoraFaaS.Controller"), (data, "LoraFaaS.Worker")])
        {
            await Patience.UntilAsync(async stop => (await caller.GetAsync(new Uri(url, "healthz"), stop)).StatusCode is HttpStatusCode.OK, Patience.StartLimit, who);
            Assert.Contains($"knative service {who}, configuration {who}, revision {who}-00003", await caller.GetStringAsync(new Uri(url, "healthz")), StringComparison.Ordinal);
        }

        foreach (var host in (ChildProcess[])[worker, controller])
        {
            host.Terminate();
            Assert.Equal(0, await host.Exited.WaitAsync(Patience.StartLimit));
        }
    }

    /// <summary>On a port that was free a moment ago; another one where somebody was given it meanwhile.</summary>
    private static async Task<(ChildProcess Host, Uri Http, string? Rpc)> StartAsync(TempFolder folder, string project, string program, params string[] arguments)
    {
        var name = program[..^".dll".Length];
        var ready = folder.File(name + ".json");

        while (true)
        {
            var port = FreePort();
            var host = ChildProcess.StartDotnet(
                RepositoryRoot.Built(project, program),
                ["--Host:ReadyFile", ready, "--Host:ExitWithParent", "true", "--Internal:TokenFile", folder.File("token"), "--Logging:LogLevel:Default", "Warning", .. arguments],
                folder.Path,
                new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["PORT"] = port.ToString(CultureInfo.InvariantCulture), ["K_SERVICE"] = name, ["K_CONFIGURATION"] = name, ["K_REVISION"] = name + "-00003",
                });
            await Patience.UntilAsync(_ => Task.FromResult(host.Exited.IsCompleted || File.Exists(ready)), Patience.StartLimit, name);

            if (host.Exited.IsCompleted && host.Tail().Contains("in use", StringComparison.Ordinal))
            {
                await host.DisposeAsync();
                continue;
            }

            using var told = await host.WaitForReadyFileAsync(ready);
            var urls = told.RootElement.GetProperty("urls");
            var http = new Uri(urls.GetProperty("http").GetString()!);
            Assert.Equal(port, http.Port);
            return (host, http, urls.TryGetProperty("rpc", out var rpc) ? rpc.GetString() : null);
        }
    }

    private static int FreePort()
    {
        using var socket = new TcpListener(IPAddress.Loopback, 0);
        socket.Start();
        return ((IPEndPoint)socket.LocalEndpoint).Port;
    }
}
