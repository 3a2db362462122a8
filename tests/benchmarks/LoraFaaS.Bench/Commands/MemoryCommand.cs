using System.CommandLine;
using LoraFaaS.Bench.Memory;
using LoraFaaS.Bench.Reports;
using LoraFaaS.Bench.Synthesis;
using LoraFaaS.Contracts.Units;

namespace LoraFaaS.Bench.Commands;

/// <summary><c>memory</c>: a day of calls in virtual time; how much of what is leased is live, beside the two older ways.</summary>
internal static class MemoryCommand
{
    private static readonly Option<string> Shape = new("--shape") { Description = "tiny, 125m or 1.1b", DefaultValueFactory = _ => "1.1b" };
    private static readonly Option<string> Budget = new("--device-memory") { Description = "What there is of it", DefaultValueFactory = _ => "2Gi" };
    private static readonly Option<int> Functions = new("--functions") { Description = "How many of the day's 647", DefaultValueFactory = _ => 100 };
    private static readonly Option<int> Domains = new("--namespaces") { Description = "Sandboxes that share the device", DefaultValueFactory = _ => 8 };
    private static readonly Option<FileInfo?> Json = BenchOptions.Json();

    public static Command Create()
    {
        var command = new Command("memory", "Replay a day of adapter loads and sequences on the real page pool, in virtual time") { Shape, Budget, Functions, Domains, Json };
        command.SetAction(parse =>
        {
            if (!ByteSize.TryParse(parse.GetValue(Budget), out var budget))
            {
                throw new ArgumentException($"'{parse.GetValue(Budget)}' is no size.");
            }

            var report = new ReportWriter("memory", TimeProvider.System);
            new MemoryBench(report, NamedShape.Of(parse.GetValue(Shape)!), budget, parse.GetValue(Functions), parse.GetValue(Domains)).Run();
            report.Finish(parse.GetValue(Json));
            return 0;
        });
        return command;
    }
}
