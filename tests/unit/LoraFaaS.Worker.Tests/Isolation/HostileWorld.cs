using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LoraFaaS.Attacks;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Protocol.Data;
using LoraFaaS.TestKit.Files;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Tests.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Tests.Isolation;

/// <summary>
/// A worker whose sandboxes are honest for every trust domain but "evil", a victim with a stream to lose, and what an attacker may be after:
/// listening sockets, files with secrets.
/// </summary>
internal sealed class HostileWorld : IAsyncDisposable
{
    public const string Evil = "evil";
    public const string Victim = "victim";
    private const int VictimTokens = 60;

    private readonly Socket _tcp = new(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
    private readonly Socket _path = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly Socket _abstract = new(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
    private readonly string _abstractName = $"lorafaas-{Guid.NewGuid():N}";

    private HostileWorld(DemoWorld world)
    {
        World = world;
        _tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        _tcp.Listen(8);
        _path.Bind(new UnixDomainSocketEndPoint(world.Folder.File("listening")));
        _path.Listen(8);
        File.SetUnixFileMode(world.Folder.File("listening"), (UnixFileMode)511);
        _abstract.Bind(new UnixDomainSocketEndPoint("\0" + _abstractName));
        _abstract.Listen(8);
    }

    public DemoWorld World { get; }

    public KeptLog Log { get; } = new();

    public MachineIsolation Machine => World.Worker.Get<IsolationStation>().Machine;

    public static async Task<HostileWorld> StartAsync(params string[] options)
    {
        var program = RepositoryRoot.Built("tests/attacks/LoraFaaS.HostileSandbox", "LoraFaaS.HostileSandbox");
        var world = new HostileWorld(await DemoWorld.StartAsync(
            ["--Worker:SandboxPath", program, "--Worker:SandboxOverhead", "256Mi", "--Logging:LogLevel:LoraFaaS.Worker", "Warning", .. options]));
        world.World.Worker.Get<ILoggerFactory>().AddProvider(world.Log);
        return world;
    }

    /// <summary>What the victim is answered: greedy, so the same every time.</summary>
    public async Task<IReadOnlyList<int>> AskVictimAsync()
    {
        var request = World.Request(null, "tell a long story", Victim, VictimTokens);
        request.Sampling.IgnoreEos = true;
        var answer = await World.Worker.GenerateAsync(request, Token);
        Assert.NotNull(answer.Finished);
        return [.. answer.Events.Where(happened => happened.Tokens is not null).SelectMany(happened => happened.Tokens.Ids)];
    }

    /// <summary>One order for the hostile sandbox, as an invocation of its trust domain.</summary>
    public Task<Generation> OrderAsync(string attack, string trustDomain = Evil) => World.Worker.GenerateAsync(Request(attack, trustDomain), Token);

    public GenerateRequest Request(string attack, string trustDomain = Evil)
    {
        var order = JsonSerializer.Serialize(new { Attack = attack, Target = Target() });
        return World.Request(null, order, trustDomain, maxTokens: 16);
    }

    public async Task<AttackResult> AttackAsync(Attack attack)
    {
        var answer = await OrderAsync(attack.Name);

        return answer.Finished is null
            ? new AttackResult(attack.Name, attack.IsDeadly ? [] : [$"its process ended: {answer.Failed?.Message ?? answer.Problem?.Message}"], ["its process ended"])
            : JsonSerializer.Deserialize<AttackResult>(answer.Text)!;
    }

    /// <summary>Whether this machine has what stops it; if not, the test says so and judges the others.</summary>
    public bool CanJudge(Attack attack) =>
        attack.StoppedBy.Count == 0 || attack.StoppedBy.Any(word => Machine.Has(Enum.Parse<IsolationMeasure>(word, ignoreCase: true)));

    /// <summary>What the worker keeps on disk for everybody: adapters, packages, what prompts begin with.</summary>
    public static IEnumerable<string> KeptFiles(TempFolder folder) =>
        new[] { "artifacts", "prefixes" }.Select(kept => folder.File("worker", kept)).Where(Directory.Exists).SelectMany(kept => Directory.EnumerateFiles(kept));

    public async ValueTask DisposeAsync()
    {
        await World.DisposeAsync();
        _tcp.Dispose();
        _path.Dispose();
        _abstract.Dispose();
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private AttackTarget Target() => new()
    {
        WorkerPid = Environment.ProcessId,
        NeighbourPid = World.Worker.SandboxOf(Victim).ProcessId,
        Secrets = [World.Folder.File("token"), World.Folder.File(Path.Combine("worker", "usage.spool")), .. KeptFiles(World.Folder)],
        Folders = [World.Folder.Path, World.Folder.File("worker")],
        TcpPort = ((IPEndPoint)_tcp.LocalEndPoint!).Port,
        UnixSocket = World.Folder.File("listening"),
        AbstractSocket = _abstractName,
    };
}
