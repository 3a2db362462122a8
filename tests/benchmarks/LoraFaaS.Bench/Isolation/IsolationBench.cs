using System.Diagnostics;
using System.Text.Json;
using LoraFaaS.Attacks;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Protocol.Frames;
using LoraFaaS.Worker.Isolation;
using LoraFaaS.Worker.Sandboxes;

namespace LoraFaaS.Bench.Isolation;

/// <summary>
/// A stream of one trust domain alone, beside an honest neighbour that streams too, and beside each attack of a sandbox that was taken over and of a function's
/// own code in its handler; turn by turn, medians. An attack is repeated without end, with a process of its own that was held back as often as it earned. What is judged is
/// that nobody gains by attacking: beside an attack the stream is no slower, within noise, than beside the honest neighbour that uses its share. Then what confinement adds to a sandbox's start.
/// </summary>
internal sealed class IsolationBench(ReportWriter report, int rounds)
{
    private const int Tokens = 300;
    private const int Starts = 10;
    private static readonly TimeSpan Stretch = TimeSpan.FromSeconds(1.5);
    private const string Alone = "alone";
    private const string Victim = "victim";
    private const string Neighbour = "neighbour";
    private const string Evil = "evil";

    /// <summary>Medians of turns that follow each other differ by so much where nothing differs.</summary>
    private const double Noise = 1.15;

    private static readonly string[] Attacks = ["RemapBackbone", "ReadProcessFiles", "OpenConnections", "ForkBomb", "FloodOutput", "FloodOpenings", "StarveProcessors", "ExhaustMemory"];

    /// <summary>Those of them that take something from others and that code in a handler can try.</summary>
    private static readonly string[] CodeAttacks = ["ReadProcessFiles", "ForkBomb", "FloodOutput", "FloodOpenings", "FloodSocket", "StarveProcessors", "ExhaustMemory"];

    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await using var worker = await WorkerRun.StartAsync(cancellationToken);
        await MeanGapAsync(worker, cancellationToken);
        await (await worker.AskAsync("hello", Neighbour, 1, cancellationToken)).CopyToAsync(Stream.Null, cancellationToken);
        await AttackAsync(worker, "RaisePriority", cancellationToken);
        var gaps = new Dictionary<string, List<double>>(StringComparer.Ordinal);
        (string Name, Func<CancellationToken, Task> Run)[] attacks =
        [
            .. Attacks.Select(attack => (attack, (Func<CancellationToken, Task>)(token => AttackAsync(worker, attack, token)))),
            .. CodeAttacks.Select(attack => (InCode(attack), (Func<CancellationToken, Task>)(token => AttackInCodeAsync(worker, attack, token)))),
        ];

        for (var round = 0; round < rounds; round++)
        {
            ReportWriter.Say($"round {round + 1} of {rounds}");
            Keep(gaps, Alone, await MeanGapAsync(worker, cancellationToken));
            var before = await HonestAsync();

            foreach (var (name, attack) in attacks)
            {
                Keep(gaps, name, await BesideAsync(worker, attack, cancellationToken));

                // What lies between two is compared with both: the machine is another one from one minute to the next.
                var after = await HonestAsync();
                Keep(gaps, Around(name), (before + after) / 2);
                before = after;
            }
        }

        var alone = Interleaved.Median(gaps[Alone]);
        var shared = Interleaved.Median(gaps[Neighbour]);
        report.Add(BenchRow.Limit($"a stream alone: between tokens, mean over {Stretch.TotalSeconds} s", alone, "ms"));
        report.Add(BenchRow.Cost("beside an honest stream of another trust domain", shared, "ms", alone, "alone"));

        foreach (var (name, _) in attacks)
        {
            var gap = Interleaved.Median(gaps[name]);
            var honest = Interleaved.Median(gaps[Around(name)]);
            report.Add(BenchRow.Cost($"beside {name}, again and again ({gap / alone:0.00}× alone)", gap, "ms", honest, "the honest stream before and after", Noise));
        }

        await StartAsync(worker, cancellationToken);

        async Task<double> HonestAsync()
        {
            var gap = await BesideAsync(worker, token => StreamAsync(worker, Neighbour, token), cancellationToken);
            Keep(gaps, Neighbour, gap);
            return gap;
        }
    }

    /// <summary>What is measured runs beside the other, which is repeated until it has ended.</summary>
    private static async Task<double> BesideAsync(WorkerRun worker, Func<CancellationToken, Task> other, CancellationToken cancellationToken)
    {
        using var enough = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var beside = RepeatAsync(other, enough.Token);
        var gap = await MeanGapAsync(worker, cancellationToken);
        await enough.CancelAsync();
        await beside;
        return gap;
    }

    private static async Task RepeatAsync(Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                await action(cancellationToken);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The measured stream has ended.
        }
        catch (IOException) when (cancellationToken.IsCancellationRequested)
        {
            // The same, in the words of the connection.
        }
    }

    private static async Task StreamAsync(WorkerRun worker, string trustDomain, CancellationToken cancellationToken)
    {
        await using var stream = await worker.AskAsync("tell a long story", trustDomain, Tokens, cancellationToken);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static string Around(string attack) => $"around {attack}";

    private static string InCode(string attack) => $"{attack} in a function's code";

    private static async Task AttackAsync(WorkerRun worker, string attack, CancellationToken cancellationToken)
    {
        await using var stream = await worker.AskAsync(Order(worker, attack), Evil, 16, cancellationToken);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static async Task AttackInCodeAsync(WorkerRun worker, string attack, CancellationToken cancellationToken)
    {
        await using var stream = await worker.AskCodeAsync(Order(worker, attack), Evil, cancellationToken);
        await stream.CopyToAsync(Stream.Null, cancellationToken);
    }

    private static string Order(WorkerRun worker, string attack)
    {
        var neighbour = worker.Get<SandboxSupervisor>().Resident.First(sandbox => sandbox.Key.TrustDomain.Value == Victim).ProcessId;
        return JsonSerializer.Serialize(new
        {
            Attack = attack,
            Target = new AttackTarget
            {
                WorkerPid = Environment.ProcessId, NeighbourPid = neighbour, Secrets = ["/etc/shadow"], Folders = ["/tmp"], TcpPort = 1, UnixSocket = "/tmp/none", AbstractSocket = "none",
            },
        });
    }

    /// <summary>Mean milliseconds between the events of streams, one after another, for the time of a stretch.</summary>
    private static async Task<double> MeanGapAsync(WorkerRun worker, CancellationToken cancellationToken)
    {
        var begun = Stopwatch.GetTimestamp();
        List<double> gaps = [];

        while (Stopwatch.GetElapsedTime(begun) < Stretch)
        {
            await AddGapsAsync(worker, gaps, cancellationToken);
        }

        return gaps.Count > 0 ? gaps.Average() : throw new InvalidOperationException("The measured stream gave no tokens.");
    }

    private static async Task AddGapsAsync(WorkerRun worker, List<double> gaps, CancellationToken cancellationToken)
    {
        await using var stream = await worker.AskAsync("tell a long story", Victim, Tokens, cancellationToken);
        await using var reader = new FrameReader<GenerateEvent>(stream, GenerateEvent.Parser);
        long? last = null;

        await foreach (var happened in reader.ReadAllAsync(cancellationToken))
        {
            if (happened.Tokens is not null)
            {
                var now = Stopwatch.GetTimestamp();

                if (last is { } before)
                {
                    gaps.Add(Stopwatch.GetElapsedTime(before, now).TotalMilliseconds);
                }

                last = now;
            }
        }
    }

    private async Task StartAsync(WorkerRun worker, CancellationToken cancellationToken)
    {
        var launcher = worker.Get<ConfinedLauncher>();
        var program = worker.Get<SandboxProgram>().Confined();
        List<double> confined = [];

        for (var i = 0; i < Starts; i++)
        {
            var begun = Stopwatch.GetTimestamp();
            await using var process = await launcher.StartAsync($"bench-{i}", program, cancellationToken);
            confined.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
        }

        report.Add(BenchRow.Limit($"launcher: from its start to everything in force, p50 of {Starts}; hidden by the blank pool", Interleaved.Median(confined), "ms"));
        var taken = Stopwatch.GetTimestamp();
        await using var blank = await worker.Get<SandboxSpawner>().TakeAsync(cancellationToken);
        report.Add(BenchRow.Limit("taking a blank", Stopwatch.GetElapsedTime(taken).TotalMilliseconds, "ms"));
    }

    private static void Keep(Dictionary<string, List<double>> gaps, string name, double gap)
    {
        if (!gaps.TryGetValue(name, out var list))
        {
            gaps[name] = list = [];
        }

        list.Add(gap);
    }
}
