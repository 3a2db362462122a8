using System.Collections.Immutable;
using LoraFaaS.Checkpoints.Json;
using LoraFaaS.Checkpoints.Outcomes;
using LoraFaaS.Checkpoints.Tokenization.Normalization;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>Reads tokenizer.json into its parts. A component that is not supported is refused by its path and type, so that no text is ever encoded approximately.</summary>
internal static class TokenizerReader
{
    /// <summary>Ids index arrays, so a vocabulary's ids are bounded. The largest public ones are below 300 000.</summary>
    public const int MaxId = (1 << 22) - 1;

    public static TokenizerParts Read(ReadOnlyMemory<byte> json) => JsonText.Read(CheckpointFiles.Tokenizer, json, root =>
    {
        var normalizer = NormalizerReader.Read(root);
        var (preTokenizer, isByteLevel) = PreTokenizerReader.Read(root);
        var added = ReadAddedTokens(root);
        var (before, after) = PostProcessorReader.Read(root);

        return new TokenizerParts
        {
            AddedTokens = added,
            RawMatcher = new AddedTokenMatcher(added.Where(t => !t.IsNormalized).Select(t => (t.Content, t))),
            NormalizedMatcher = new AddedTokenMatcher(added.Where(t => t.IsNormalized)
                .Select(t => (normalizer.Normalize(new MarkedRun(t.Content, null)).Text, t))),
            Normalizer = normalizer,
            PreTokenizer = preTokenizer,
            Vocabulary = VocabularyReader.Read(root, isByteLevel),
            Decoder = DecoderReader.Read(root),
            Before = before,
            After = after,
        };
    });

    public static RefusedException Unsupported(JsonFields component, string supported) =>
        new(component.PathOf("type"), $"'{component.TextOrNull("type")}' is not supported; {supported}");

    private static ImmutableArray<AddedToken> ReadAddedTokens(JsonFields root)
    {
        var tokens = new Dictionary<string, AddedToken>(StringComparer.Ordinal);
        foreach (var (element, path) in root.Items("added_tokens"))
        {
            var fields = root.AsObject(element, path);
            var token = new AddedToken
            {
                Id = fields.Int32("id", 0, MaxId),
                Content = fields.Text("content"),
                IsSpecial = fields.Flag("special", otherwise: false),
                IsNormalized = fields.Flag("normalized", otherwise: true),
                IsSingleWord = fields.Flag("single_word", otherwise: false),
                StripsLeft = fields.Flag("lstrip", otherwise: false),
                StripsRight = fields.Flag("rstrip", otherwise: false),
            };

            // The reference ignores an empty token and a repeated one.
            if (token.Content.Length > 0)
            {
                tokens.TryAdd(token.Content, token);
            }
        }

        return [.. tokens.Values];
    }
}
