using System.Text.Json;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Templates;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Bench.Quality;

/// <summary>The demo's evaluation sets, put through its chat template as the sandbox does it.</summary>
internal static class DemoEvaluations
{
    public static string Backbone => RepositoryRoot.Of("deploy", "demo", "backbone");

    public static IEnumerable<string> Adapters =>
        Directory.EnumerateFiles(RepositoryRoot.Of("deploy", "demo", "eval"), "*.jsonl").Select(path => Path.GetFileNameWithoutExtension(path)).Order(StringComparer.Ordinal);

    public static string Adapter(string name) => RepositoryRoot.Of("deploy", "demo", "adapters", name);

    public static IReadOnlyList<EvaluationCase> Of(string adapter, Checkpoint checkpoint)
    {
        var tokenizer = Tokenizer.Load(
            checkpoint.ReadText(CheckpointFiles.Tokenizer).ValueOrThrow()!.Value, checkpoint.ReadText(CheckpointFiles.TokenizerConfig).ValueOrThrow()).ValueOrThrow();
        var template = ChatTemplate.Compile(tokenizer.Config.ChatTemplate!).ValueOrThrow();
        var end = tokenizer.Encode("<|eos|>", parsesSpecial: true, addsSpecial: false);

        return
        [
            .. File.ReadLines(RepositoryRoot.Of("deploy", "demo", "eval", $"{adapter}.jsonl")).Select(line =>
            {
                using var parsed = JsonDocument.Parse(line);
                var conversation = new ChatConversation { Messages = [new ChatMessage { Role = "user", Content = parsed.RootElement.GetProperty("prompt").GetString() }] };
                var rendered = (ChatRendering.Rendered)template.Render(conversation, tokenizer.Config, DateTimeOffset.UnixEpoch);
                var answer = tokenizer.Encode(parsed.RootElement.GetProperty("expected").GetString()!, parsesSpecial: false, addsSpecial: false);
                return new EvaluationCase(tokenizer.Encode(rendered.Prompt, parsesSpecial: true, addsSpecial: false), [.. answer, .. end]);
            }),
        ];
    }
}
