using System.Globalization;
using LoraFaaS.TestKit.Processes;

namespace LoraFaaS.Bench.Machine;

/// <summary>Watches, from a process of its own, when the machine's processors stand still: beside a benchmark, whose figure such a stretch may be in.</summary>
internal sealed class HesitationProbe : IAsyncDisposable
{
    /// <summary>The watch's first line, where it ran before everything else.</summary>
    public const string First = "first";

    /// <summary>The same, where that was not allowed: other processes' turns are in what it saw.</summary>
    public const string AmongOthers = "among others";

    private readonly ChildProcess _watch = ChildProcess.StartDotnet(typeof(HesitationProbe).Assembly.Location, ["hesitations"]);

    /// <summary>Ends the watch.</summary>
    public async Task<MachineHesitations> StopAsync()
    {
        _watch.CloseInput();
        if (await _watch.Exited is not 0 and var code)
        {
            throw new InvalidOperationException($"The watch over the processors ended with {code}.\n{_watch.Tail()}");
        }

        var lines = _watch.Output;
        return new MachineHesitations(lines[0] == First, [.. lines.Skip(1).Select(Read)]);
    }

    public ValueTask DisposeAsync() => _watch.DisposeAsync();

    private static Hesitation Read(string line)
    {
        var fields = line.Split(' ');
        return new Hesitation(int.Parse(fields[0], CultureInfo.InvariantCulture), Instant(fields[1]), Instant(fields[2]));

        static long Instant(string field) => long.Parse(field, CultureInfo.InvariantCulture);
    }
}
