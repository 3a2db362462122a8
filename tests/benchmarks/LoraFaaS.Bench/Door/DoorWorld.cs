using System.Text.Json;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Contracts.Identity;
using LoraFaaS.Contracts.Units;
using LoraFaaS.Gateway.Tests.Fakes;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Protocol.Control;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// The real gateway's process before canned workers (one a process of its own) and a controller at the wire, a bare forwarder's process beside it, one that passes bytes on unread, and load from processes
/// of their own.
/// </summary>
internal sealed class DoorWorld : IAsyncDisposable
{
    public const string Token = "0123456789abcdef0123456789abcdef-token";
    public const string Password = "benchmark password";
    /// <summary>Of a function whose worker is a process of its own, for calls.</summary>
    public const string FunctionPath = "/function/f0";

    /// <summary>Of a function whose worker is this process, for streams that it holds.</summary>
    public const string HeldPath = "/function/f1";

    private const string GeneratePath = "/v1/generate";
    private const string Worker1 = "w1";
    private const string Worker2 = "w2";
    private const int GivesWay = 19;

    private static readonly string BackboneDigest = Digest.OfBytes("backbone"u8).Value;

    private readonly ChildProcess _gateway;
    private readonly ChildProcess _forwarder;
    private readonly ChildProcess _relay;
    private readonly ChildProcess _answerer;
    private readonly TempFolder _counts;
    private readonly ITimer _quiet;
    private readonly List<ChildProcess> _others = [];

    private DoorWorld(FakeController controller, CannedWorker worker, ChildProcess answerer, ChildProcess gateway, ChildProcess forwarder, ChildProcess relay, TempFolder counts)
    {
        (Controller, Worker, _answerer, _gateway, _forwarder, _relay, _counts) = (controller, worker, answerer, gateway, forwarder, relay, counts);

        // What this process compiles it compiles upon the processors of those that are measured.
        var watch = new CompilerWatch(GivesWay);
        _quiet = TimeProvider.System.CreateTimer(_ => watch.Look(), null, TimeSpan.Zero, TimeSpan.FromMilliseconds(250));
    }

    public FakeController Controller { get; }

    /// <summary>The API key that every invocation here must carry: it is looked up, judged and metered on the way.</summary>
    public required string Key { get; init; }

    /// <summary>Keys that may have so many invocations at once over all gateways: one, many, and one again, for who comes by one gateway alone.</summary>
    public required (string One, string Many, string Alone) BoundedKeys { get; init; }

    /// <summary>The one in this process, which can hold streams.</summary>
    public CannedWorker Worker { get; }

    /// <summary>Straight to the worker in a process of its own.</summary>
    public required string DirectUrl { get; init; }

    /// <summary>Straight to the worker in this process.</summary>
    public string HeldDirectUrl => Worker.Url + GeneratePath;

    /// <summary>Of the worker's process.</summary>
    public int AnswererId => _answerer.Id;

    public required string GatewayUrl { get; init; }

    public string HeldUrl => new Uri(new Uri(GatewayUrl), HeldPath).ToString();

    public required string ForwarderUrl { get; init; }

    /// <summary>Where bytes are passed on unread.</summary>
    public required string RelayUrl { get; init; }

    private static string Self => typeof(DoorWorld).Assembly.Location;

    public static async Task<DoorWorld> StartAsync(int functions)
    {
        var counts = new TempFolder();
        var worker = new CannedWorker(runsFirst: false);
        var answerer = ChildProcess.StartDotnet(Self, ["answer"], environment: Counted(counts, LoadProcess.Environment));
        var answererUrl = await answerer.WaitForLineAsync(line => line.StartsWith("http", StringComparison.Ordinal));
        var controller = await FakeController.StartAsync();
        var keys = new KeyRing();
        var key = keys.Add();
        var bounded = (keys.Add(change: made => made.MaxConcurrent = 1), keys.Add(change: made => made.MaxConcurrent = 64), keys.Add(change: made => made.MaxConcurrent = 1));
        var routes = Routes(functions, answererUrl, worker.Url);
        routes.Access = keys.Access;
        controller.Publish(routes);

        var (gateway, address) = await StartGatewayAsync(controller.HttpUrl, controller.RpcUrl, Counted(counts));
        var forwarder = ChildProcess.StartDotnet(Self, ["forwarder", "--target", answererUrl], environment: Counted(counts));
        var forwarderUrl = await forwarder.WaitForLineAsync(line => line.StartsWith("http", StringComparison.Ordinal));
        var relay = ChildProcess.StartDotnet(Self, ["relay", "--target", answererUrl], environment: Counted(counts, LoadProcess.Environment));
        var relayUrl = await relay.WaitForLineAsync(line => line.StartsWith("http", StringComparison.Ordinal));

        var world = new DoorWorld(controller, worker, answerer, gateway, forwarder, relay, counts)
        {
            DirectUrl = answererUrl + GeneratePath,
            Key = key,
            BoundedKeys = bounded,
            GatewayUrl = new Uri(address, FunctionPath).ToString(),
            ForwarderUrl = forwarderUrl + GeneratePath,
            RelayUrl = relayUrl + GeneratePath,
        };
        await world.WaitUntilServedAsync(world.GatewayUrl);
        return world;
    }

    /// <summary>One more gateway of the same controller, which serves when this returns; disposed with the world.</summary>
    public async Task<Uri> AddGatewayAsync()
    {
        var (gateway, address) = await StartAnotherAsync();
        _others.Add(gateway);
        return address;
    }

    /// <summary>One more gateway of the same controller, which serves when this returns; the caller disposes it.</summary>
    /// <param name="environment">Beside what this process has; none: nothing.</param>
    /// <param name="options">Beside what all have; none: nothing.</param>
    /// <param name="keepsOutput">False: its output goes nowhere, so that reading it takes nothing from anybody.</param>
    public async Task<(ChildProcess Gateway, Uri Address)> StartAnotherAsync(
        IReadOnlyDictionary<string, string?>? environment = null, IReadOnlyList<string>? options = null, bool keepsOutput = true)
    {
        var (gateway, address) = await StartGatewayAsync(Controller.HttpUrl, Controller.RpcUrl, Counted(_counts, environment), options, keepsOutput);
        await WaitUntilServedAsync(new Uri(address, FunctionPath).ToString());
        return (gateway, address);
    }

    /// <param name="functions">f0, f1 and so on.</param>
    /// <param name="workerUrl">Of the worker of all of them but one.</param>
    /// <param name="heldUrl">Of the worker of f1 alone.</param>
    public static RouteUpdate Routes(int functions, string workerUrl, string heldUrl)
    {
        var update = new RouteUpdate { Version = 2, IsSnapshot = true, WorkersChanged = true };
        for (var i = 0; i < functions; i++)
        {
            update.Upserts.Add(RouteTo(i));
        }

        foreach (var (id, url) in new[] { (Worker1, workerUrl), (Worker2, heldUrl) })
        {
            var endpoint = new WorkerEndpoint { WorkerId = id, Url = url, FreeDeviceBytes = 1 << 30 };
            endpoint.BackboneDigests.Add(BackboneDigest);
            update.Workers.Add(endpoint);
        }

        return update;
    }

    public Task<LoadResult> LoadAsync(string url, int clients, double seconds, double? rate = null, bool pooled = false) =>
        LoadAsync(new LoadOrder(url, clients, seconds) { Rate = rate, Pooled = pooled, Key = url.EndsWith(GeneratePath, StringComparison.Ordinal) ? "" : Key });

    /// <summary>Processor time of the gateway's process, of the forwarder's and of the relay's until now.</summary>
    public (TimeSpan Gateway, TimeSpan Forwarder, TimeSpan Relay) ProcessorTimes() =>
        (ProcessorTime.Of(_gateway.Id).All, ProcessorTime.Of(_forwarder.Id).All, ProcessorTime.Of(_relay.Id).All);

    /// <summary>Processor time of the door at that address until now.</summary>
    public ProcessorTime TimeOf(string url) => ProcessorTime.Of(ProcessOf(url));

    /// <summary>Of the door at that address: ours, the bare forwarder's, the one that passes bytes on, or none, which is the worker's.</summary>
    public int ProcessOf(string url) => url == GatewayUrl ? _gateway.Id : url == RelayUrl ? _relay.Id : url == DirectUrl ? _answerer.Id : _forwarder.Id;

    /// <summary>What the process of a door has done until now; asking begins its longest pause anew.</summary>
    public Task<DoorCounts> CountsOfAsync(int process) => DoorCounts.OfAsync(_counts, process);

    public static async Task<LoadResult> LoadAsync(LoadOrder order)
    {
        await using var load = ChildProcess.StartDotnet(Self, order.Arguments(), environment: LoadProcess.Environment);
        // Until its end, not until its line: a process that looks for it again and again takes a part of the processors that are measured.
        await load.Exited;
        var line = await load.WaitForLineAsync(line => line.StartsWith('{'));
        var result = JsonSerializer.Deserialize(line, BenchJson.Default.LoadResult)!;
        return result.Failures == 0 ? result : throw new InvalidOperationException($"{result.Failures} of {result.Calls} calls to {order.Url} failed.");
    }

    /// <summary>Opens that many streams through the gateway; answers what resident memory each added, in bytes.</summary>
    public Task<double> BytesPerStreamAsync(int count) => BytesPerStreamAsync(_gateway, HeldUrl, count);

    /// <summary>The same through another one.</summary>
    public async Task<double> BytesPerStreamAsync(ChildProcess gateway, string url, int count)
    {
        var before = ResidentBytes(gateway);
        Worker.Hold();
        await using var load = ChildProcess.StartDotnet(Self, ["hold", "--url", url, "--count", Text(count), "--key", Key]);
        await load.WaitForLineAsync(line => line.StartsWith("open", StringComparison.Ordinal));
        var during = ResidentBytes(gateway);
        Worker.LetGo();
        load.CloseInput();
        await load.Exited;
        return (during - before) / (double)count;
    }

    /// <summary>Ends the gateway that this began with: where others are measured, one that nobody calls would still report, look and compile beside them.</summary>
    public Task CloseGatewayAsync()
    {
        _gateway.Kill();
        return _gateway.Exited;
    }

    public async ValueTask DisposeAsync()
    {
        await _quiet.DisposeAsync();

        foreach (var other in _others)
        {
            await other.DisposeAsync();
        }

        await _gateway.DisposeAsync();
        await _forwarder.DisposeAsync();
        await _relay.DisposeAsync();
        await _answerer.DisposeAsync();
        Worker.Dispose();
        await Controller.DisposeAsync();
        _counts.Dispose();
    }

    public static Route RouteTo(int number)
    {
        var route = new Route
        {
            Key = new RouteKey { Function = "f" + Text(number), Namespace = "openfaas-fn" },
            CreatedAt = 1_700_000_000,
            DesiredReplicas = 1,
            Revision = new Revision
            {
                Number = 1, Backbone = "lory-5m", BackboneDigest = BackboneDigest, AdapterDigest = BackboneDigest, AdapterBytes = 89_000,
                MaxTokens = 64, TopP = 1, TimeoutMs = 600_000, ContextLength = 512,
            },
        };
        route.Placements.Add(new Placement { WorkerId = HeldPath.EndsWith("/" + route.Key.Function, StringComparison.Ordinal) ? Worker2 : Worker1, Tier = (int)StorageTier.Device });
        return route;
    }

    public static async Task<(ChildProcess Gateway, Uri Address)> StartGatewayAsync(
        string controllerHttp, string controllerRpc, IReadOnlyDictionary<string, string?>? environment = null, IReadOnlyList<string>? options = null, bool keepsOutput = true)
    {
        using var secrets = new TempFolder();
        await File.WriteAllTextAsync(secrets.File("password"), Password + "\n");
        await File.WriteAllTextAsync(secrets.File("token"), Token);
        string[] command =
        [
            RepositoryRoot.Built("gateway/LoraFaaS.Gateway", "LoraFaaS.Gateway.dll"),
            "--Gateway:PasswordFile", secrets.File("password"),
            "--Internal:TokenFile", secrets.File("token"),
            "--Gateway:ControllerHttpUrl", controllerHttp,
            "--Gateway:ControllerRpcUrl", controllerRpc,
            "--Gateway:MaxInFlight", "100000",
            "--Gateway:MaxPerFunction", "100000",
            "--Gateway:MaxPerWorker", "100000",
            "--Gateway:RequireApiKeys", "true",
            "--Host:ReadyFile", secrets.File("ready.json"),
            "--Host:ExitWithParent", "true",
            "--Logging:LogLevel:Default", "Error",
            .. options ?? [],
        ];
        var gateway = keepsOutput
            ? ChildProcess.StartDotnet(command[0], command[1..], environment: environment)
            : ChildProcess.Start("/bin/sh", ["-c", "exec \"$@\" > /dev/null", "sh", Environment.ProcessPath!, "exec", .. command], environment: environment);
        using var ready = await gateway.WaitForReadyFileAsync(secrets.File("ready.json"));
        return (gateway, new Uri(ready.RootElement.GetProperty("urls").GetProperty("http").GetString()!));
    }

    /// <summary>For a door's process: with it, it can be asked what its runtime does.</summary>
    private static Dictionary<string, string?> Counted(TempFolder counts, IReadOnlyDictionary<string, string?>? beside = null) =>
        new(beside ?? new Dictionary<string, string?>(), StringComparer.Ordinal) { ["DOTNET_STARTUP_HOOKS"] = Self, [StartupHook.Variable] = counts.Path };

    private async Task WaitUntilServedAsync(string url)
    {
        using var http = new HttpClient(new HttpClientHandler { ServerCertificateCustomValidationCallback = static (_, _, _, _) => true });
        http.DefaultRequestHeaders.Authorization = new System.Net.Http.Headers.AuthenticationHeaderValue("Bearer", Key);
        await Patience.UntilAsync(
            async stop =>
            {
                using var response = await http.PostAsync(url, new StringContent("hello"), stop);
                return response.IsSuccessStatusCode;
            },
            "the gateway serves");
    }

    private static long ResidentBytes(ChildProcess gateway)
    {
        var line = File.ReadLines($"/proc/{Text(gateway.Id)}/status").First(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
        return 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], System.Globalization.CultureInfo.InvariantCulture);
    }

    private static string Text(int number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
