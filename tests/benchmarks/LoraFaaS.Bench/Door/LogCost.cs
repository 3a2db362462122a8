using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Door;

/// <summary>What the line of log costs that each call leaves: a gateway at the level that it ships with, its output read by nobody, beside one that logs errors alone as everywhere else here.</summary>
internal sealed class LogCost(DoorWorld world, ReportWriter report, int rounds, double seconds, int clients, int warmTurns)
{
    public async Task MeasureAsync()
    {
        var (gateway, address) = await world.StartAnotherAsync(options: ["--Logging:LogLevel:Default", "Information"], keepsOutput: false);
        await using var logging = gateway;
        var url = new Uri(address, DoorWorld.FunctionPath).ToString();
        await DoorWarmth.ReachAsync(world, url, logging.Id, warmTurns);

        var (quiet, told) = (new List<DoorTurn>(), new List<DoorTurn>());

        for (var round = 0; round < rounds; round++)
        {
            told.Add(await DoorTurn.TakeAsync(world, url, logging.Id, clients, seconds, rate: null));
            quiet.Add(await DoorTurn.TakeAsync(world, world.GatewayUrl, world.ProcessOf(world.GatewayUrl), clients, seconds, rate: null));
        }

        report.Add(BenchRow.Rate(
            $"calls a second with a line of log each, {clients} clients", Interleaved.Median(told.Select(turn => turn.Load.PerSecond)), "1/s", Interleaved.Median(quiet.Select(turn => turn.Load.PerSecond)), "without"));
        report.Add(BenchRow.Cost(
            "the gateway ran, a call with its line", Interleaved.Median(told.Select(turn => turn.RanMicros)), "µs", Interleaved.Median(quiet.Select(turn => turn.RanMicros)), "a call without"));
    }
}
