using System.Text.Json;
using System.Text.Json.Nodes;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Templates;
using LoraFaaS.Checkpoints.Templates.Execution;
using LoraFaaS.Checkpoints.Templates.Values;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.TestKit.Files;

namespace LoraFaaS.Checkpoints.Tests.Templates;

/// <summary>Against the real Jinja (tests/data/templates/README.md).</summary>
public sealed class JinjaGoldenTests
{
    private static readonly DateTimeOffset Now = new(2026, 3, 5, 14, 7, 9, TimeSpan.Zero);

    private static readonly TokenizerConfig Tokens = new() { BosToken = "<s>", EosToken = "</s>" };

    [Fact]
    public void Every_construct_gives_what_jinja_gives()
    {
        var golden = Load("snippets.json");
        var differing = new List<string>();
        foreach (var one in golden["cases"]!.AsArray())
        {
            var scope = new Scope(null);
            using var context = JsonDocument.Parse(golden["context"]!.ToJsonString());
            foreach (var variable in context.RootElement.EnumerateObject())
            {
                scope.Set(variable.Name, JsonValues.From(variable.Value));
            }

            var template = one!["template"]!.GetValue<string>();
            Compare(differing, template, one, ChatTemplate.Compile(template) switch
            {
                Reading<ChatTemplate>.Accepted compiled => Outcome(compiled.Value.Render(scope, Now)),
                Reading<ChatTemplate>.Refused => ("SyntaxError", string.Empty),
                _ => throw new InvalidOperationException(),
            });
        }

        Assert.True(differing.Count == 0, string.Join("\n", differing));
    }

    [Fact]
    public void Every_family_renders_every_conversation_as_jinja_does()
    {
        var golden = Load("chats.json");
        var chats = golden["chats"]!.AsArray().ToDictionary(c => c!["name"]!.GetValue<string>(), c => Conversation(c!));
        var differing = new List<string>();

        foreach (var family in golden["families"]!.AsArray())
        {
            var template = ChatTemplate.Compile(family!["template"]!.GetValue<string>()).ValueOrThrow();
            foreach (var one in family["cases"]!.AsArray())
            {
                var name = one!["name"]!.GetValue<string>();
                var outcome = Outcome(template.Render(chats[name], Tokens, Now));

                if (StumblesOverNone(chats[name], one))
                {
                    differing.AddRange(outcome is { Error: not "Failed" } && !outcome.Text.Contains("None", StringComparison.Ordinal) ? [] : [$"{family["family"]} {name}: {outcome}"]);
                    continue;
                }

                Compare(differing, $"{family["family"]} {name}", one, outcome);
            }
        }

        Assert.True(differing.Count == 0, string.Join("\n", differing));
    }

    /// <summary>Here we are better than Jinja on purpose (TextValue.Unsaid): a template that writes every content without asking writes None for an assistant that only calls tools, or fails.</summary>
    private static bool StumblesOverNone(ChatConversation chat, JsonNode expected) => chat.Messages.Any(message => message.Content is null)
        && (expected["error"]?.GetValue<string>() is "TypeError" or "UndefinedError" || expected["text"]?.GetValue<string>().Contains("None", StringComparison.Ordinal) is true);

    private static void Compare(List<string> differing, string what, JsonNode expected, (string? Error, string Text) actual)
    {
        var error = expected["error"]?.GetValue<string>() switch
        {
            null => null,
            "TemplateError" => "Refused",
            "TemplateSyntaxError" or "TemplateAssertionError" or "SyntaxError" => "SyntaxError",
            _ when what.Contains("include", StringComparison.Ordinal) => "SyntaxError",
            _ => "Failed",
        };

        var text = error is null ? expected["text"]!.GetValue<string>() : error == "Refused" ? expected["message"]!.GetValue<string>() : null;
        if (error != actual.Error || (text is not null && text != actual.Text))
        {
            differing.Add($"{JsonSerializer.Serialize(what)}\n   due {error} {JsonSerializer.Serialize(text)}\n  came {actual.Error} {JsonSerializer.Serialize(actual.Text)}\n");
        }
    }

    private static (string? Error, string Text) Outcome(ChatRendering rendering) => rendering switch
    {
        ChatRendering.Rendered rendered => (null, rendered.Prompt.Text),
        ChatRendering.Refused refused => ("Refused", refused.Message),
        ChatRendering.Failed failed => ("Failed", failed.Message),
        _ => throw new InvalidOperationException(),
    };

    private static ChatConversation Conversation(JsonNode chat) => new()
    {
        Messages = [.. chat["messages"]!.AsArray().Select(m => new ChatMessage
        {
            Role = m!["role"]!.GetValue<string>(),
            Content = m["content"]?.GetValue<string>(),
            Name = m["name"]?.GetValue<string>(),
            ToolCallId = m["tool_call_id"]?.GetValue<string>(),
            ToolCallsJson = m["tool_calls"]?.ToJsonString(),
        })],
        ToolsJson = chat["tools"]?.ToJsonString(),
        AddGenerationPrompt = chat["add_generation_prompt"]?.GetValue<bool>() ?? true,
        VariablesJson = chat["variables"]?.ToJsonString(),
    };

    private static JsonNode Load(string file) => JsonNode.Parse(File.ReadAllText(RepositoryRoot.Of("tests", "data", "templates", file)))!;
}
