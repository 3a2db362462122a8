using System.Globalization;
using LoraFaaS.TestKit.Processes;

namespace LoraFaaS.Bench.Machine;

/// <summary>Watches, from a process of its own, when the machine's processors stand still and how fast they read memory: beside a benchmark, whose figure that is in.</summary>
internal sealed class MachineProbe : IAsyncDisposable
{
    /// <summary>The watch's first line, where it ran before everything else.</summary>
    public const string First = "first";

    /// <summary>The same, where that was not allowed: other processes' turns are in what it saw.</summary>
    public const string AmongOthers = "among others";

    private readonly ChildProcess _watch = ChildProcess.StartDotnet(typeof(MachineProbe).Assembly.Location, ["machine-watch"]);

    /// <summary>Ends the watch.</summary>
    public async Task<MachineRecord> StopAsync()
    {
        _watch.CloseInput();
        if (await _watch.Exited is not 0 and var code)
        {
            throw new InvalidOperationException($"The watch over the processors ended with {code}.\n{_watch.Tail()}");
        }

        var lines = _watch.Output;
        var fields = lines.Skip(1).Select(line => line.Split(' ')).ToLookup(line => line[0]);
        return new MachineRecord(
            lines[0] == First,
            [.. fields[MachineWatch.Late].Select(line => new Hesitation(Processor(line), Instant(line[2]), Instant(line[3])))],
            [.. fields[MachineWatch.Glance].Select(line => new MemoryGlance(Processor(line), Instant(line[2]), double.Parse(line[3], CultureInfo.InvariantCulture)))]);

        static int Processor(string[] line) => int.Parse(line[1], CultureInfo.InvariantCulture);

        static long Instant(string field) => long.Parse(field, CultureInfo.InvariantCulture);
    }

    public ValueTask DisposeAsync() => _watch.DisposeAsync();
}
