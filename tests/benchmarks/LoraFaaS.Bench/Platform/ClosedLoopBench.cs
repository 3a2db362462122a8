using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;
using LoraFaaS.Bench.Inference;
using LoraFaaS.Bench.Machine;
using LoraFaaS.Bench.Reports;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Platform;

/// <summary>
/// As many clients as functions, each with an adapter of its own and each calling its own function again as soon as it has its answer:
/// 128 tokens in, 32 out, over the OpenAI door. No two prompts begin alike, so that no prefix is found. Counted is what begins after
/// the warm-up (the burst of first calls with their loads, code that is still being compiled, step times that are still being learnt) and ends within the
/// time: what is reported is the steady state.
/// </summary>
internal sealed class ClosedLoopBench(SyntheticModels models, ReportWriter report, int clients, TimeSpan warmUp, TimeSpan stretch, FileInfo? callsFile)
{
    private const int PromptTokens = 128;
    private const int AnswerTokens = 32;
    private const int Rank = 16;
    private const int UncountedCalls = 2;

    /// <summary>The target: so many times the median, and no later, comes all but a hundredth of the first tokens.</summary>
    private const double LateTimes = 1.5;

    private const string Backbone = "bench";

    private readonly Stopwatch _clock = new();

    public async Task RunAsync(string shape, string weights, CancellationToken cancellationToken)
    {
        using var folder = new TempFolder();
        ReportWriter.Say($"{shape}: starting the platform and deploying {clients} functions");
        await using var platform = await PlatformRun.StartAsync(folder.Path, "--weights", weights);
        await DeployAsync(folder.Path);

        ReportWriter.Say($"{shape}: {clients} clients for {stretch.TotalSeconds:0} s after {warmUp.TotalSeconds:0} s");
        await using var probe = new MachineProbe();
        _clock.Start();
        var loops = await Task.WhenAll(Enumerable.Range(0, clients).Select(client => LoopAsync(platform.Http, client, cancellationToken)));
        Report(string.Create(CultureInfo.InvariantCulture, $"{shape}, {(weights == "int8" ? "int8" : "bf16")}, {clients} clients"), loops, await probe.StopAsync());
    }

    private async Task DeployAsync(string data)
    {
        var stack = new StringWriter(CultureInfo.InvariantCulture);
        stack.WriteLine("version: 1.0\nprovider:\n  name: openfaas\nfunctions:");
        for (var client = 0; client < clients; client++)
        {
            stack.WriteLine($"  {Function(client)}:\n    lang: dockerfile\n    skip_build: true\n    handler: {models.Adapter(client, Rank)}\n    image: lora://{Backbone}/{Function(client)}:latest");
        }

        var file = Path.Combine(data, "bench-stack.yml");
        await File.WriteAllTextAsync(file, stack.ToString());
        await PlatformRun.RunVerbAsync(data, "backbone", "add", Backbone, models.Backbone);
        await PlatformRun.RunVerbAsync(data, "deploy", "-f", file);
    }

    private async Task<List<ClosedLoopCall>> LoopAsync(HttpClient http, int client, CancellationToken cancellationToken)
    {
        var random = new Random(client);
        for (var i = 0; i < UncountedCalls || _clock.Elapsed < warmUp; i++)
        {
            await CallAsync(http, client, random, cancellationToken);
        }

        var calls = new List<ClosedLoopCall>();
        var until = _clock.Elapsed + stretch;
        while (_clock.Elapsed < until)
        {
            calls.Add(await CallAsync(http, client, random, cancellationToken));
        }

        return calls;
    }

    private async Task<ClosedLoopCall> CallAsync(HttpClient http, int client, Random random, CancellationToken cancellationToken)
    {
        // A byte is a token of the made tokenizer.
        var prompt = string.Create(PromptTokens, random, static (text, source) =>
        {
            for (var i = 0; i < text.Length; i++)
            {
                text[i] = (char)source.Next('!', '~');
            }
        });
        using var request = new HttpRequestMessage(HttpMethod.Post, "v1/completions")
        {
            Content = JsonContent.Create(new Dictionary<string, object>
            {
                ["model"] = Function(client),
                ["prompt"] = prompt,
                ["max_tokens"] = AnswerTokens,
                ["temperature"] = 0,
                ["ignore_eos"] = true,
                ["stream"] = true,
                ["stream_options"] = new Dictionary<string, object> { ["include_usage"] = true },
            }),
        };
        var begun = Stopwatch.GetTimestamp();
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        if (!response.IsSuccessStatusCode)
        {
            throw new InvalidOperationException($"{Function(client)} answered {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync(cancellationToken)}");
        }

        var tokens = new List<long>(AnswerTokens);
        var (prompted, completed) = (0, 0);

        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
        {
            if (item.Data == "[DONE]")
            {
                break;
            }

            using var chunk = JsonDocument.Parse(item.Data);
            if (chunk.RootElement.GetProperty("choices").GetArrayLength() > 0)
            {
                tokens.Add(Stopwatch.GetTimestamp());
            }

            if (chunk.RootElement.TryGetProperty("usage", out var usage) && usage.ValueKind is JsonValueKind.Object)
            {
                prompted = usage.GetProperty("prompt_tokens").GetInt32();
                completed = usage.GetProperty("completion_tokens").GetInt32();
            }
        }

        return completed == AnswerTokens && tokens.Count > 0
            ? new ClosedLoopCall(client, begun, tokens, Stopwatch.GetTimestamp(), prompted, completed)
            : throw new InvalidOperationException($"{Function(client)} answered {completed} tokens instead of {AnswerTokens}.");
    }

    private void Report(string name, List<ClosedLoopCall>[] loops, MachineRecord machine)
    {
        // All loops run from the last client's begin to the first client's end.
        var from = loops.Max(calls => calls[0].Begun);
        var until = loops.Min(calls => calls[^1].Ended);
        var seconds = Stopwatch.GetElapsedTime(from, until).TotalSeconds;
        var shares = loops.Select(calls => calls.Sum(call => TokensWithin(call, from, until)) / seconds).ToArray();
        var within = loops.SelectMany(calls => calls).Where(call => call.Begun >= from && call.Ended <= until).ToList();
        var ttft = within.Select(call => call.TtftMs).ToList();

        if (callsFile is not null)
        {
            WriteCalls(within, machine);
        }

        report.Add(BenchRow.Limit($"{name}: answer tokens", shares.Sum(), "tok/s"));
        report.Add(BenchRow.Limit($"{name}: prompt tokens", shares.Sum() * within[0].PromptTokens / AnswerTokens, "tok/s"));
        report.Add(BenchRow.Rate($"{name}: the adapter served least", shares.Min(), "tok/s", shares.Average(), "mean of all", 0.8));
        report.Add(BenchRow.Cost($"{name}: the adapter served most", shares.Max(), "tok/s", shares.Average(), "mean of all", 1.2));
        report.Add(BenchRow.Cost($"{name}: time to first token, p99 of {ttft.Count}", Interleaved.Quantile(ttft, 0.99), "ms", Interleaved.Median(ttft), "its p50", LateTimes));
        report.Add(BenchRow.Cost("    its p75", Interleaved.Quantile(ttft, 0.75), "ms", Interleaved.Median(ttft), "its p50"));
        report.Add(BenchRow.Cost("    its p90", Interleaved.Quantile(ttft, 0.9), "ms", Interleaved.Median(ttft), "its p50"));
        report.Add(BenchRow.Cost("    its p95", Interleaved.Quantile(ttft, 0.95), "ms", Interleaved.Median(ttft), "its p50"));
        report.Add(BenchRow.Limit("    its least", ttft.Min(), "ms"));
        new LoopSteps(within).Report(report.Add, LateTimes, machine);
        report.Add(BenchRow.Limit($"{name}: time between tokens, p50", Interleaved.Median(within.Select(call => call.TpotMs)), "ms"));
        report.Add(BenchRow.Limit($"{name}: time between tokens, p99", Interleaved.Quantile(within.Select(call => call.TpotMs), 0.99), "ms"));
    }

    private void WriteCalls(List<ClosedLoopCall> calls, MachineRecord machine)
    {
        using var file = callsFile!.CreateText();
        foreach (var call in calls)
        {
            file.WriteLine(JsonSerializer.Serialize(call, BenchJson.Default.ClosedLoopCall).ReplaceLineEndings(""));
        }

        file.WriteLine(JsonSerializer.Serialize(machine, BenchJson.Default.MachineRecord).ReplaceLineEndings(""));
    }

    /// <summary>A call's tokens as if they came evenly from its first to its last.</summary>
    private static double TokensWithin(ClosedLoopCall call, long from, long until)
    {
        var begin = call.FirstToken > from ? call.FirstToken : from;
        var end = call.Ended < until ? call.Ended : until;
        return end > begin ? call.CompletionTokens * (double)(end - begin) / (call.Ended - call.FirstToken) : 0;
    }

    private static string Function(int client) => string.Create(CultureInfo.InvariantCulture, $"bench-{client}");
}
