using LoraFaaS.Gateway.Rendering;
using Microsoft.Extensions.Primitives;

namespace LoraFaaS.Gateway.Functions;

/// <summary>The first type of an Accept header that we can make; anything else gets text.</summary>
internal static class FunctionFormats
{
    private static readonly (string Name, FunctionFormat Format)[] Known =
    [
        (EventStreamWriter.EventStream, FunctionFormat.EventStream), (EventStreamWriter.Ndjson, FunctionFormat.Ndjson), ("application/json", FunctionFormat.Json),
        ("text/plain", FunctionFormat.Text), ("text/*", FunctionFormat.Text), ("*/*", FunctionFormat.Text),
    ];

    public static FunctionFormat From(StringValues accept)
    {
        foreach (var header in accept)
        {
            foreach (var range in header.AsSpan().Split(','))
            {
                if (Of(header.AsSpan()[range]) is { } format)
                {
                    return format;
                }
            }
        }

        return FunctionFormat.Text;
    }

    public static bool IsStream(this FunctionFormat format) => format is FunctionFormat.EventStream or FunctionFormat.Ndjson;

    private static FunctionFormat? Of(ReadOnlySpan<char> range)
    {
        var end = range.IndexOf(';');
        var type = (end < 0 ? range : range[..end]).Trim();

        foreach (var (name, format) in Known)
        {
            if (type.Equals(name, StringComparison.OrdinalIgnoreCase))
            {
                return format;
            }
        }

        return null;
    }
}
