using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using LoraFaaS.SystemTests.Platform;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;
using Npgsql;

namespace LoraFaaS.SystemTests.Cluster;

/// <summary>Two real workers behind two real gateways: what one of them cannot do, the other does, once, and it is counted once.</summary>
[Collection(ClusterGroup.Name)]
public sealed class TwoWorkersTests(StartedCluster cluster)
{
    private const int Streams = 6;

    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    /// <summary>Each worker has one place for the function. Gateways do not know of each other's calls: only the workers do.</summary>
    [Fact]
    public async Task A_call_moves_to_the_worker_that_has_a_place_and_waits_for_whichever_has_one_first()
    {
        var code = Path.GetDirectoryName(RepositoryRoot.Built("tests/functions/LoraFaaS.TestFunction", "LoraFaaS.TestFunction.dll"))!;
        await cluster.RunAsync(
            "deploy", "narrow", "--image", "lora://lory-5m/sentiment", "--code", code, "--label", "com.openfaas.scale.min=2", "--annotation", "lorafaas.io/max-concurrent=1");
        await cluster.WarmOnBothAsync("narrow");
        List<string> calls = [];

        // Whichever worker is freed first: the one where a waiting call would have ended up, and the other.
        for (var round = 0; round < 2; round++)
        {
            var holds = new[] { await HoldAsync(0, calls), await HoldAsync(1, calls) };
            Assert.NotEqual(WorkerOf(holds[0]), WorkerOf(holds[1]));
            var (freed, kept) = round == 0 ? (holds[0], holds[1]) : (holds[1], holds[0]);

            var waits = CallAsync(round, "narrow/upper", new StringContent(DemoData.First("sentiment").Prompt), Named(calls));
            await Patience.UntilAsync(async _ => await WaitingAsync() == 2, Patience.StartLimit, "it stands in both lines");
            Assert.False(waits.IsCompleted);
            freed.Dispose();

            using var answer = await Patience.ForAsync(waits);
            Assert.Equal(DemoData.First("sentiment").Expected.ToUpperInvariant(), await answer.Content.ReadAsStringAsync(Token));
            Assert.Equal(WorkerOf(freed), WorkerOf(answer));
            kept.Dispose();
            await Patience.UntilAsync(async _ => await WaitingAsync() == 0, Patience.StartLimit, "nobody is left in a line");
        }

        foreach (var call in calls)
        {
            Assert.Equal(1, (await CountedAsync(call)).Records);
        }
    }

    [Theory]
    [InlineData(0.0)]
    [InlineData(0.9)]
    public async Task A_stream_whose_worker_is_killed_goes_on_at_the_other_with_the_same_tokens_and_is_counted_once(double temperature)
    {
        await DeployPairAsync();
        var whole = await TextAsync(await StreamAsync(0, $"whole-at-{temperature}", temperature));
        var hosts = await HostsAsync();

        // A worker may be done before it is dead: until one was not.
        for (var attempt = 0; ; attempt++)
        {
            Assert.True(attempt < 10, "ten times the worker was done before it was dead");
            var call = $"cut-{attempt}-at-{temperature}";
            using var stream = await StreamAsync(attempt % 2, call, temperature);
            var killed = hosts[WorkerOf(stream)];
            using var reader = await ReadFirstAsync(stream);

            // Stopped first: nothing more leaves it while the signal that kills it is on its way.
            killed.Process.Freeze();
            killed.Kill();

            Assert.Equal(whole, await TextAsync(reader));
            await killed.ReviveAsync();
            await cluster.WarmOnBothAsync("pair");
            var counted = await CountedAsync(call);
            Assert.Equal((1, "ok", 400), (counted.Records, counted.Outcome, counted.Tokens));

            if (counted.Worker != WorkerOf(stream))
            {
                return;
            }
        }
    }

    [Fact]
    public async Task A_worker_that_is_stopped_finishes_its_streams_and_no_call_is_lost()
    {
        await DeployPairAsync();
        var whole = await TextAsync(await StreamAsync(0, "whole-too"));
        var hosts = await HostsAsync();
        var streams = await Task.WhenAll(Enumerable.Range(0, Streams).Select(i => StreamAsync(i % 2, $"drained-{i}")));
        var stopped = hosts[WorkerOf(streams[0])];
        var reading = streams.Select(TextAsync).ToList();

        await using (var load = SteadyLoad.Start(cluster))
        {
            Assert.True(await stopped.StopAsync() == 0, stopped.Process.Tail());
            await load.AnsweredAsync(10);
            Assert.Empty(load.Failures);
        }

        Assert.All(await Patience.ForAsync(Task.WhenAll(reading)), text => Assert.Equal(whole, text));
        await stopped.ReviveAsync();

        for (var i = 0; i < Streams; i++)
        {
            var counted = await CountedAsync($"drained-{i}");
            Assert.Equal((1, "ok", 400), (counted.Records, counted.Outcome, counted.Tokens));
        }
    }

    private static string WorkerOf(HttpResponseMessage answer) => answer.Headers.GetValues("X-Lorafaas-Worker").Single();

    private static string Named(List<string> calls)
    {
        calls.Add($"narrow-{calls.Count}");
        return calls[^1];
    }

    private async Task DeployPairAsync()
    {
        await cluster.RunAsync("deploy", "pair", "--image", "lora://lory-5m/sentiment", "--label", "com.openfaas.scale.min=2");
        await cluster.WarmOnBothAsync("pair");
    }

    private async Task<HttpResponseMessage> CallAsync(int gateway, string path, HttpContent content, string call, string? accept = null)
    {
        var http = new HttpClient { Timeout = Patience.StartLimit };
        using var request = new HttpRequestMessage(HttpMethod.Post, new Uri(cluster.Gateways[gateway].Url, $"function/{path}")) { Content = content };
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", cluster.ApiKey);
        request.Headers.Add("X-Call-Id", call);

        if (accept is not null)
        {
            request.Headers.Accept.ParseAdd(accept);
        }

        return await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Token);
    }

    /// <summary>A call that has its place, and keeps it until it is disposed.</summary>
    private async Task<HttpResponseMessage> HoldAsync(int gateway, List<string> calls)
    {
        var held = await CallAsync(gateway, "narrow/hold", new StringContent("x"), Named(calls));
        Assert.Equal(HttpStatusCode.OK, held.StatusCode);
        return held;
    }

    /// <summary>The likeliest tokens, or those that are drawn under a seed.</summary>
    private async Task<HttpResponseMessage> StreamAsync(int gateway, string call, double temperature = 0)
    {
        var body = JsonSerializer.Serialize(new { prompt = DemoData.First("sentiment").Prompt, max_tokens = 400, ignore_eos = true, temperature, seed = 11 });
        var stream = await CallAsync(gateway, "pair", new StringContent(body, Encoding.UTF8, "application/json"), call, "text/event-stream");
        Assert.True(stream.IsSuccessStatusCode, $"{call}: {(int)stream.StatusCode}");
        return stream;
    }

    /// <summary>The process of each worker, by the name that it has in answers.</summary>
    private async Task<Dictionary<string, ClusterHost>> HostsAsync()
    {
        using var workers = JsonDocument.Parse(await cluster.RunAsync("workers", "--json"));
        return workers.RootElement.EnumerateArray().ToDictionary(
            worker => worker.GetProperty("id").GetString()!,
            worker => cluster.Workers.Single(host => host.Url.Host == new Uri(worker.GetProperty("endpoint").GetString()!).Host),
            StringComparer.Ordinal);
    }

    private static async Task<StreamReader> ReadFirstAsync(HttpResponseMessage stream)
    {
        var reader = new StreamReader(await stream.Content.ReadAsStreamAsync(Token));
        Assert.NotNull(await reader.ReadLineAsync(Token));
        return reader;
    }

    private static async Task<string> TextAsync(HttpResponseMessage stream) => await TextAsync(await ReadFirstAsync(stream));

    /// <summary>All that its tokens say; it must end as one that is whole.</summary>
    private static async Task<string> TextAsync(StreamReader reader)
    {
        var (text, kind) = (new StringBuilder(), "token");

        while (await reader.ReadLineAsync(Token) is { } line)
        {
            if (line.StartsWith("event: ", StringComparison.Ordinal))
            {
                kind = line["event: ".Length..];
            }
            else if (line.StartsWith("data: ", StringComparison.Ordinal) && kind == "token")
            {
                using var data = JsonDocument.Parse(line["data: ".Length..]);
                text.Append(data.RootElement.GetProperty("text").GetString());
            }
        }

        Assert.Equal("done", kind);
        return text.ToString();
    }

    /// <summary>Who stands in the workers' lines, as they say themselves.</summary>
    private async Task<int> WaitingAsync()
    {
        var waiting = 0;

        foreach (var worker in cluster.Workers)
        {
            using var http = worker.Http();
            http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", cluster.InternalToken);
            var lines = (await http.GetStringAsync(new Uri("metrics", UriKind.Relative), Token)).Split('\n');
            waiting += lines.Where(line => line.StartsWith("lorafaas_worker_places_waiting", StringComparison.Ordinal)).Sum(line => int.Parse(line[(line.LastIndexOf(' ') + 1)..], System.Globalization.CultureInfo.InvariantCulture));
        }

        return waiting;
    }

    /// <summary>What the database holds of a call, once it holds anything: how many records, and of the last one whose it is, how it ended and its tokens.</summary>
    private async Task<(int Records, string Worker, string Outcome, int Tokens)> CountedAsync(string call)
    {
        await using var database = NpgsqlDataSource.Create(cluster.Database);
        (int Records, string Worker, string Outcome, int Tokens) found = default;
        await Patience.UntilAsync(
            async cancellationToken =>
            {
                await using var command = database.CreateCommand(
                    "SELECT (count(*) OVER ())::integer, worker, outcome, completion_tokens FROM usage_records WHERE call_id = @call ORDER BY usage_try DESC LIMIT 1");
                command.Parameters.AddWithValue("call", call);
                await using var reader = await command.ExecuteReaderAsync(cancellationToken);
                found = await reader.ReadAsync(cancellationToken) ? (reader.GetInt32(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3)) : default;
                return found.Records > 0;
            },
            Patience.StartLimit,
            $"{call} is counted");
        return found;
    }
}
