using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using LoraFaaS.Bench.Reports;

namespace LoraFaaS.Bench.Door;

/// <summary>
/// What a call costs more with a key that may have so many at once over all gateways, where its calls come by two of them in turn, one after the other, or all by one: time, and questions to the
/// controller.
/// The controller's answer is ready at once; the wire to it, its policy and the gateways are the real ones.
/// </summary>
internal sealed class SharedKeyCost(DoorWorld world, ReportWriter report, int rounds, double seconds)
{
    private const int WarmTurns = 2;

    public async Task MeasureAsync()
    {
        Uri[] doors = [new(world.GatewayUrl), new(await world.AddGatewayAsync(), DoorWorld.FunctionPath)];
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });
        (string Key, Uri[] Doors)[] callers = [(world.Key, doors), (world.BoundedKeys.Many, doors), (world.BoundedKeys.One, doors), (world.Key, doors[..1]), (world.BoundedKeys.Alone, doors[..1])];
        var turns = callers.Select(_ => new List<Turn>()).ToArray();

        for (var round = -WarmTurns; round < rounds; round++)
        {
            for (var i = 0; i < callers.Length; i++)
            {
                var turn = await RunAsync(http, callers[i].Doors, callers[i].Key);

                if (round >= 0)
                {
                    turns[i].Add(turn);
                }
            }
        }

        var plain = Median(turns[0], turn => turn.MedianMs);
        report.Add(BenchRow.Limit("call by two gateways in turn, a key without a bound, 1 client, p50", plain, "ms"));
        Add("64 at once over all gateways", turns[1], plain);
        Add("1 at once over all gateways", turns[2], plain);
        Add("1 at once, by one gateway alone", turns[4], Median(turns[3], turn => turn.MedianMs));
    }

    private async Task<Turn> RunAsync(HttpClient http, Uri[] doors, string key)
    {
        var taken = new List<double>();
        var asked = world.Controller.KeyPlaces.Asked;

        for (var begun = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(begun).TotalSeconds < seconds;)
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, doors[taken.Count % doors.Length]) { Content = new StringContent("hello") };
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
            var sent = Stopwatch.GetTimestamp();
            using var response = await http.SendAsync(request);
            taken.Add(Stopwatch.GetElapsedTime(sent).TotalMilliseconds);

            if (response.StatusCode is not HttpStatusCode.OK)
            {
                throw new InvalidOperationException($"{request.RequestUri} answered {response.StatusCode}.");
            }
        }

        return new Turn(Interleaved.Median(taken), Interleaved.Quantile(taken, 0.99), (world.Controller.KeyPlaces.Asked - asked) / (double)taken.Count);
    }

    private void Add(string most, List<Turn> turns, double plain)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"a key of {most}");
        report.Add(BenchRow.Cost($"added by {name}, p50", Median(turns, turn => turn.MedianMs) - plain, "ms", plain, "the call itself"));
        report.Add(BenchRow.Limit($"call with {name}, p99", Median(turns, turn => turn.P99Ms), "ms"));
        report.Add(BenchRow.Limit($"questions to the controller a call, {name}", Median(turns, turn => turn.Asked), ""));
    }

    private static double Median(List<Turn> turns, Func<Turn, double> of) => Interleaved.Median(turns.Select(of));

    private readonly record struct Turn(double MedianMs, double P99Ms, double Asked);
}
