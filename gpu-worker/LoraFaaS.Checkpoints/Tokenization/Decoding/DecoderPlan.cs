using System.Collections.Immutable;
using System.Text;

namespace LoraFaaS.Checkpoints.Tokenization.Decoding;

/// <summary>
/// A tokenizer's chain of decoders, reduced to what it does to one token and to the start of the text. Every chain of a
/// byte-level or SentencePiece-style vocabulary reduces so, and the reduced form can be run token by token.
/// </summary>
internal sealed record DecoderPlan
{
    /// <summary>Tokens are written in <see cref="ByteAlphabet"/>.</summary>
    public required bool IsByteLevel { get; init; }

    /// <summary>Replacements inside each token, in order.</summary>
    public required ImmutableArray<(string From, string To)> Replacements { get; init; }

    /// <summary>Tokens written &lt;0x0A&gt; are bytes.</summary>
    public required bool HasByteFallback { get; init; }

    /// <summary>The word mark of a Metaspace decoder; it vanishes in the first token, and is a space elsewhere.</summary>
    public required char? WordMark { get; init; }

    /// <summary>The first token's word marks vanish.</summary>
    public required bool DropsFirstMark { get; init; }

    /// <summary>This many of <see cref="StrippedCharacter"/> are taken from the start of the text.</summary>
    public required int StrippedAtStart { get; init; }

    public required char StrippedCharacter { get; init; }

    /// <summary>Without any decoder the reference puts a space between tokens.</summary>
    public required bool JoinsBySpace { get; init; }

    public TokenPiece PieceOf(string token, bool isFirst)
    {
        if (IsByteLevel)
        {
            return new TokenPiece(BytesOf(token), IsFallbackByte: false);
        }

        foreach (var (from, to) in Replacements)
        {
            token = token.Replace(from, to, StringComparison.Ordinal);
        }

        if (HasByteFallback && FallbackByteOf(token) is { } value)
        {
            return new TokenPiece([value], IsFallbackByte: true);
        }

        if (WordMark is { } mark)
        {
            token = isFirst && DropsFirstMark
                ? token.Replace(mark.ToString(), string.Empty, StringComparison.Ordinal)
                : token.Replace(mark, ' ');
        }

        return new TokenPiece(Encoding.UTF8.GetBytes(token), IsFallbackByte: false);
    }

    private static byte[] BytesOf(string token)
    {
        var bytes = new byte[token.Length];
        for (var i = 0; i < token.Length; i++)
        {
            // An added token with a character outside the alphabet stands for itself.
            if (!ByteAlphabet.TryToByte(token[i], out bytes[i]))
            {
                return Encoding.UTF8.GetBytes(token);
            }
        }

        return bytes;
    }

    private static byte? FallbackByteOf(string token) =>
        token is ['<', '0', 'x', var high, var low, '>'] && char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low)
            ? Convert.FromHexString([high, low])[0]
            : null;
}
