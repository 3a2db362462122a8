using LoraFaaS.Gateway.Requests;

namespace LoraFaaS.Gateway.CloudEvents;

/// <summary>An event whose attributes are headers (HTTP binding, section 3.1): <c>ce-id: 7</c>; the body is the data, Content-Type its type.</summary>
internal static class BinaryEventReader
{
    public const string Prefix = "ce-";

    public static bool IsAttribute(string header) => header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase);

    public static EventReading Read(IHeaderDictionary headers, string? contentType, ReadOnlyMemory<byte> body)
    {
        var problems = new FieldProblems();
        var attributes = new SortedDictionary<string, AttributeValue>(StringComparer.Ordinal);

        foreach (var (header, values) in headers.Where(header => IsAttribute(header.Key)).OrderBy(header => header.Key, StringComparer.OrdinalIgnoreCase))
        {
            var field = header.ToLowerInvariant();

            if (values is not [{ } value])
            {
                problems.Add(field, "must be given once");
            }
            else if (field is "ce-datacontenttype")
            {
                problems.Add(field, "is not allowed: in binary mode Content-Type says it");
            }
            else if (HeaderText.TryDecode(value, out var text))
            {
                attributes[field[Prefix.Length..]] = AttributeValue.Of(text);
            }
            else
            {
                problems.Add(field, "is not percent-encoded UTF-8");
            }
        }

        var read = EventAttributes.Read(attributes, Prefix, string.IsNullOrEmpty(contentType) ? null : contentType, problems);

        return problems.Any
            ? new EventReading.Refused(problems.First)
            : new EventReading.Received(new EventCall(read!, EventMode.Binary, body, contentType));
    }
}
