using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Text;
using Google.Protobuf;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Templates;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.Engine.Generation;
using LoraFaaS.Engine.Grammars.Vocabulary;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>The checkpoint's text side, read once from the files the worker sent: this process sees no file system. Safe for several threads.</summary>
internal sealed class TextSide
{
    /// <summary>The name under which checkpoints with several templates keep the one for tools.</summary>
    private const string ToolTemplate = "tool_use";

    private readonly Tokenizer _tokenizer;
    private readonly ChatTemplate? _template;
    private readonly ChatTemplate? _toolTemplate;

    private TextSide(Tokenizer tokenizer, ChatTemplate? template, ChatTemplate? toolTemplate, FrozenSet<int> endTokens, BackboneShape shape)
    {
        (_tokenizer, _template, _toolTemplate) = (tokenizer, template, toolTemplate);
        (EndTokens, Vocabulary, ContextLength) = (endTokens, shape.Vocabulary, shape.MaxPositions);
    }

    /// <summary>The special tokens that templates know by name.</summary>
    public TokenizerConfig Tokens => _tokenizer.Config;

    public FrozenSet<int> EndTokens { get; }

    /// <summary>Rows of the backbone's embedding. The tokenizer may have fewer tokens.</summary>
    public int Vocabulary { get; }

    public int ContextLength { get; }

    /// <exception cref="RefusedException">A file is missing or broken.</exception>
    public static TextSide Read(IReadOnlyDictionary<string, ByteString> files, BackboneShape shape)
    {
        var tokenizerJson = FileOf(files, CheckpointFiles.Tokenizer)
            ?? throw new RefusedException(CheckpointFiles.Tokenizer, "is missing from the sandbox's text files");

        var tokenizer = Tokenizer.Load(tokenizerJson, FileOf(files, CheckpointFiles.TokenizerConfig)).ValueOrThrow();

        // A template file of its own is the newer form, and comes before the one inside tokenizer_config.json.
        var template = FileOf(files, CheckpointFiles.ChatTemplate) is { } file ? Encoding.UTF8.GetString(file.Span) : tokenizer.Config.ChatTemplate;

        return new TextSide(
            tokenizer,
            Compile(template),
            Compile(tokenizer.Config.NamedTemplates.GetValueOrDefault(ToolTemplate)),
            Prompts.EndTokens.Read(FileOf(files, CheckpointFiles.GenerationConfig), tokenizer, shape.Vocabulary),
            shape);
    }

    /// <summary>Null when the checkpoint has none: then only raw prompts are served.</summary>
    public ChatTemplate? TemplateFor(ChatConversation conversation) =>
        conversation.ToolsJson is not null && _toolTemplate is not null ? _toolTemplate : _template;

    /// <summary>Ids of a rendered conversation: the template's special tokens are special, those that a caller wrote are text.</summary>
    public int[] EncodeRendered(MarkedText text) => _tokenizer.Encode(text, parsesSpecial: true, addsSpecial: false);

    /// <summary>Ids of a raw prompt: what looks like a special token is text.</summary>
    public int[] EncodeRaw(string text) => _tokenizer.Encode(text, parsesSpecial: false, addsSpecial: true);

    public string Decode(ReadOnlySpan<int> ids) => _tokenizer.Decode(ids, skipsSpecial: false);

    /// <summary>The text of an answer, which goes on from its prompt.</summary>
    public GeneratedText CreateText(IReadOnlyList<string> stops) =>
        new(_tokenizer.Decoder(skipsSpecial: true, continuesText: true), new StopMatcher(stops));

    /// <summary>The token's own bytes; empty for an id that pads the backbone's vocabulary.</summary>
    public ReadOnlySpan<byte> BytesOf(int token) => _tokenizer.BytesOf(token);

    /// <summary>The tokens that texts are made of, as grammars walk them: special tokens and those that end an answer are none.</summary>
    public TokenTrie CreateTrie() => TokenTrie.Build(
        Vocabulary, token => _tokenizer.IsSpecial(token) || EndTokens.Contains(token) ? default : _tokenizer.BytesOf(token).ToArray());

    /// <summary>The token as the vocabulary writes it.</summary>
    public string NameOf(int token) => _tokenizer.TokenOf(token) ?? "";

    /// <summary>Null when there is none. (A bare null would convert to empty memory: the type of the choice must be said.)</summary>
    private static ReadOnlyMemory<byte>? FileOf(IReadOnlyDictionary<string, ByteString> files, string name) =>
        files.TryGetValue(name, out var content) ? content.Memory : default(ReadOnlyMemory<byte>?);

    private static ChatTemplate? Compile(string? source) => source is null ? null : ChatTemplate.Compile(source).ValueOrThrow();
}
