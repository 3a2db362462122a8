using System.Text;
using System.Text.Unicode;
using LoraFaaS.Checkpoints.Tokenization.Decoding;

namespace LoraFaaS.Checkpoints.Tokenization;

/// <summary>
/// Turns tokens into text as they come. A character whose bytes are spread over tokens is held back until it is whole, so every
/// piece given out is valid text, and the pieces together are the whole decode. One exception: after a character of fallback
/// bytes has been given out, a broken byte right behind it cannot take it back, as the whole decode would.
/// </summary>
public sealed class IncrementalDecoder
{
    private readonly Tokenizer _tokenizer;
    private readonly bool _skipsSpecial;
    private readonly bool _isEager;
    private readonly Decoder _utf8 = Encoding.UTF8.GetDecoder();
    private readonly List<byte> _fallback = [];
    private readonly StringBuilder _output = new();
    private bool _isFirst;
    private int _toStrip;

    internal IncrementalDecoder(Tokenizer tokenizer, bool skipsSpecial, bool continuesText, bool isEager)
    {
        _tokenizer = tokenizer;
        _skipsSpecial = skipsSpecial;
        _isEager = isEager;
        _isFirst = !continuesText;
        _toStrip = continuesText ? 0 : tokenizer.DecoderPlan.StrippedAtStart;
    }

    /// <summary>Bytes of an unfinished character are held.</summary>
    public bool HasPending { get; private set; }

    /// <summary>The text that this token completes; often one word, empty while a character is unfinished.</summary>
    public string Push(int token)
    {
        Append(token);
        return TakeOutput();
    }

    /// <summary>The rest, at the end of the tokens: an unfinished character becomes U+FFFD.</summary>
    public string Finish()
    {
        FlushFallback();
        Write([], isLast: true);
        HasPending = false;
        return TakeOutput();
    }

    internal void Append(int token)
    {
        if (_tokenizer.TokenOf(token) is not { } text || (_skipsSpecial && _tokenizer.IsSpecial(token)))
        {
            return;
        }

        var plan = _tokenizer.DecoderPlan;
        if (plan.JoinsBySpace && !_isFirst)
        {
            Write(" "u8, isLast: false);
        }

        var piece = _isFirst ? plan.PieceOf(text, isFirst: true) : _tokenizer.PieceOf(token);
        _isFirst = false;

        if (piece.IsFallbackByte)
        {
            _fallback.AddRange(piece.Bytes);
            if (_isEager && Utf8.IsValid([.. _fallback]))
            {
                FlushFallback();
            }

            HasPending = _fallback.Count > 0;
            return;
        }

        FlushFallback();
        Write(piece.Bytes, isLast: false);
    }

    private void FlushFallback()
    {
        if (_fallback.Count == 0)
        {
            return;
        }

        byte[] bytes = [.. _fallback];
        _fallback.Clear();

        if (Utf8.IsValid(bytes))
        {
            Write(bytes, isLast: false);
            return;
        }

        // The reference gives one replacement for each byte of a broken run.
        Emit(new string('\uFFFD', bytes.Length));
    }

    private void Write(ReadOnlySpan<byte> bytes, bool isLast)
    {
        Span<char> chars = stackalloc char[256];
        while (true)
        {
            _utf8.Convert(bytes, chars, isLast, out var read, out var written, out var isComplete);
            Emit(chars[..written]);
            bytes = bytes[read..];
            if (isComplete || (bytes.IsEmpty && written == 0))
            {
                break;
            }
        }

        HasPending = !isLast && bytes.IsEmpty && IsMidCharacter();
    }

    /// <summary>The framework's decoder does not tell whether it holds bytes; flushing a copy is not offered, so its count is asked with none given.</summary>
    private bool IsMidCharacter() => _utf8.GetCharCount([], flush: true) > 0;

    private void Emit(ReadOnlySpan<char> text)
    {
        while (_toStrip > 0 && text.Length > 0)
        {
            if (text[0] != _tokenizer.DecoderPlan.StrippedCharacter)
            {
                _toStrip = 0;
                break;
            }

            _toStrip--;
            text = text[1..];
        }

        _output.Append(text);
    }

    private string TakeOutput()
    {
        var text = _output.ToString();
        _output.Clear();
        return text;
    }
}
