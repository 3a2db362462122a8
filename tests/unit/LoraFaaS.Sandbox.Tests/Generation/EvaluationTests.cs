using System.Diagnostics;
using System.Text.Json;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Sandbox.Tests.Generation;

/// <summary>All adapters' public evaluation sets, mixed in one batch: as accurate as deploy/demo/README.md says.</summary>
[Collection(DemoTests.Name)]
public sealed class EvaluationTests(DemoWorld demo)
{
    /// <summary>Exact matches of 200, from the README; half a point is one prompt.</summary>
    private static readonly Dictionary<string, int> Expected = new()
    {
        ["en-fr"] = 200, ["normalise"] = 195, ["product-title"] = 200, ["sentiment"] = 199, ["sql"] = 198, ["ticket-router"] = 200,
    };

    [Fact]
    public async Task Every_adapter_is_as_accurate_beside_the_others_as_it_was_trained_to_be()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, DemoWorld.AdapterNames, open => open.MaxSequences = 64);
        var runs = new List<(string Adapter, string Expected, TestGeneration Run)>();
        var clock = Stopwatch.StartNew();

        for (var i = 0; i < 200; i++)
        {
            foreach (var adapter in DemoWorld.AdapterNames)
            {
                var (prompt, expected) = Case(adapter, i);
                runs.Add((adapter, expected, await sandbox.Worker.GenerateAsync(Requests.User(adapter, prompt, r => (r.Stream, r.Sampling.MaxTokens) = (false, 96)))));
            }
        }

        var right = DemoWorld.AdapterNames.ToDictionary(name => name, _ => 0);

        foreach (var (adapter, expected, run) in runs)
        {
            right[adapter] += (await run.EndedAsync()).Text == expected ? 1 : 0;
        }

        TestContext.Current.SendDiagnosticMessage(
            "{0} tokens in {1:0.0} s: {2}", runs.Sum(r => r.Run.Finished.CompletionTokens), clock.Elapsed.TotalSeconds, string.Join(", ", right));
        Assert.All(right, pair => Assert.InRange(pair.Value, Expected[pair.Key] - 1, Expected[pair.Key] + 1));
    }

    private static (string Prompt, string Expected) Case(string adapter, int line)
    {
        using var parsed = JsonDocument.Parse(File.ReadLines(RepositoryRoot.Of("deploy", "demo", "eval", $"{adapter}.jsonl")).ElementAt(line));
        return (parsed.RootElement.GetProperty("prompt").GetString()!, parsed.RootElement.GetProperty("expected").GetString()!);
    }
}
