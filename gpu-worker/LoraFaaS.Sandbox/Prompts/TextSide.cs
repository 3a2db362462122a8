using System.Collections.Frozen;
using Google.Protobuf;
using LoraFaaS.Checkpoints;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Templates;
using LoraFaaS.Checkpoints.Tokenization;
using LoraFaaS.Engine.Generation;
using LoraFaaS.Engine.Weights;

namespace LoraFaaS.Sandbox.Prompts;

/// <summary>The checkpoint's text side, read once from the files the worker sent: this process sees no file system. Safe for several threads.</summary>
internal sealed class TextSide
{
    private readonly Tokenizer _tokenizer;

    private TextSide(Tokenizer tokenizer, ChatTemplate? template, FrozenSet<int> endTokens, BackboneShape shape)
    {
        (_tokenizer, Template, EndTokens, Vocabulary, ContextLength) = (tokenizer, template, endTokens, shape.Vocabulary, shape.MaxPositions);
    }

    /// <summary>Null when the checkpoint has none: then only raw prompts are served.</summary>
    public ChatTemplate? Template { get; }

    public FrozenSet<int> EndTokens { get; }

    public int Vocabulary { get; }

    public int ContextLength { get; }

    /// <exception cref="RefusedException">A file is missing or broken.</exception>
    public static TextSide Read(IReadOnlyDictionary<string, ByteString> files, BackboneShape shape)
    {
        var tokenizerConfig = FileOf(files, CheckpointFiles.TokenizerConfig);
        var tokenizer = Tokenizer.Parse(Needed(files, CheckpointFiles.Tokenizer), tokenizerConfig).ValueOrThrow();
        var template = ChatTemplate.Parse(tokenizerConfig, FileOf(files, CheckpointFiles.ChatTemplate)).ValueOrThrow();
        var ends = Prompts.EndTokens.Read(FileOf(files, CheckpointFiles.GenerationConfig), tokenizerConfig, tokenizer.IdOf, shape.Vocabulary);
        return new TextSide(tokenizer, template, ends, shape);
    }

    /// <summary>Ids of a rendered conversation: the template's special tokens are special.</summary>
    public IReadOnlyList<int> EncodeRendered(string text) => _tokenizer.Encode(text);

    /// <summary>Ids of a raw prompt: what looks like a special token is text.</summary>
    public IReadOnlyList<int> EncodeRaw(string text) => _tokenizer.Encode(text);

    public string Decode(ReadOnlySpan<int> ids) => _tokenizer.Decode(ids);

    public GeneratedText CreateStream(IReadOnlyList<string> stops) => new(_tokenizer.CreateDecoder(), new StopMatcher(stops));

    public ReadOnlySpan<byte> BytesOf(int token) => _tokenizer.BytesOf(token);

    public string TextOf(int token) => System.Text.Encoding.UTF8.GetString(BytesOf(token));

    private static ReadOnlyMemory<byte> FileOf(IReadOnlyDictionary<string, ByteString> files, string name) =>
        files.TryGetValue(name, out var content) ? content.Memory : default;

    private static ReadOnlyMemory<byte> Needed(IReadOnlyDictionary<string, ByteString> files, string name) =>
        files.TryGetValue(name, out var content) ? content.Memory : throw new RefusedException(name, "is missing from the sandbox's text files");
}
