using System.Net.Sockets;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.Linux.Processes;
using LoraFaaS.Linux.Sockets;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Processes;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Processes;

/// <summary>The built program, as a worker starts it.</summary>
[Collection(DemoTests.Name)]
public sealed class SandboxProcessTests(DemoWorld demo)
{
    [Fact]
    public async Task The_program_serves_adapters_over_its_socket_and_drains()
    {
        await using var sandbox = await SandboxProgram.StartAsync();
        Assert.NotNull((await sandbox.Worker.OpenAsync(demo)).Ready);

        foreach (var adapter in DemoWorld.AdapterNames)
        {
            Assert.NotNull((await sandbox.Worker.LoadAsync(demo, adapter)).AdapterLoaded);
        }

        var goldens = DemoWorld.AdapterNames.Select(name => demo.Goldens.First(g => g.Adapter == name && g.Prompt == $"task-{name}")).ToList();
        var runs = new List<TestGeneration>();

        foreach (var golden in goldens)
        {
            runs.Add(await sandbox.Worker.GenerateAsync(Requests.Tokens(golden.Adapter, demo.Prompts[golden.Prompt])));
        }

        foreach (var (golden, run) in goldens.Zip(runs))
        {
            Assert.Equal(golden.Text, (await run.EndedAsync()).Text);
        }

        await sandbox.Worker.SendAsync(new Protocol.Sandbox.ToSandbox { Drain = new Protocol.Sandbox.Drain() });
        Assert.Equal((int)SandboxExit.Done, await Patience.ForAsync(sandbox.Process.Exited));
    }

    [Fact]
    public async Task Killed_in_the_middle_it_leaves_its_reader_a_closed_socket_and_nothing_behind()
    {
        await using var sandbox = await SandboxProgram.StartAsync();
        Assert.NotNull((await sandbox.Worker.OpenAsync(demo)).Ready);
        var generation = await sandbox.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-story"], r => (r.Sampling.IgnoreEos, r.Sampling.MaxTokens) = (true, 400)), credits: 3, returnsCredits: false);
        await generation.FirstTokenAsync();

        sandbox.Process.Kill();

        await Patience.ForAsync(sandbox.Worker.Closed);
        await Assert.ThrowsAsync<IOException>(generation.EndedAsync);
        await Patience.ForAsync(sandbox.Process.Exited);
        Assert.False(ProcessControl.Send(sandbox.Process.Id, Signal.Probe));

        // The backbone is the worker's: another sandbox maps it at once.
        await using var next = await SandboxProgram.StartAsync();
        Assert.NotNull((await next.Worker.OpenAsync(demo)).Ready);
        var after = await next.Worker.GenerateAsync(Requests.Tokens("", demo.Prompts["raw-sql"], r => r.Sampling.MaxTokens = 3));
        Assert.Equal(3, (await after.EndedAsync()).Ids.Length);
    }

    /// <summary>What each further sandbox costs beside its device pages and the backbone it shares.</summary>
    [Fact]
    public async Task Its_own_memory_stays_within_sixty_megabytes()
    {
        const long DeviceBytes = 16 << 20;
        await using var sandbox = await SandboxProgram.StartAsync();
        Assert.NotNull((await sandbox.Worker.OpenAsync(demo, open => open.DeviceBytes = DeviceBytes)).Ready);

        foreach (var adapter in DemoWorld.AdapterNames)
        {
            Assert.NotNull((await sandbox.Worker.LoadAsync(demo, adapter)).AdapterLoaded);
        }

        var runs = new List<TestGeneration>();

        foreach (var golden in demo.Goldens)
        {
            runs.Add(await sandbox.Worker.GenerateAsync(Requests.Tokens(golden.Adapter, demo.Prompts[golden.Prompt])));
        }

        foreach (var run in runs)
        {
            await run.EndedAsync();
        }

        var memory = ProcessMemory.Read(sandbox.Process.Id);
        TestContext.Current.SendDiagnosticMessage("{0}", memory);
        Assert.InRange(memory.PrivateDirty, 0, (60 << 20) + DeviceBytes);
    }

    [Fact]
    public async Task It_ends_when_its_worker_closes_the_socket()
    {
        await using var blank = await SandboxProgram.StartAsync();
        await blank.Worker.DisposeAsync();

        Assert.Equal((int)SandboxExit.Done, await Patience.ForAsync(blank.Process.Exited));
    }

    [Fact]
    public async Task Wrong_arguments_and_an_absent_worker_have_exit_codes()
    {
        await using var usage = ChildProcess.StartDotnet(SandboxProgram.Path, []);
        Assert.Equal((int)SandboxExit.Usage, await Patience.ForAsync(usage.Exited));

        await using var alone = ChildProcess.StartDotnet(SandboxProgram.Path, ["--descriptor", "999"]);
        Assert.Equal((int)SandboxExit.NoWorker, await Patience.ForAsync(alone.Exited));
        Assert.Contains(alone.Errors, line => line.Contains("No worker on the descriptor", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Broken_frames_end_the_program_with_a_named_error()
    {
        await using var sandbox = await SandboxProgram.StartAsync();
        await sandbox.Worker.SendRawAsync(new byte[] { 0xFF, 0xFF, 0xFF, 0xFF });

        Assert.Equal((int)SandboxExit.ProtocolError, await Patience.ForAsync(sandbox.Process.Exited));
        Assert.Contains(sandbox.Process.Errors, line => line.Contains("\"code\":\"invalid_request\"", StringComparison.Ordinal));
    }

    private sealed class SandboxProgram : IAsyncDisposable
    {
        private readonly TempFolder _folder;

        private SandboxProgram(TempFolder folder, ChildProcess process, WorkerSide worker)
        {
            (_folder, Process, Worker) = (folder, process, worker);
        }

        public static string Path => RepositoryRoot.Built("gpu-worker/LoraFaaS.Sandbox", "LoraFaaS.Sandbox.dll");

        private static string LauncherPath => RepositoryRoot.Built("gpu-worker/LoraFaaS.Launcher", "LoraFaaS.Launcher.dll");

        private static string[] Command => [RepositoryRoot.Built("gpu-worker/LoraFaaS.Sandbox", "LoraFaaS.Sandbox")];

        public ChildProcess Process { get; }

        public WorkerSide Worker { get; }

        public static async Task<SandboxProgram> StartAsync()
        {
            var folder = new TempFolder();
            var path = folder.File("s");
            using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            listener.Bind(new UnixDomainSocketEndPoint(path));
            listener.Listen(1);
            var process = ChildProcess.StartDotnet(
                LauncherPath, ["run", .. ConfinementText.Write(new Confinement { Kind = ConfinedKind.Sandbox, Socket = path }), "--", .. Command, "--descriptor", "3"],
                environment: new Dictionary<string, string?> { ["DOTNET_EnableDiagnostics"] = "0" });
            var accepted = await Patience.ForAsync(listener.AcceptAsync());
            await Patience.ForAsync(ListenerGreeting.ReceiveAsync(accepted, TestContext.Current.CancellationToken));
            return new SandboxProgram(folder, process, new WorkerSide(new DescriptorStream(accepted, maxPending: 0)));
        }

        public async ValueTask DisposeAsync()
        {
            await Worker.DisposeAsync();
            await Process.DisposeAsync();
            _folder.Dispose();
        }
    }
}
