using System.Collections.Immutable;
using LoraFaaS.Checkpoints.Outcomes;

namespace LoraFaaS.Checkpoints.Configuration;

/// <summary>A backbone's shape and constants, from config.json and generation_config.json. Everything is checked: a value that would change the arithmetic and is not supported is refused, never ignored.</summary>
public sealed record ModelConfig
{
    public required Architecture Architecture { get; init; }

    public required int HiddenSize { get; init; }

    public required int IntermediateSize { get; init; }

    public required int Layers { get; init; }

    public required int Heads { get; init; }

    /// <summary>Divides <see cref="Heads"/>.</summary>
    public required int KvHeads { get; init; }

    /// <summary>Even; <c>Heads * HeadDim</c> need not equal <see cref="HiddenSize"/>.</summary>
    public required int HeadDim { get; init; }

    public required int VocabSize { get; init; }

    /// <summary>
    /// The longest sequence served. Where the checkpoint has a sliding window shorter than its positions, this is the
    /// window: inside one window, sliding and full attention are the same arithmetic.
    /// </summary>
    public required int MaxPositions { get; init; }

    public required double RmsNormEps { get; init; }

    public required double RopeTheta { get; init; }

    public required RopeScaling RopeScaling { get; init; }

    public required bool TieWordEmbeddings { get; init; }

    /// <summary>Query, key and value projections add a bias.</summary>
    public required bool QkvBias { get; init; }

    /// <summary>The attention output projection adds a bias.</summary>
    public required bool OutputBias { get; init; }

    /// <summary>Query and key heads are RMS-normalised before the rotation, with a weight of [HeadDim].</summary>
    public required bool QkNorm { get; init; }

    public required int? BosTokenId { get; init; }

    public required int? PadTokenId { get; init; }

    /// <summary>Any of these ends a sequence. generation_config.json wins over config.json.</summary>
    public required ImmutableArray<int> EosTokenIds { get; init; }

    public int QuerySize => Heads * HeadDim;

    public int KvSize => KvHeads * HeadDim;

    /// <param name="generationJson">generation_config.json, or null where the checkpoint has none.</param>
    public static Reading<ModelConfig> Parse(ReadOnlyMemory<byte> configJson, ReadOnlyMemory<byte>? generationJson) =>
        Reading.Capture(ModelConfigReader.File, () => ModelConfigReader.Read(configJson, generationJson));
}
