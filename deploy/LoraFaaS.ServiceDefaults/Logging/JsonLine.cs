using System.Buffers;
using System.Text;
using System.Text.Json;

namespace LoraFaaS.ServiceDefaults.Logging;

/// <summary>What one line is written with, kept by a thread for its next: a line of a call would otherwise leave more behind than the call.</summary>
internal sealed class JsonLine
{
    private const int UsualBytes = 1_024;

    /// <summary>Of one that is kept: a stack trace does not stay.</summary>
    private const int MostKeptBytes = 16 << 10;

    private static readonly JsonWriterOptions WriterOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    [ThreadStatic]
    private static JsonLine? _spare;

    private readonly ArrayBufferWriter<byte> _bytes = new(UsualBytes);

    private JsonLine() => Json = new Utf8JsonWriter(_bytes, WriterOptions);

    public Utf8JsonWriter Json { get; }

    /// <summary>Of the fields that are written.</summary>
    public HashSet<string> Names { get; } = new(StringComparer.Ordinal);

    /// <summary>The caller's alone until it is given back: what is logged may log in its turn.</summary>
    public static JsonLine Take()
    {
        var line = _spare ?? new JsonLine();
        _spare = null;
        return line;
    }

    public void GiveBack()
    {
        if (_bytes.Capacity > MostKeptBytes)
        {
            return;
        }

        _bytes.ResetWrittenCount();
        Json.Reset(_bytes);
        Names.Clear();
        _spare = this;
    }

    public void CopyTo(TextWriter target)
    {
        Json.Flush();
        var text = ArrayPool<char>.Shared.Rent(_bytes.WrittenCount);

        try
        {
            target.Write(text.AsSpan(0, Encoding.UTF8.GetChars(_bytes.WrittenSpan, text)));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
        }
    }
}
