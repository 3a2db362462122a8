using System.Collections.Immutable;
using LoraFaaS.Checkpoints.Tokenization.Bpe;
using LoraFaaS.Checkpoints.Tokenization.Decoding;
using LoraFaaS.Checkpoints.Tokenization.Normalization;
using LoraFaaS.Checkpoints.Tokenization.PreTokenization;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>What a tokenizer.json consists of, ready to run.</summary>
internal sealed record TokenizerParts
{
    public required ImmutableArray<AddedToken> AddedTokens { get; init; }

    /// <summary>Finds the added tokens that are looked for in the raw text.</summary>
    public required AddedTokenMatcher RawMatcher { get; init; }

    /// <summary>Finds those that are looked for after normalisation.</summary>
    public required AddedTokenMatcher NormalizedMatcher { get; init; }

    public required Normalizer Normalizer { get; init; }

    public required PreTokenizer PreTokenizer { get; init; }

    public required BpeVocabulary Vocabulary { get; init; }

    public required DecoderPlan Decoder { get; init; }

    /// <summary>The post-processor's tokens before a single text.</summary>
    public required ImmutableArray<int> Before { get; init; }

    /// <summary>And after it.</summary>
    public required ImmutableArray<int> After { get; init; }
}
