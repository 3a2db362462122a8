using System.Collections.Immutable;
using System.Text.Json;
using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>tokenizer_config.json: the named special tokens and the chat templates. Every other option there steers code that is not ours.</summary>
public sealed record TokenizerConfig
{
    public static TokenizerConfig Empty { get; } = new();

    public string? BosToken { get; init; }

    public string? EosToken { get; init; }

    public string? PadToken { get; init; }

    public string? UnkToken { get; init; }

    /// <summary>The template used when none is asked for by name.</summary>
    public string? ChatTemplate { get; init; }

    /// <summary>Further templates by name (tool_use, rag).</summary>
    public ImmutableDictionary<string, string> NamedTemplates { get; init; } = ImmutableDictionary<string, string>.Empty;

    public static Reading<TokenizerConfig> Parse(ReadOnlyMemory<byte> json) =>
        Reading.Capture(CheckpointFiles.TokenizerConfig, () => JsonText.Read(CheckpointFiles.TokenizerConfig, json, Read));

    private static TokenizerConfig Read(JsonFields fields)
    {
        var (main, named) = ReadTemplates(fields);
        return new TokenizerConfig
        {
            BosToken = ReadToken(fields, "bos_token"),
            EosToken = ReadToken(fields, "eos_token"),
            PadToken = ReadToken(fields, "pad_token"),
            UnkToken = ReadToken(fields, "unk_token"),
            ChatTemplate = main,
            NamedTemplates = named,
        };
    }

    /// <summary>A token is its text, or an object with the text as content.</summary>
    private static string? ReadToken(JsonFields fields, string name) => fields.Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.Object } token => fields.AsObject(token, fields.PathOf(name)).Text("content"),
        _ => fields.Text(name),
    };

    private static (string? Main, ImmutableDictionary<string, string> Named) ReadTemplates(JsonFields fields)
    {
        const string Name = "chat_template";
        if (fields.Find(Name) is not { ValueKind: JsonValueKind.Array })
        {
            return (fields.TextOrNull(Name), ImmutableDictionary<string, string>.Empty);
        }

        var named = ImmutableDictionary.CreateBuilder<string, string>();
        foreach (var (element, path) in fields.Items(Name))
        {
            var template = fields.AsObject(element, path);
            named[template.Text("name")] = template.Text("template");
        }

        return (named.GetValueOrDefault("default"), named.ToImmutable());
    }
}
