using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using LoraFaaS.Attacks;
using LoraFaaS.Attacks.Resources;
using LoraFaaS.Linux.Confinement;
using LoraFaaS.TestKit.Time;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Tests.Handlers;
using LoraFaaS.Worker.Tests.Hosting;
using Microsoft.Extensions.Logging;

namespace LoraFaaS.Worker.Tests.Isolation;

/// <summary>A hostile author's function (tests/functions/LoraFaaS.HostileFunction) in its handler, beside another function that must notice nothing.</summary>
public sealed class HostileFunctionTests
{
    private const string Evil = "evil";

    [Fact]
    public async Task Hostile_code_gets_nowhere_and_its_function_is_named_in_the_log()
    {
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", ["--Logging:LogLevel:LoraFaaS.Worker", "Warning"]);
        using var log = new KeptLog();
        world.Worker.Get<ILoggerFactory>().AddProvider(log);
        using var tcp = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        tcp.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        tcp.Listen(8);

        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        await world.Demo.Worker.GenerateAsync(world.Demo.Request("sentiment", prompt), Token);
        await world.CallAsync("/nothing", Order("RaisePriority", world, tcp, Environment.ProcessId), "neighbour");
        var neighbour = world.HandlerOf("neighbour").ProcessId;
        var machine = world.Worker.Get<IsolationStation>().Machine;
        Assert.NotEmpty(HostileWorld.KeptFiles(world.Demo.Folder));
        List<string> succeeded = [], unlogged = [];

        foreach (var attack in AttackList.All.Where(attack => !attack.IsDeadly && attack.StoppedBy.Count > 0 && CanJudge(attack, machine)))
        {
            var before = log.Lines.Count;
            var beside = world.Demo.Worker.GenerateAsync(world.Demo.Request("sentiment", prompt), Token);
            var answer = await world.CallAsync("/attack", Order(attack.Name, world, tcp, neighbour), Evil);
            Assert.Equal(expected, (await beside).Text);

            // One that is ended for asking too often got nowhere too.
            var result = answer.Failure is { } ended ? new AttackResult(attack.Name, [], [ended.Message]) : JsonSerializer.Deserialize<AttackResult>(answer.Text)!;
            succeeded.AddRange(result.Succeeded.Select(what => $"{attack.Name}: {what}"));
            var lines = log.Lines.Skip(before).Count(line => line.Contains($"of {Evil}.openfaas-fn", StringComparison.Ordinal));
            TestContext.Current.TestOutputHelper?.WriteLine($"{attack.Name}: {result.Refused.Count} refused, {lines} log lines");

            if (lines == 0)
            {
                unlogged.Add(attack.Name);
            }
        }

        Assert.Empty(succeeded);
        Assert.True(unlogged.Count == 0 || !machine.Has(IsolationMeasure.Watch), string.Join(", ", unlogged));
        Assert.Equal(neighbour, world.HandlerOf("neighbour").ProcessId);
        await Patience.UntilAsync(() => !machine.Has(IsolationMeasure.Watch) || world.Demo.Controller.Logs.Any(line => line.Function == Evil && line.Text.Contains("refused", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Code_that_takes_all_memory_ends_itself_and_nobody_else()
    {
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", ["--Logging:LogLevel:LoraFaaS.Worker", "Warning"]);
        using var log = new KeptLog();
        world.Worker.Get<ILoggerFactory>().AddProvider(log);
        var machine = world.Worker.Get<IsolationStation>().Machine;
        Assert.SkipUnless(CanJudge(new ExhaustMemory(), machine), string.Join("; ", machine.NotEnforced));
        using var tcp = Listen();
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        await world.CallAsync("/nothing", Order("RaisePriority", world, tcp, Environment.ProcessId), "neighbour");
        var neighbour = world.HandlerOf("neighbour").ProcessId;

        var beside = world.Demo.Worker.GenerateAsync(world.Demo.Request("sentiment", prompt), Token);
        var greedy = await world.CallAsync("/attack", Order("ExhaustMemory", world, tcp, neighbour), Evil);

        Assert.Equal("handler_lost", greedy.Failure?.Code);
        Assert.Equal(expected, (await beside).Text);
        Assert.Equal(neighbour, world.HandlerOf("neighbour").ProcessId);
        await Patience.UntilAsync(() => log.Lines.Any(line => IsOfEvil(line, "ended at its memory limit")));
    }

    [Fact]
    public async Task Code_that_starts_threads_without_end_meets_its_limit_and_costs_nobody_else()
    {
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", ["--Logging:LogLevel:LoraFaaS.Worker", "Warning"]);
        using var log = new KeptLog();
        world.Worker.Get<ILoggerFactory>().AddProvider(log);
        var machine = world.Worker.Get<IsolationStation>().Machine;
        Assert.SkipUnless(CanJudge(new ThreadBomb(), machine), string.Join("; ", machine.NotEnforced));
        using var tcp = Listen();
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        await world.CallAsync("/nothing", Order("RaisePriority", world, tcp, Environment.ProcessId), "neighbour");
        var neighbour = world.HandlerOf("neighbour").ProcessId;

        var beside = world.Demo.Worker.GenerateAsync(world.Demo.Request("sentiment", prompt), Token);
        var many = await world.CallAsync("/attack", Order("ThreadBomb", world, tcp, neighbour), Evil);

        // The runtime may not outlive a thread that it could not start.
        Assert.True(many.Failure is { Code: "handler_lost" } || JsonSerializer.Deserialize<AttackResult>(many.Text)!.Succeeded.Count == 0, many.Text);
        Assert.Equal(expected, (await beside).Text);
        Assert.Equal(neighbour, world.HandlerOf("neighbour").ProcessId);
        await Patience.UntilAsync(() => log.Lines.Any(line => IsOfEvil(line, "was refused more than") || IsOfEvil(line, "ended by signal")), "a line of its threads");
    }

    [Fact]
    public async Task Code_that_spins_on_every_thread_comes_last_and_others_are_answered_the_same()
    {
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", ["--Logging:LogLevel:LoraFaaS.Worker", "Warning", "--Worker:ProcessorShare", "0.01"]);
        using var log = new KeptLog();
        world.Worker.Get<ILoggerFactory>().AddProvider(log);
        using var tcp = Listen();
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];

        // A machine that is busy with other things may give it little to spin with.
        await Patience.UntilAsync(async _ =>
        {
            var beside = world.Demo.Worker.GenerateAsync(world.Demo.Request("sentiment", prompt), Token);
            var spun = await world.CallAsync("/attack", Order("StarveProcessors", world, tcp, Environment.ProcessId), Evil);
            Assert.Empty(JsonSerializer.Deserialize<AttackResult>(spun.Text)!.Succeeded);
            Assert.Equal(expected, (await beside).Text);
            return log.Lines.Any(line => IsOfEvil(line, "it comes last for"));
        });
    }

    [Fact]
    public async Task Code_that_speaks_for_the_handler_program_is_cut_off_and_costs_nobody_else()
    {
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", []);

        var forged = await world.CallAsync("/forge", "", Evil);

        Assert.True(forged.Failure is null or { Code: "handler_lost" }, forged.Failure?.Message);
        await world.LoggedAsync(Evil, "the connection to the code was cut");
        await Patience.UntilAsync(() => world.Demo.Controller.Usage.Any(usage => usage.Function == Evil));
        Assert.All(world.Demo.Controller.Usage, usage => Assert.Equal(0, usage.CompletionTokens));
    }

    [Fact]
    public async Task Code_that_opens_files_without_end_waits_for_everybody_else_and_others_are_answered_the_same()
    {
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", ["--Logging:LogLevel:LoraFaaS.Worker", "Warning"]);
        using var log = new KeptLog();
        world.Worker.Get<ILoggerFactory>().AddProvider(log);
        var machine = world.Worker.Get<IsolationStation>().Machine;
        Assert.SkipUnless(machine.Has(IsolationMeasure.Watch), string.Join("; ", machine.NotEnforced));
        using var tcp = Listen();
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];

        // On a machine that is busy with other things it may take longer than the period for as many.
        await Patience.UntilAsync(async _ =>
        {
            var beside = world.Demo.Worker.GenerateAsync(world.Demo.Request("sentiment", prompt), Token);
            Assert.Null((await world.CallAsync("/attack", Order("FloodOpenings", world, tcp, Environment.ProcessId), Evil)).Failure);
            Assert.Equal(expected, (await beside).Text);
            return log.Lines.Any(line => IsOfEvil(line, "it waits for everybody else"));
        }, Patience.StartLimit);
    }

    /// <summary>What a handler's own code writes on the socket is judged like anybody's: the connection ends, the process with it, and the worker goes on.</summary>
    [Theory]
    [InlineData("/no-time")]
    [InlineData("/no-head")]
    [InlineData("/garbage")]
    [InlineData("/too-long")]
    [InlineData("/descriptor")]
    [InlineData("/descriptors")]
    public async Task Code_that_writes_what_is_no_frame_is_cut_off_by_name_and_the_next_call_has_another_process(string path)
    {
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", ["--Logging:LogLevel:LoraFaaS.Worker", "Warning"]);
        using var log = new KeptLog();
        world.Worker.Get<ILoggerFactory>().AddProvider(log);
        using var tcp = Listen();
        await world.CallAsync("/nothing", Order("RaisePriority", world, tcp, Environment.ProcessId), Evil);
        var first = world.HandlerOf(Evil).ProcessId;

        var cut = await world.CallAsync(path, "", Evil);

        Assert.True(cut.Failure is null or { Code: "handler_lost" }, cut.Failure?.Message);
        await world.LoggedAsync(Evil, "the connection to the code was cut");
        await Patience.UntilAsync(() => log.Lines.Any(said => IsOfEvil(said, "it is cut off")));

        // Its end is awaited like every other's, and it is nowhere any more.
        await Patience.UntilAsync(() => world.Handlers.Resident.All(handler => handler.ProcessId != first) && !Directory.Exists($"/proc/{first}"));
        var again = await world.CallAsync("/nothing", Order("RaisePriority", world, tcp, Environment.ProcessId), Evil);
        Assert.Null(again.Failure);
        Assert.NotEqual(first, world.HandlerOf(Evil).ProcessId);
    }

    [Fact]
    public async Task Code_that_breaks_off_its_answer_by_what_no_answer_is_pays_for_its_tokens()
    {
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", []);
        var (prompt, _) = Demo.Evaluation("sentiment", 1)[0];

        var broken = await world.CallAsync("/tokens-for-nothing", prompt, Evil);

        Assert.Equal("handler_lost", broken.Failure?.Code);
        await Patience.UntilAsync(() => world.Demo.Controller.Usage.Any(usage => usage.Function == Evil));
        Assert.All(world.Demo.Controller.Usage, usage => Assert.True(usage is { PromptTokens: > 0, CompletionTokens: > 0 }, usage.ToString()));
    }

    [Fact]
    public async Task Code_that_asks_and_never_reads_the_answers_is_ended_and_costs_nobody_else()
    {
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", ["--Worker:Handlers:Grace", "00:00:01"]);
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        var deaf = world.CallAsync(world.Request("/deaf", "200", Evil), timeLeft: TimeSpan.FromSeconds(10));

        Assert.Equal(expected, (await world.Demo.Worker.GenerateAsync(world.Demo.Request("sentiment", prompt), Token)).Text);
        Assert.Equal("deadline_exceeded", (await Patience.ForAsync(deaf)).Failure?.Code);
        await world.LoggedAsync(Evil, "the code is ended");
        Assert.Null((await world.CallAsync("/lines", "0", Evil)).Failure);
    }

    [Theory]
    [InlineData("/lines")]
    [InlineData("/credits")]
    public async Task Code_that_writes_frames_without_end_is_read_slowly_and_others_are_answered_the_same(string path)
    {
        const int Frames = 40_000;
        await using var world = await CodeWorld.StartAsync("LoraFaaS.HostileFunction", ["--Logging:LogLevel:LoraFaaS.Worker", "Warning"]);
        using var log = new KeptLog();
        world.Worker.Get<ILoggerFactory>().AddProvider(log);
        var (prompt, expected) = Demo.Evaluation("sentiment", 1)[0];
        await world.CallAsync("/lines", "0", Evil);

        var flooding = world.CallAsync(path, Frames.ToString(System.Globalization.CultureInfo.InvariantCulture), Evil);
        Assert.Equal(expected, (await world.Demo.Worker.GenerateAsync(world.Demo.Request("sentiment", prompt), Token)).Text);

        Assert.Null((await flooding).Failure);
        await Patience.UntilAsync(() => log.Lines.Any(said => IsOfEvil(said, "it is read slowly")));
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static bool IsOfEvil(string line, string part) => line.Contains($"of {Evil}.openfaas-fn", StringComparison.Ordinal) && line.Contains(part, StringComparison.Ordinal);

    private static Socket Listen()
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        socket.Listen(8);
        return socket;
    }

    private static bool CanJudge(Attack attack, MachineIsolation machine) =>
        attack.StoppedBy.Any(word => machine.Has(Enum.Parse<IsolationMeasure>(word, ignoreCase: true)));

    private static string Order(string attack, CodeWorld world, Socket tcp, int neighbour) => JsonSerializer.Serialize(new
    {
        Attack = attack,
        Target = new AttackTarget
        {
            WorkerPid = Environment.ProcessId,
            NeighbourPid = neighbour,
            Secrets = [world.Demo.Folder.File("token"), world.Demo.Folder.File("worker", "usage.spool"), .. HostileWorld.KeptFiles(world.Demo.Folder)],
            Folders = [world.Demo.Folder.Path, world.Demo.Folder.File("worker")],
            TcpPort = ((IPEndPoint)tcp.LocalEndPoint!).Port,
            UnixSocket = world.Demo.Folder.File("listening"),
            AbstractSocket = "nobody",
        },
    });
}
