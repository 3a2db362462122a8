using System.Diagnostics;
using System.Globalization;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.Engine.Grammars;
using LoraFaaS.Engine.Grammars.Vocabulary;
using LoraFaaS.Sandbox.Tests.Harness;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Sandbox.Tests.Generation;

/// <summary>
/// What masks cost beside the demo's decode steps. Prints, asserts nothing of time; run with <c>-explicit only -diagnostics</c>. Figures are in
/// gpu-worker/LoraFaaS.Engine/decisions/0003.
/// </summary>
[Collection(DemoTests.Name)]
public sealed class ConstrainedCostTests(DemoWorld demo)
{
    private const string Schema =
        """{"type":"object","properties":{"queue":{"type":"string","maxLength":20},"priority":{"enum":["low","normal","urgent"]}},"required":["queue","priority"],"additionalProperties":false}""";

    [Fact(Explicit = true)]
    public async Task Costs_beside_a_decode_step()
    {
        await using var sandbox = await InProcessSandbox.OpenAsync(demo, ["ticket-router"]);

        foreach (var format in new[] { "", "json_object", Schema, "", "json_object", Schema, "", "json_object", Schema })
        {
            var (milliseconds, tokens) = (0.0, 0);

            for (var i = 0; i < 60; i++)
            {
                var run = await (await sandbox.Worker.GenerateAsync(
                    Requests.User("ticket-router", $"My parcel {i} has not come. It is urgent.", r => r.Sampling.JsonSchema = format), credits: 1_000)).EndedAsync();
                milliseconds += run.Finished.ColdStart.DecodeMs;
                tokens += run.Finished.CompletionTokens - 1;
            }

            Say("{0,-12} {1:0.0} µs a decode step, masks and all", format.Length == 0 ? "free" : format[..11], 1_000 * milliseconds / tokens);
        }

        MeasureMasks();
    }

    private static void MeasureMasks()
    {
        var tokenizer = Tokenizer.Load(File.ReadAllBytes(RepositoryRoot.Of("deploy", "demo", "backbone", "tokenizer.json")), null).ValueOrThrow();
        var trie = TokenTrie.Build(2_560, token => tokenizer.IsSpecial(token) ? default : tokenizer.BytesOf(token).ToArray());
        var tokens = tokenizer.Encode("{\"queue\":\"shipping\",\"priority\":\"urgent\"}", parsesSpecial: false, addsSpecial: false);
        var logits = new float[2_560];

        foreach (var format in new[] { "json_object", Schema })
        {
            var clock = Stopwatch.StartNew();
            var grammar = GrammarCompiler.Compile(format, trie).ValueOrThrow();
            var compile = clock.Elapsed;
            const int Rounds = 2_000;
            clock.Restart();

            for (var round = 0; round < Rounds; round++)
            {
                var mask = new GrammarMask(grammar, System.Collections.Frozen.FrozenSet.Create(0));

                foreach (var token in tokens)
                {
                    mask.Apply(logits);
                    mask.Advance(token);
                }

                Assert.True(mask.IsComplete);
            }

            Say("{0}: compiled in {1:0.0} ms; mask and advance {2:0.00} µs a step", format[..11], compile.TotalMilliseconds, clock.Elapsed.TotalMicroseconds / Rounds / tokens.Length);
        }
    }

    private static void Say(string format, params object[] values) =>
        TestContext.Current.SendDiagnosticMessage(string.Format(CultureInfo.InvariantCulture, format, values));
}
