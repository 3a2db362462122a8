using System.Text.Json;
using LoraFaaS.Contracts.Errors;
using LoraFaaS.Protocol.Data;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Files;
using LoraFaaS.TestKit.Time;

namespace LoraFaaS.Sandbox.Tests.Generation;

/// <summary>Output held to a JSON schema, by the real backbone through the whole sandbox.</summary>
[Collection(DemoTests.Name)]
public sealed class ConstrainedTests(DemoWorld demo)
{
    private const string Ticket =
        """
        {"type":"object","properties":{"queue":{"type":"string","minLength":1,"maxLength":20},"priority":{"enum":["low","normal","high","urgent"]}},
         "required":["queue","priority"],"additionalProperties":false}
        """;

    private const string Story =
        """
        {"type":"object","properties":{"title":{"type":"string","minLength":3,"maxLength":16},"tags":{"type":"array","items":{"enum":["sad","funny","long"]},"maxItems":3},
         "stars":{"type":"integer","minimum":1,"maximum":5},"author":{"anyOf":[{"type":"null"},{"type":"string","pattern":"^[A-Z][a-z]{2,8}$"}]}},
         "required":["title","tags","stars","author"],"additionalProperties":false}
        """;

    [Fact]
    public async Task An_adapter_that_answers_in_json_answers_the_same_under_its_schema()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["ticket-router"]);
        var runs = new List<(string Expected, TestGeneration Run)>();

        foreach (var line in File.ReadLines(RepositoryRoot.Of("deploy", "demo", "eval", "ticket-router.jsonl")).Take(60))
        {
            using var parsed = JsonDocument.Parse(line);
            var prompt = parsed.RootElement.GetProperty("prompt").GetString()!;
            runs.Add((parsed.RootElement.GetProperty("expected").GetString()!, await sandbox.Worker.GenerateAsync(Requests.User("ticket-router", prompt, Under(Ticket)))));
        }

        foreach (var (expected, run) in runs)
        {
            Assert.Equal(expected, (await run.EndedAsync()).Text);
            Assert.Equal(FinishReason.Stop, run.Finished.Reason);
        }
    }

    [Theory]
    [InlineData(0f)]
    [InlineData(1.5f)]
    public async Task A_backbone_that_knows_no_json_writes_it_all_the_same(float temperature)
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);

        foreach (var prompt in demo.Prompts.Values.Where(prompt => prompt.Length < 300).Take(6))
        {
            var run = await RunAsync(sandbox, Requests.Tokens("", prompt, r =>
            {
                Under(Story)(r);
                r.Sampling.Temperature = temperature;
            }));

            using var story = JsonDocument.Parse(run.Text);
            Assert.Equal(["title", "tags", "stars", "author"], story.RootElement.EnumerateObject().Select(member => member.Name));
            Assert.InRange(story.RootElement.GetProperty("title").GetString()!.EnumerateRunes().Count(), 3, 16);
            Assert.InRange(story.RootElement.GetProperty("stars").GetInt32(), 1, 5);
            Assert.Equal(FinishReason.Stop, run.Finished.Reason);
        }
    }

    [Fact]
    public async Task Any_object_is_an_object_when_it_comes_to_an_end()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["ticket-router"]);
        var run = await RunAsync(sandbox, Requests.User("ticket-router", "My parcel has not come. It is urgent.", Under("json_object")));

        using var parsed = JsonDocument.Parse(run.Text);
        Assert.Equal(JsonValueKind.Object, parsed.RootElement.ValueKind);
    }

    [Fact]
    public async Task A_resumed_generation_goes_on_in_the_same_place_of_the_grammar()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);
        var whole = await RunAsync(sandbox, Request([]));

        for (var lived = 1; lived <= whole.Ids.Length; lived += 3)
        {
            var resumed = await RunAsync(sandbox, Request(whole.Ids[..lived]));
            Assert.Equal(whole.Ids[lived..], resumed.Ids);
            Assert.Equal(whole.Finished.Reason, resumed.Finished.Reason);
        }

        var broken = await (await sandbox.Worker.GenerateAsync(Request([.. demo.Prompts["raw-story"].Take(3)]))).EndedAsync();
        Assert.Equal(("resume_tokens", ErrorCode.InvalidRequest.ToWire()), (broken.Failed.Field, broken.Failed.Code));

        GenerateRequest Request(int[] resume) => Requests.Tokens("", demo.Prompts["raw-story"], r =>
        {
            Under(Story)(r);
            (r.CallId, r.Sampling.Temperature, r.Sampling.FrequencyPenalty) = ("one-call", 1f, 0.2f);
            r.ResumeTokens.AddRange(resume);
        });
    }

    [Fact]
    public async Task Neither_the_batch_nor_preemption_changes_what_is_written()
    {
        var alone = await RunAllAsync(blocks: 1_000, batched: false);

        Assert.Equal(alone, await RunAllAsync(blocks: 1_000, batched: true));
        Assert.Equal(alone, await RunAllAsync(blocks: 14, batched: true));
    }

    [Fact]
    public async Task Log_probabilities_are_those_of_the_unconstrained_logits()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["ticket-router"]);
        var free = await RunAsync(sandbox, Requests.User("ticket-router", "My parcel has not come.", r => r.Sampling.TopLogprobs = 3));
        var held = await RunAsync(sandbox, Requests.User("ticket-router", "My parcel has not come.", r =>
        {
            Under(Ticket)(r);
            r.Sampling.TopLogprobs = 3;
        }));

        Assert.Equal(free.Ids, held.Ids);
        Assert.Equal(Logprobs(free), Logprobs(held));

        static IEnumerable<string> Logprobs(TestGeneration run) =>
            run.Events.Where(e => e.Tokens is not null).SelectMany(e => e.Tokens.Logprobs).Select(logprob => logprob.ToString());
    }

    [Theory]
    [InlineData("""{"type":"object","patternProperties":{}}""", "patternProperties")]
    [InlineData("not json", "not valid JSON")]
    [InlineData("""{"type":"object","properties":{"me":{"$ref":"#"}},"required":["me"]}""", "No value")]
    public async Task A_schema_that_cannot_be_kept_is_refused(string schema, string why)
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, []);

        for (var attempt = 0; attempt < 2; attempt++)
        {
            var failed = (await (await sandbox.Worker.GenerateAsync(Requests.Tokens("", [1], Under(schema)))).EndedAsync()).Failed;
            Assert.Equal(("response_format", ErrorCode.InvalidRequest.ToWire()), (failed.Field, failed.Code));
            Assert.Contains(why, failed.Message, StringComparison.Ordinal);
        }
    }

    private async Task<List<string>> RunAllAsync(int blocks, bool batched)
    {
        const int PageBytes = 16 << 10;
        var adapterPages = (demo.Adapter("ticket-router").Length / PageBytes) + 1;
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["ticket-router"], open => open.DeviceBytes = (adapterPages + (blocks * 3)) * PageBytes);
        var runs = new List<TestGeneration>();

        for (var i = 0; i < 10; i++)
        {
            var (adapter, format) = ((i % 2 == 0 ? "ticket-router" : ""), (i % 3) switch { 0 => Story, 1 => "", _ => Ticket });
            var prompt = demo.Prompts.Values.Where(ids => ids.Length < 100).ElementAt(i % 4);
            runs.Add(await sandbox.Worker.GenerateAsync(Requests.Tokens(adapter, prompt, r =>
            {
                (r.CallId, r.Sampling.Temperature, r.Sampling.JsonSchema, r.Sampling.MaxTokens) = ($"call-{i}", i % 4 == 0 ? 0 : 1, format, 100);
            }), credits: 1_000));

            if (!batched)
            {
                await runs[^1].EndedAsync();
            }
        }

        foreach (var run in runs)
        {
            await run.EndedAsync();
        }

        await Patience.UntilAsync(() => sandbox.Worker.Load is { Running: 0, Waiting: 0, Steps: > 0 });
        Assert.Equal(blocks < 100, sandbox.Worker.Load.Preemptions > 0);
        return [.. runs.Select(run => $"{string.Join(',', run.Ids)} {run.Finished.Reason} {run.Text}")];
    }

    private static Action<GenerateRequest> Under(string format) =>
        request => (request.Sampling.JsonSchema, request.Sampling.MaxTokens) = (format, 160);

    private static async Task<TestGeneration> RunAsync(InProcessSandbox sandbox, GenerateRequest request) =>
        await (await sandbox.Worker.GenerateAsync(request, credits: 1_000)).EndedAsync();
}
