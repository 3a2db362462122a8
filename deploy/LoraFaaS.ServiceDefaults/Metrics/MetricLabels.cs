using System.Buffers;
using System.Globalization;

namespace LoraFaaS.ServiceDefaults.Metrics;

/// <summary>
/// Tags as label text, <c>a="1",b="x\ny"</c>: sorted by name, escaped. The text is also the key of the series, so that a measurement of a known
/// series allocates nothing.
/// </summary>
internal static class MetricLabels
{
    public const string Overflow = "overflow=\"true\"";

    private const int Longest = 2_048;

    /// <summary>Calls back with the text, which lives as long as the call. Values beyond 2 048 characters in all are cut off whole.</summary>
    public static TResult With<TState, TResult>(ReadOnlySpan<KeyValuePair<string, object?>> tags, TState state, Func<TState, ReadOnlySpan<char>, TResult> use)
        where TState : allows ref struct
    {
        if (tags.IsEmpty)
        {
            return use(state, []);
        }

        return InOrder(tags) ? WithSorted(tags, state, use) : WithUnsorted(tags, state, use);
    }

    private static TResult WithUnsorted<TState, TResult>(ReadOnlySpan<KeyValuePair<string, object?>> tags, TState state, Func<TState, ReadOnlySpan<char>, TResult> use)
        where TState : allows ref struct
    {
        var sorted = ArrayPool<KeyValuePair<string, object?>>.Shared.Rent(tags.Length);

        try
        {
            tags.CopyTo(sorted);
            sorted.AsSpan(0, tags.Length).Sort(static (left, right) => string.CompareOrdinal(left.Key, right.Key));
            return WithSorted(sorted.AsSpan(0, tags.Length), state, use);
        }
        finally
        {
            ArrayPool<KeyValuePair<string, object?>>.Shared.Return(sorted, clearArray: true);
        }
    }

    /// <summary>Rented, not on the stack: so much stack is cleared for each measurement, which cost more than the rest of it.</summary>
    private static TResult WithSorted<TState, TResult>(ReadOnlySpan<KeyValuePair<string, object?>> tags, TState state, Func<TState, ReadOnlySpan<char>, TResult> use)
        where TState : allows ref struct
    {
        var text = ArrayPool<char>.Shared.Rent(Longest);

        try
        {
            return use(state, text.AsSpan(0, Write(tags, text.AsSpan(0, Longest))));
        }
        finally
        {
            ArrayPool<char>.Shared.Return(text);
        }
    }

    private static bool InOrder(ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        for (var i = 1; i < tags.Length; i++)
        {
            if (string.CompareOrdinal(tags[i - 1].Key, tags[i].Key) > 0)
            {
                return false;
            }
        }

        return true;
    }

    private static int Write(ReadOnlySpan<KeyValuePair<string, object?>> tags, Span<char> text)
    {
        var length = 0;

        foreach (var (name, value) in tags)
        {
            var before = length;

            if (!TryWrite(name, value, isFirst: length == 0, text, ref length))
            {
                return before;
            }
        }

        return length;
    }

    private static bool TryWrite(string name, object? value, bool isFirst, Span<char> text, ref int length)
    {
        if (!isFirst && !TryAppend(text, ref length, ","))
        {
            return false;
        }

        return TryAppendName(text, ref length, name)
            && TryAppend(text, ref length, "=\"")
            && TryAppendEscaped(text, ref length, Text(value))
            && TryAppend(text, ref length, "\"");
    }

    private static string Text(object? value) => value switch
    {
        null => "",
        string already => already,
        true => "true",
        false => "false",
        IFormattable formattable => formattable.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private static bool TryAppendName(Span<char> text, ref int length, string name)
    {
        if (text.Length - length < name.Length + 1)
        {
            return false;
        }

        if (name.Length > 0 && char.IsAsciiDigit(name[0]))
        {
            text[length++] = '_';
        }

        foreach (var c in name)
        {
            text[length++] = char.IsAsciiLetterOrDigit(c) ? c : '_';
        }

        return true;
    }

    private static bool TryAppendEscaped(Span<char> text, ref int length, string value)
    {
        foreach (var c in value)
        {
            var fits = c switch
            {
                '\\' => TryAppend(text, ref length, "\\\\"),
                '"' => TryAppend(text, ref length, "\\\""),
                '\n' => TryAppend(text, ref length, "\\n"),
                _ => TryAppend(text, ref length, new ReadOnlySpan<char>(in c)),
            };

            if (!fits)
            {
                return false;
            }
        }

        return true;
    }

    private static bool TryAppend(Span<char> text, ref int length, ReadOnlySpan<char> part)
    {
        if (!part.TryCopyTo(text[length..]))
        {
            return false;
        }

        length += part.Length;
        return true;
    }
}
