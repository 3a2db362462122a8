namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>A token that is found in the text before anything else happens to it.</summary>
internal sealed record AddedToken
{
    public required int Id { get; init; }

    public required string Content { get; init; }

    /// <summary>A control token: may be treated as plain text, and may be left out of decoded text.</summary>
    public required bool IsSpecial { get; init; }

    /// <summary>Looked for in the normalised text, in its own normalised form.</summary>
    public required bool IsNormalized { get; init; }

    /// <summary>Counts only between word borders.</summary>
    public required bool IsSingleWord { get; init; }

    /// <summary>Takes the white space before it.</summary>
    public required bool StripsLeft { get; init; }

    /// <summary>Takes the white space after it.</summary>
    public required bool StripsRight { get; init; }
}
