using LoraFaaS.Gateway.Rendering;
using Microsoft.Extensions.Primitives;

namespace LoraFaaS.Gateway.Functions;

/// <summary>The first type of an Accept header that we can make; anything else gets text.</summary>
internal static class FunctionFormats
{
    public static FunctionFormat From(StringValues accept)
    {
        foreach (var header in accept)
        {
            foreach (var range in (header ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                var end = range.IndexOf(';', StringComparison.Ordinal);

                switch ((end < 0 ? range : range[..end]).Trim().ToLowerInvariant())
                {
                    case EventStreamWriter.EventStream:
                        return FunctionFormat.EventStream;

                    case EventStreamWriter.Ndjson:
                        return FunctionFormat.Ndjson;

                    case "application/json":
                        return FunctionFormat.Json;

                    case "text/plain" or "text/*" or "*/*":
                        return FunctionFormat.Text;
                }
            }
        }

        return FunctionFormat.Text;
    }

    public static bool IsStream(this FunctionFormat format) => format is FunctionFormat.EventStream or FunctionFormat.Ndjson;
}
