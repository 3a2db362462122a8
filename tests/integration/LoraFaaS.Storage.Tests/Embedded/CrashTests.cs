using LoraFaaS.Storage.Embedded;
using LoraFaaS.Storage.Embedded.Journal;
using LoraFaaS.Storage.Tests.Fixtures;
using LoraFaaS.TestKit.Processes;

namespace LoraFaaS.Storage.Tests.Embedded;

/// <summary>Kills a process that writes, with SIGKILL, and looks whether everything it was told is kept is kept.</summary>
public sealed class CrashTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Killed_writer_has_lost_nothing_that_was_acknowledged()
    {
        using var folder = new TempFolder();
        var random = new Random(4);
        var (functions, deleting) = (new HashSet<string>(), new HashSet<string>());
        var usage = new Dictionary<string, int>();

        for (var round = 0; round < 6; round++)
        {
            await foreach (var line in KilledWriterLinesAsync(folder.Path, round, lines: random.Next(50, 1_500)))
            {
                switch (line.Split(' '))
                {
                    case ["function", var name]:
                        functions.Add(name);
                        break;
                    case ["deleting", var name]:
                        deleting.Add(name);
                        break;
                    case ["usage", var worker, var sequence]:
                        usage[worker] = int.Parse(sequence) + 1;
                        break;
                }
            }

            await CheckAsync(folder.Path, functions, deleting, usage);
        }
    }

    private static async IAsyncEnumerable<string> KilledWriterLinesAsync(string folder, int round, int lines)
    {
        await using var writer = ChildProcess.StartDotnet(typeof(CrashTests).Assembly.Location, ["write", folder, $"{round}"]);
        await Patience.UntilAsync(() => writer.Output.Count >= lines || writer.Exited.IsCompleted);
        writer.Kill();
        await Patience.ForAsync(writer.Exited);
        Assert.True(writer.Output.Count >= lines, writer.Tail());

        foreach (var line in writer.Output)
        {
            yield return line;
        }
    }

    private static async Task CheckAsync(string folder, HashSet<string> functions, HashSet<string> deleting, Dictionary<string, int> usage)
    {
        await using var storage = EmbeddedStorage.Open(folder, new JournalSettings(), TimeProvider.System, NullLoggerFactory.Instance);
        var found = (await storage.Catalogue.ListFunctionsAsync(null, None)).Select(function => function.Id.Name.Value).ToHashSet();
        var counted = (await storage.Usage.SumAsync(DateTimeOffset.MinValue, Sample.Moment.AddYears(1), None))
            .ToDictionary(sum => sum.Function.Name.Value, sum => sum.Invocations);

        Assert.Empty(functions.Except(deleting).Except(found));

        foreach (var (worker, count) in usage)
        {
            // One more may have become durable whose line was never printed.
            Assert.InRange(counted[worker], count, count + 1);
        }
    }
}
